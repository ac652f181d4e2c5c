"""A bypass is for one case: named exactly, for a while, and never past the separation of duties."""

from typing import Any

import pytest
from pydantic import ValidationError

from gate.domain.bypass import MOST_ADDED, MOST_SKIPPED, Bypass
from tests.builders import COMMIT
from tests.house import a_bypass

OTHER = "ab12" * 10


def bypass(**fields: Any) -> Bypass:
    return Bypass.model_validate(a_bypass(**fields))


def target(**fields: str) -> dict[str, str]:
    return {"service": "payments", "environment": "production"} | fields


@pytest.mark.parametrize(
    ("change", "asked", "is_for"),
    [
        (target(), ("payments", "production", COMMIT), True),
        (target(), ("payments", "production", OTHER), True),
        (target(), ("payments", "staging", COMMIT), False),
        (target(), ("ledger", "production", COMMIT), False),
        (target(), ("Payments", "production", COMMIT), False),
        (target(commit=COMMIT), ("payments", "production", COMMIT), True),
        (target(commit=COMMIT), ("payments", "production", OTHER), False),
        (target(commit=COMMIT), ("payments", "production", COMMIT[:12]), False),
    ],
)
def test_it_is_for_exactly_what_it_names(change: dict[str, str], asked: tuple[str, str, str], *, is_for: bool) -> None:
    assert bypass(change=change).is_for(*asked) is is_for


@pytest.mark.parametrize(
    "fields",
    [
        {"change": target(service="*")},
        {"change": target(environment="prod*")},
        {"change": target(commit="4f0c")},
        {"change": {"service": "payments"}},
        {"skip": []},
        {"skip": ["*"]},
        {"reason": ""},
        {"ticket": ""},
        {"uses": 0},
        {"uses": 101},
        {"review_due": "PT0S"},
        {"add": [{"step": "dba_pairing"}]},
        {"add": [{"step": f"pairing_{number}", "needs": {"group": "dba"}} for number in range(MOST_ADDED + 1)]},
        {"skip": [f"step_{number}" for number in range(MOST_SKIPPED + 1)]},
        {"add": [{"step": "dba_pairing", "needs": {"group": "dba", "approvals": 0}}]},
        {"approved_by": "maria"},
    ],
)
def test_a_bypass_that_cannot_be_meant_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        bypass(**fields)


def test_the_separation_of_duties_cannot_even_be_asked_away() -> None:
    with pytest.raises(ValidationError, match="segregation_of_duties is never lifted; take it out of `skip`"):
        bypass(skip=["freeze", "segregation_of_duties"])


@pytest.mark.parametrize(
    "expires",
    [
        1_795_809_600,
        1_795_809_600.5,
        "1795809600",
        "1795809600.5",
        True,
        None,
        "2026-11-27",
        "2026-11-27T20:00:00",
        "2026-11-27T20:00",
        "2026-11-27T20:00:00 ",
        "2026-13-27T20:00:00Z",
        "tomorrow",
    ],
)
def test_an_expiry_that_people_could_read_otherwise_is_refused(expires: object) -> None:
    with pytest.raises(ValidationError):
        bypass(expires=expires)


@pytest.mark.parametrize("expires", ["2026-11-27T20:00:00Z", "2026-11-27T21:00+01:00", "2026-11-27T15:00:00-05:00"])
def test_an_expiry_is_one_instant_in_whatever_offset(expires: str) -> None:
    assert bypass(expires=expires).expires_ns == 1_795_809_600_000_000_000
