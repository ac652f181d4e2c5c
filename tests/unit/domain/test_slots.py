"""The next slots: what fits between windows and reservations, compared with a walk from minute to minute."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.calendar import Calendar, Window
from gate.domain.instant import duration_ns
from gate.domain.recurrence import Span
from gate.domain.schedule import DAY_NS, Occurrence
from gate.domain.slots import REACH_NS, Slot, Wish, find_slots
from tests.builders import HOUR, MINUTE
from tests.windows import PAYMENTS, advisory, at, freeze, maintenance, told

TEN = at("2026-11-02T10:00")
LENGTHS = {"30 min": 30 * MINUTE, "2 h": 2 * HOUR}


def wish(length: int, count: int, takes: int | None = None) -> Wish:
    return Wish(TEN, TEN + REACH_NS, length, length if takes is None else takes, count)


def slots(
    *windows: Window,
    busy: tuple[Span, ...] = (),
    lasts: timedelta = timedelta(hours=1),
    count: int = 3,
    pressed: tuple[Occurrence, ...] = (),
) -> list[Slot]:
    return list(find_slots(Calendar(windows), PAYMENTS, wish(duration_ns(lasts), count), busy, pressed).slots)


def starts(found: list[Slot]) -> list[tuple[str | None, str | None]]:
    """From when until when each may start, the latter not included."""
    return [(told(slot.start_ns), told(slot.start_by_ns and slot.start_by_ns + 1)) for slot in found]


def span(start: str, end: str) -> Span:
    return Span(at(start), at(end))


def test_with_nothing_in_the_way_the_slot_is_now_and_for_as_long_as_was_looked() -> None:
    assert slots() == [Slot(TEN, TEN + HOUR, None)]


def test_slots_come_at_once_and_then_after_each_time_that_is_closed() -> None:
    found = slots(freeze("2026-11-03T00:00", "2026-11-03T06:00", recurrence="RRULE:FREQ=DAILY"))
    assert starts(found) == [
        ("2026-11-02T10:00", "2026-11-03T00:00"),
        ("2026-11-03T06:00", "2026-11-04T00:00"),
        ("2026-11-04T06:00", "2026-11-05T00:00"),
    ]


def test_a_change_may_run_into_a_freeze_that_lets_it_finish() -> None:
    found = slots(freeze("2026-11-02T12:00", "2026-11-02T14:00", overrun="finish"))
    assert starts(found)[0] == ("2026-11-02T10:00", "2026-11-02T12:00")


def test_a_change_must_be_done_before_a_freeze_that_stops_it() -> None:
    found = slots(freeze("2026-11-02T12:00", "2026-11-02T14:00", overrun="stop"))
    assert found[0].start_by_ns == at("2026-11-02T11:00")
    assert starts(found)[1] == ("2026-11-02T14:00", None)
    longer = slots(freeze("2026-11-02T12:00", "2026-11-02T14:00", overrun="stop"), lasts=timedelta(hours=3))
    assert starts(longer) == [("2026-11-02T14:00", None)]


def test_a_change_must_be_done_before_a_maintenance_window_that_stops_it_ends() -> None:
    nights = {"recurrence": "RRULE:FREQ=DAILY", "overrun": "stop"}
    found = slots(maintenance("2026-11-02T22:00", "2026-11-03T02:00", **nights), lasts=timedelta(hours=3), count=2)
    assert [told(slot.start_ns) for slot in found] == ["2026-11-02T22:00", "2026-11-03T22:00"]
    assert found[0].start_by_ns == at("2026-11-02T23:00")
    assert not slots(maintenance("2026-11-02T22:00", "2026-11-03T02:00", **nights), lasts=timedelta(hours=5))


def test_a_slot_that_just_fits_is_one() -> None:
    window = maintenance("2026-11-02T22:00", "2026-11-02T23:00", overrun="stop")
    assert [slot.start_by_ns for slot in slots(window)] == [at("2026-11-02T22:00")]


def test_a_maintenance_window_that_lets_a_change_finish_may_be_entered_to_its_end() -> None:
    found = slots(maintenance("2026-11-02T22:00", "2026-11-03T02:00"), lasts=timedelta(hours=5))
    assert starts(found) == [("2026-11-02T22:00", "2026-11-03T02:00")]


def test_a_freeze_wins_over_a_maintenance_window() -> None:
    found = slots(
        maintenance("2026-11-02T22:00", "2026-11-03T02:00"),
        freeze("2026-11-02T21:00", "2026-11-03T01:00"),
    )
    assert starts(found) == [("2026-11-03T01:00", "2026-11-03T02:00")]


def test_an_advisory_takes_nothing_away() -> None:
    assert slots(advisory("2026-11-02T10:00", "2026-11-02T12:00")) == slots()


def test_what_others_hold_is_kept_clear_of_but_may_be_touched() -> None:
    found = slots(busy=(span("2026-11-02T11:00", "2026-11-02T12:00"), span("2026-11-02T12:30", "2026-11-02T13:00")))
    assert found[0] == Slot(TEN, at("2026-11-02T11:00"), TEN)
    assert starts(found)[1:] == [("2026-11-02T13:00", None)]


def test_what_is_held_now_is_waited_for() -> None:
    assert starts(slots(busy=(span("2026-11-02T09:00", "2026-11-02T10:15"),))) == [("2026-11-02T10:15", None)]


def test_others_must_leave_it_alone_for_as_long_as_its_approval_may_be_used() -> None:
    held = [span("2026-11-02T10:10", "2026-11-02T11:00")]
    found = find_slots(Calendar(()), PAYMENTS, wish(5 * MINUTE, 1, 15 * MINUTE), held).slots
    assert found == (Slot(at("2026-11-02T11:00"), at("2026-11-02T11:05"), None),)


def test_a_pressed_freeze_without_an_end_leaves_no_slot() -> None:
    pressed = Occurrence(Span(TEN - HOUR, None), "freeze", "frz_1", "something is on fire")
    assert slots(pressed=(pressed,)) == []


@pytest.mark.parametrize(
    ("passes", "opens"), [("INC-1", None), ("INC-2", "2026-11-02T12:00"), (None, "2026-11-02T12:00")]
)
def test_a_freeze_lets_the_repair_of_its_own_incident_through(passes: str | None, opens: str | None) -> None:
    frozen = freeze("2026-11-02T09:00", "2026-11-02T12:00", incident="INC-1")
    asked = replace(wish(HOUR, 1), passes=passes)
    (slot,) = find_slots(Calendar([frozen]), PAYMENTS, asked, ()).slots
    assert told(slot.start_ns) == (opens or "2026-11-02T10:00")


def test_no_farther_than_ninety_days_is_looked() -> None:
    last = freeze("2026-11-01T00:00", "2027-01-31T09:59")
    assert starts(slots(last)) == [("2027-01-31T09:59", None)]
    assert slots(freeze("2026-11-01T00:00", "2027-01-31T10:00")) == []
    search = find_slots(Calendar([last]), PAYMENTS, wish(HOUR, 1), ())
    assert search.until_ns == TEN + REACH_NS


def test_a_change_as_long_as_a_month_finds_its_slot() -> None:
    found = slots(freeze("2026-11-10T00:00", "2026-11-11T00:00", overrun="stop"), lasts=timedelta(days=30))
    assert starts(found) == [("2026-11-11T00:00", None)]


# The oracle walks from minute to minute and asks of each whether a change could start there.

MINUTES = st.integers(0, 300)
MADE: Final[list[Callable[..., Window]]] = [freeze, maintenance]


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Window], list[Span]]:
    def window(number: int) -> Window:
        start, length = draw(MINUTES), draw(st.integers(5, 120))
        made: Callable[..., Window] = draw(st.sampled_from(MADE))
        overrun = draw(st.sampled_from(["finish", "stop"]))
        return made(_minute(start), _minute(start + length), f"w{number}", overrun=overrun)

    def reservation() -> Span:
        start = TEN + draw(MINUTES) * MINUTE
        return Span(start, start + draw(st.integers(1, 60)) * MINUTE)

    windows = [window(number) for number in range(draw(st.integers(0, 5)))]
    return windows, [reservation() for _ in range(draw(st.integers(0, 5)))]


def _minute(number: int) -> str:
    return f"2026-11-02T{10 + number // 60:02}:{number % 60:02}"


def could_start(moment: int, length: int, windows: list[Window], busy: list[Span]) -> bool:
    done = moment + length
    if any(held.start_ns < done and moment < (held.end_ns or 0) for held in busy):
        return False
    allowed = []
    for window in windows:
        start, end = at(window.start.isoformat()), at(window.end.isoformat() if window.end else "")
        reach = done if window.overrun == "stop" else moment + 1
        if window.kind == "Freeze" and start < reach and moment < end:
            return False
        if window.kind == "Maintenance":
            allowed.append(start <= moment < end and reach <= end)
    return not allowed or any(allowed)


@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
@given(situation=situations())
def test_slots_are_where_a_walk_from_minute_to_minute_finds_them(
    length: int, situation: tuple[list[Window], list[Span]]
) -> None:
    windows, busy = situation
    found = find_slots(Calendar(windows), PAYMENTS, wish(length, 100), busy).slots
    walked = []
    moments = [TEN + minute * MINUTE for minute in range(9 * 60)]
    for free, stretch in groupby(moments, lambda moment: could_start(moment, length, windows, busy)):
        walked += [next(stretch)] if free else []
    assert [slot.start_ns for slot in found] == walked


def test_the_walk_covers_days_and_slots_do_too() -> None:
    daily = freeze("2026-11-02T00:00", "2026-11-02T23:00", recurrence="RRULE:FREQ=DAILY")
    found = slots(daily, count=100)
    assert len(found) == REACH_NS // DAY_NS
    assert found[-1].start_ns == at("2027-01-30T23:00")
