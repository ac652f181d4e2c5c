"""A token opens for its secret alone, for what it names, and for as long as it is worth something."""

import hmac
from hmac import compare_digest
from typing import Any

import pytest
from pydantic import ValidationError

from gate.domain.access import ANYBODY, EVERYTHING, Caller, Permission, Token, digest_of, read, refusal, written
from gate.domain.errors import ForbiddenError, UnauthenticatedError, UnknownNameError
from gate.domain.scope import Scope
from tests.builders import AT_NS, HOUR

ID = "0123456789abcdef"
SECRET = "s" * 43
WRITTEN = f"cg_{ID}_{SECRET}"


def a_token(**fields: Any) -> Token:
    usual = {"id": ID, "name": "ci", "digest": digest_of(SECRET), "permissions": ("submit",), "made_at_ns": AT_NS}
    return Token.model_validate(usual | fields)


def test_a_token_is_written_so_that_scanners_find_it_and_read_again() -> None:
    assert written(ID, SECRET) == WRITTEN
    assert read(WRITTEN) == (ID, SECRET)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cg_",
        WRITTEN[:-1],
        WRITTEN + "s",
        WRITTEN.upper(),
        f" {WRITTEN}",
        f"{WRITTEN}\n",
        WRITTEN.replace("s", "é"),
        SECRET,
    ],
)
def test_what_is_no_token_gets_the_answer_of_a_wrong_one(text: str) -> None:
    with pytest.raises(UnauthenticatedError) as error:
        read(text)
    assert (error.value.message, error.value.hint) == (refusal().message, refusal().hint)


def test_only_the_digest_is_kept() -> None:
    assert SECRET not in a_token().model_dump_json()
    assert a_token().opens_for(SECRET, AT_NS)
    assert not a_token().opens_for(SECRET[:-1] + "t", AT_NS)
    assert not a_token().opens_for(a_token().digest, AT_NS)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "active"),
        ({"expires_at_ns": AT_NS + HOUR + 1}, "active"),
        ({"expires_at_ns": AT_NS + HOUR}, "expired"),
        ({"revoked_at_ns": AT_NS}, "revoked"),
        ({"revoked_at_ns": AT_NS, "expires_at_ns": AT_NS}, "revoked"),
    ],
)
def test_a_token_opens_while_it_is_worth_something(fields: dict[str, int], state: str) -> None:
    token = a_token(**fields)
    assert token.state_at(AT_NS + HOUR) == state
    assert token.opens_for(SECRET, AT_NS + HOUR) == (state == "active")


