"""A token is bound by its first use: to a request and the change that it became."""

import pytest

from gate.domain.accounts import Accounts
from gate.domain.identity import vouched
from gate.domain.token_use import TokenUse
from tests.builders import AT_NS, MINUTE
from tests.robots import an_identity

VOUCHED = vouched(an_identity(), "r", Accounts(), any_commit=False)
ASKED = TokenUse.of(VOUCHED, request_key="k")
SETTLED = ASKED.model_copy(update={"change_id": "chg_1"})
NAMED = TokenUse.of(VOUCHED, change_id="chg_1")


@pytest.mark.parametrize(
    ("kept", "wanted", "allowed"),
    [
        (ASKED, ASKED, True),
        (SETTLED, ASKED, True),
        (SETTLED, NAMED, True),
        (NAMED, NAMED, True),
        (ASKED, TokenUse.of(VOUCHED, request_key="other"), False),
        (SETTLED, TokenUse.of(VOUCHED, request_key="other"), False),
        (SETTLED, TokenUse.of(VOUCHED, change_id="chg_2"), False),
        (ASKED, NAMED, False),  # nobody knows yet what it became
        (NAMED, ASKED, False),
        (TokenUse.of(VOUCHED), ASKED, False),
        (TokenUse.of(VOUCHED), NAMED, False),
        (TokenUse.of(VOUCHED), TokenUse.of(VOUCHED), False),
    ],
)
def test_a_use_allows_the_same_again_and_nothing_else(kept: TokenUse, wanted: TokenUse, allowed: bool) -> None:  # noqa: FBT001 -- a table
    assert kept.allows(wanted) is allowed


def test_a_use_is_remembered_for_longer_than_its_token_is_worth_something() -> None:
    assert ASKED.kept_until_ns > AT_NS + 5 * MINUTE + MINUTE
