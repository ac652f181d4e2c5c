"""What one decision can take away from another."""

from typing import Any

import pytest

from gate.domain.facts import Load, TrackRecord
from gate.domain.history import History, HistoryQuestion
from gate.domain.review import Approval
from tests.builders import AT_NS, COMMIT, HOUR, MINUTE, a_change, a_place, a_question, a_reservation

APPROVAL = Approval(step="peer_review", by="jan", at_ns=AT_NS, commit=COMMIT)
CONTENDED = a_reservation(a_change()).resources


@pytest.mark.parametrize(
    "moved",
    [
        {"reservations": (a_reservation(a_change()),)},
        {"queue": (a_place(a_change()),)},
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
    assert History().excludes_the_same(History(queue=(a_place(a_change()),)), ("service:another",))


def question(**fields: Any) -> HistoryQuestion:
    """From ten past until twenty to."""
    return a_question(a_change(id="chg_x"), start_ns=AT_NS + 10 * MINUTE, end_ns=AT_NS + 40 * MINUTE, **fields)


@pytest.mark.parametrize(
    ("since", "until", "times"),
    [(0, 10, 0), (0, 11, 1), (39, 60, 1), (40, 60, 0), (10, 40, 1), (0, 60, 1), (20, 30, 1)],
)
def test_times_that_touch_do_not_meet_and_times_that_overlap_by_anything_do(since: int, until: int, times: int) -> None:
    held = a_reservation(a_change(), since_ns=AT_NS + since * MINUTE, until_ns=AT_NS + until * MINUTE)
    assert question().meets(held) == (times == 1)


def test_an_approval_that_has_lapsed_keeps_nobody_away() -> None:
    for lapses_ns, meets in ((AT_NS, False), (AT_NS + 1, True)):
        assert question().meets(a_reservation(a_change(), until_ns=AT_NS + HOUR, lapses_ns=lapses_ns)) == meets


def test_a_change_does_not_meet_itself() -> None:
    assert not question().meets(a_reservation(a_change(id="chg_x"), until_ns=AT_NS + HOUR))
    assert not question(in_line_since_ns=AT_NS + 1).is_behind(a_place(a_change(id="chg_x"), change_class="emergency"))


def test_whoever_has_its_turn_is_behind_nobody() -> None:
    place = a_place(a_change(), change_class="emergency", in_line_since_ns=0)
    assert question().is_behind(place)
    assert not question(in_line_since_ns=None).is_behind(place)


def test_whoever_came_before_is_ahead_and_an_emergency_whenever_it_came() -> None:
    asked = question(in_line_since_ns=AT_NS)
    assert asked.is_behind(a_place(a_change(), in_line_since_ns=AT_NS - 1))
    assert not asked.is_behind(a_place(a_change(), in_line_since_ns=AT_NS + 1))
    assert asked.is_behind(a_place(a_change(), in_line_since_ns=AT_NS + 1, change_class="emergency"))
