"""Which person of the policy a visitor is."""

from typing import Any

import pytest

from gate.domain.sign_in import NoPerson, SignedIn, Visitor, person_of, signed_in
from tests.house import FILES, a_policy

PROVIDER = "https://id.house.test"


def named(visitor: Visitor, **maria: Any) -> str | NoPerson:
    """Whom the house takes a visitor for, where its document of maria says this."""
    person = {"kind": "Person", "name": "maria", "emails": ["Maria@house.test"], **maria}
    others = [each for each in FILES["groups.yaml"] if each["name"] != "maria"]
    return person_of(visitor, a_policy({"groups.yaml": [*others, person]}).catalogue)


def a_visitor(**said: Any) -> Visitor:
    return Visitor(issuer=PROVIDER, account="12", **said)


def account(issuer: str = PROVIDER, number: object = 12) -> dict[str, Any]:
    return {"accounts": [{"issuer": issuer, "id": number}]}


def test_an_account_is_a_person_whatever_the_address() -> None:
    assert named(a_visitor(), **account()) == "maria"
    assert named(a_visitor(email="ruth@house.test"), **account()) == "maria"


def test_a_verified_address_is_a_person_however_it_is_spelt() -> None:
    assert named(a_visitor(email="maria@HOUSE.test")) == "maria"


def test_an_address_does_not_open_for_another_account_than_the_policy_names() -> None:
    assert isinstance(named(a_visitor(email="maria@house.test"), **account(number=13)), NoPerson)


def test_an_account_elsewhere_leaves_the_address_as_good_as_it_was() -> None:
    assert named(a_visitor(email="maria@house.test"), **account(issuer="https://github.test")) == "maria"


def test_the_same_number_elsewhere_is_somebody_else() -> None:
    assert isinstance(named(a_visitor(), **account(issuer="https://github.test")), NoPerson)


def test_a_login_is_no_name() -> None:
    assert isinstance(named(Visitor(issuer=PROVIDER, account="maria")), NoPerson)


@pytest.mark.parametrize(("said", "told"), [({}, "no e-mail address"), ({"email": "x@y.test"}, "x@y.test")])
def test_a_stranger_is_told_what_their_provider_says_of_them(said: dict[str, Any], told: str) -> None:
    verdict = named(a_visitor(**said))
    assert isinstance(verdict, NoPerson)
    assert told in verdict.reason
    assert "account 12 at https://id.house.test" in verdict.reason
    assert "maria" not in verdict.reason


def test_a_robot_is_no_person() -> None:
    verdict = named(a_visitor(), **account(), robot=True)
    assert isinstance(verdict, NoPerson)
    assert "robot" in verdict.reason


def test_of_the_providers_groups_those_count_that_the_policy_asks_for() -> None:
    groups = [{**each, "claim": "/pay"} if each["name"] == "team-payments" else each for each in FILES["groups.yaml"]]
    catalogue = a_policy({"groups.yaml": groups}).catalogue
    visitor = a_visitor(email="maria@house.test", groups=("/pay", "release-managers", ""))
    assert signed_in(visitor, catalogue) == SignedIn(person="maria", groups_claimed=("team-payments",))
    assert isinstance(signed_in(a_visitor(groups=("/pay",)), catalogue), NoPerson)
