"""Who may ask for what, and what a token is worth."""

import secrets

import pytest
from pydantic import ValidationError

from gate.domain.access import EVERYTHING, Caller, Permission, Token, digest_of, read, written
from gate.domain.errors import ForbiddenError, UnauthenticatedError
from tests.builders import AT_NS, DAY

SECRET = secrets.token_urlsafe(32)
ID = "0123456789abcdef"


def a_token(**fields: object) -> Token:
    usual = {"id": ID, "name": "ci", "digest": digest_of(SECRET), "permissions": ["submit"], "made_at_ns": AT_NS}
    return Token.model_validate(usual | fields)


def test_a_token_opens_for_its_secret_and_for_no_other() -> None:
    assert a_token().opens_for(SECRET, AT_NS)
    assert not a_token().opens_for(SECRET[:-1], AT_NS)
    assert not a_token().opens_for("", AT_NS)
    assert not a_token().opens_for(digest_of(SECRET), AT_NS)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "active"),
        ({"expires_at_ns": AT_NS + 1}, "active"),
        ({"expires_at_ns": AT_NS}, "expired"),
        ({"revoked_at_ns": AT_NS}, "revoked"),
        ({"revoked_at_ns": AT_NS + DAY, "expires_at_ns": AT_NS}, "revoked"),
    ],
)
def test_what_expired_or_was_revoked_opens_nothing(fields: dict[str, int], state: str) -> None:
    token = a_token(**fields)
    assert token.state_at(AT_NS) == state
    assert token.opens_for(SECRET, AT_NS) == (state == "active")


def test_what_is_kept_of_a_token_does_not_hold_its_secret() -> None:
    assert SECRET not in a_token().model_dump_json()


def test_a_written_token_is_read_back() -> None:
    assert read(written(ID, SECRET)) == (ID, SECRET)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cg_",
        SECRET,
        written(ID, SECRET)[:-1],
        written(ID, SECRET) + "\n",
        written("0" * 15, SECRET),
        f"Bearer {ID}",
    ],
)
def test_what_is_no_token_is_refused_without_saying_why(text: str) -> None:
    with pytest.raises(UnauthenticatedError) as caught:
        read(text)
    assert caught.value.message == "the token is not accepted"


@pytest.mark.parametrize("fields", [{"permissions": []}, {"permissions": ["root"]}, {"services": []}, {"name": "a b"}])
def test_a_token_that_cannot_be_meant_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        a_token(**fields)


@pytest.mark.parametrize(
    ("has", "demanded", "may"),
    [
        (["submit"], ["submit"], True),
        (["submit"], ["audit"], False),
        (["submit"], ["audit", "submit"], True),
        (["admin"], ["submit"], False),
        ([], ["submit"], False),
    ],
)
def test_one_of_the_permissions_is_enough_and_none_stands_for_another(
    has: list[Permission], demanded: list[Permission], *, may: bool
) -> None:
    caller = Caller(name="ci", permissions=tuple(has))
    if may:
        caller.demand(*demanded)
        return
    with pytest.raises(ForbiddenError, match=f"it takes the permission {' or '.join(demanded)}"):
        caller.demand(*demanded)


@pytest.mark.parametrize(
    ("service", "environment", "may"),
    [
        ("payments", "staging", True),
        ("pay-later", "staging", True),
        ("ledger", "staging", False),
        ("payments", "production", False),
        ("Payments", "staging", False),
    ],
)
def test_a_token_is_for_its_services_in_its_environments(service: str, environment: str, *, may: bool) -> None:
    caller = a_token(services=["pay*"], environments=["staging"]).caller()
    if may:
        caller.demand_change(service, environment)
        return
    with pytest.raises(ForbiddenError) as caught:
        caller.demand_change(service, environment)
    assert caught.value.hint == "Its token is for services pay* in staging."


def test_at_an_open_gate_anybody_may_do_everything() -> None:
    caller = Caller.anybody()
    for permission in EVERYTHING:
        caller.demand(permission)
    caller.demand_change("payments", "production")