@pytest.mark.parametrize("secret", [SECRET, "", "x" * 10_000])
@pytest.mark.parametrize("fields", [{}, {"revoked_at_ns": AT_NS}])
def test_secrets_are_compared_in_the_same_time_whatever_becomes_of_it(
    secret: str, fields: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths: list[tuple[int, int]] = []

    def watched(left: str, right: str) -> bool:
        lengths.append((len(left), len(right)))
        return compare_digest(left, right)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    a_token(**fields).opens_for(secret, AT_NS)
    assert lengths == [(64, 64)]


@pytest.mark.parametrize("permission", EVERYTHING)
def test_a_caller_may_do_what_its_token_names_and_no_more(permission: Permission) -> None:
    caller = a_token(permissions=(permission,)).caller()
    caller.demand(permission, "submit")
    for other in set(EVERYTHING) - {permission}:
        with pytest.raises(ForbiddenError, match=f"it takes the permission {other}") as error:
            caller.demand(other)
        assert "gate token new --scope" in error.value.hint


@pytest.mark.parametrize(
    ("service", "environment", "may"),
    [
        ("payments", "production", True),
        ("pay", "production", True),
        ("ledger", "production", True),
        ("ledger-2", "production", False),
        ("Payments", "production", False),
        ("payments", "staging", False),
        ("", "", False),
    ],
)
def test_a_caller_has_to_do_with_what_its_token_matches(service: str, environment: str, *, may: bool) -> None:
    caller = a_token(services=("pay*", "ledger"), environments=("prod*",)).caller()
    if may:
        caller.demand_change(service, environment)
    else:
        with pytest.raises(ForbiddenError, match="may not ask"):
            caller.demand_change(service, environment)


FROZEN = [
    (("*",), ("*",), {}, True),
    (("pay*",), ("*",), {"services": ["payments", "payouts"]}, True),
    (("pay*",), ("*",), {"services": ["payments", "ledger"]}, False),
    (("pay*",), ("*",), {}, False),
    (("pay*",), ("*",), {"services": ["pay*"]}, True),
    (("pay*",), ("*",), {"services": ["paym*"]}, False),
    (("pay*",), ("*",), {"services": ["*"]}, False),
    (("*",), ("staging",), {"environments": ["staging"]}, True),
    (("*",), ("staging",), {"environments": ["production"]}, False),
    (("pay*",), ("staging",), {"services": ["payments"], "environments": ["staging"]}, True),
    (("pay*",), ("staging",), {"services": ["payments"]}, False),
]


@pytest.mark.parametrize(("services", "environments", "scope", "may"), FROZEN)
def test_a_caller_freezes_no_more_than_its_token_has_to_do_with(
    services: tuple[str, ...], environments: tuple[str, ...], scope: dict[str, Any], *, may: bool
) -> None:
    caller = Caller(name="ci", permissions=("freeze",), services=services, environments=environments)
    if may:
        caller.demand_scope(Scope.model_validate(scope))
    else:
        with pytest.raises(ForbiddenError):
            caller.demand_scope(Scope.model_validate(scope))


def test_anybody_may_do_everything_on_an_open_gate() -> None:
    anybody = Caller.anybody()
    anybody.demand_change("payments", "production")
    for permission in EVERYTHING:
        anybody.demand(permission)


@pytest.mark.parametrize(
    "fields",
    [
        {"permissions": ()},
        {"permissions": ("root",)},
        {"services": ()},
        {"environments": ("x" * 201,)},
        {"name": "a b"},
    ],
)
def test_a_token_that_names_nothing_or_nonsense_cannot_be(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_token(**fields)


# Who answers


def test_a_token_of_a_person_answers_as_that_person() -> None:
    caller = a_token(permissions=("review",), person="jan").caller()
    assert (caller.name, caller.person, caller.shown_by, caller.known_as) == ("ci", "jan", "token", "jan")
    assert caller.answering(None) == "jan"


def test_a_token_of_nobody_answers_nothing() -> None:
    caller = a_token(permissions=("review",)).caller()
    assert caller.known_as == "ci"
    with pytest.raises(ForbiddenError, match="the token of ci is tied to no person") as caught:
        caller.answering(None)
    assert "--person" in caught.value.hint


@pytest.mark.parametrize("named", ["lena", "jan"])
@pytest.mark.parametrize("person", ["jan", None])
def test_where_a_token_shows_who_asks_no_body_says_who_answers(person: str | None, named: str) -> None:
    with pytest.raises(ForbiddenError, match="no body may say otherwise") as caught:
        a_token(permissions=("review",), person=person).caller().answering(named)
    assert caught.value.field == "by"


def test_on_an_open_gate_people_are_believed_and_the_record_can_say_so() -> None:
    assert Caller.anybody().answering("jan") == "jan"
    assert Caller.anybody().shown_by == "nobody"
    with pytest.raises(UnknownNameError, match="name the person in `by`"):
        Caller.anybody().answering(None)


def test_a_token_is_not_believed_for_having_the_name_of_nobody() -> None:
    with pytest.raises(ForbiddenError):
        a_token(name=ANYBODY).caller().answering("jan")


@pytest.mark.parametrize("requester", [None, "jan"])
def test_a_person_asks_in_their_own_name(requester: str | None) -> None:
    a_token(person="jan").caller().demand_own_name(requester)


def test_a_person_does_not_ask_in_the_name_of_another_to_answer_it_themselves() -> None:
    with pytest.raises(ForbiddenError, match="jan asks in the name of pipeline"):
        a_token(person="jan").caller().demand_own_name("pipeline")
    a_token().caller().demand_own_name("maria")
    Caller.anybody().demand_own_name("maria")
