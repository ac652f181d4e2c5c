"""What one decision can take away from another."""

from typing import Any

import pytest

from gate.domain.facts import Load, TrackRecord
from gate.domain.history import History
from gate.domain.review import Approval
from tests.builders import AT_NS, COMMIT, a_change, a_reservation

PAYMENTS = ("service:payments",)
APPROVAL = Approval(step="peer_review", by="jan", at_ns=AT_NS, commit=COMMIT)
CONTENDED = a_reservation(a_change()).resources


@pytest.mark.parametrize(
    "moved",
    [
        {"reservations": (a_reservation(a_change()),)},
        {"bypass_uses": {"double-charge": 1}},
        {"approvals": (APPROVAL,)},
        {"approvals": (APPROVAL.model_copy(update={"answer": "veto"}),)},
    ],
)
def test_a_reservation_a_bypass_use_and_an_approval_move_a_judgement(moved: dict[str, Any]) -> None:
    assert not History().excludes_the_same(History(**moved), CONTENDED)
    assert History(**moved).excludes_the_same(History(**moved), CONTENDED)


@pytest.mark.parametrize("moved", [{"load": Load(team=3, environment=9)}, {"track_record": TrackRecord(failed=1)}])
def test_load_and_track_record_do_not(moved: dict[str, Any]) -> None:
    assert History().excludes_the_same(History(**moved), CONTENDED)


def test_a_reservation_of_what_only_raises_the_risk_moves_nothing() -> None:
    assert History().excludes_the_same(History(reservations=(a_reservation(a_change()),)), ("service:another",))
