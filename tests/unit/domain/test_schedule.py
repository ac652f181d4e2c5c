"""Open and closed time: what windows come to, merged; how far is looked, and no farther."""

from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain import schedule as module
from gate.domain.calendar import Calendar, Window
from gate.domain.recurrence import Span
from gate.domain.schedule import DAY_NS, Occurrence, Schedule, schedules
from tests.windows import PAYMENTS, advisory, at, freeze, maintenance, told

MONDAY, FRIDAY = at("2026-11-02T00:00"), at("2026-11-06T00:00")


def week(*windows: Window, pressed: tuple[Occurrence, ...] = ()) -> Schedule:
    """From Monday to Thursday."""
    return Schedule.of(Calendar(windows), PAYMENTS, MONDAY, FRIDAY, pressed)


def closed(schedule: Schedule) -> list[tuple[str | None, str | None]]:
    return [(told(span.start_ns), told(span.end_ns)) for span in schedule.closed]


def test_without_windows_all_time_is_open() -> None:
    assert week().closed == ()
    assert week().is_open(MONDAY)
    assert (week().opens_after(MONDAY), week().closes_after(MONDAY)) == (None, None)


def test_the_start_of_a_freeze_is_closed_and_its_end_is_open() -> None:
    schedule = week(freeze("2026-11-02T10:00", "2026-11-02T12:00"))
    opening = [schedule.is_open(at("2026-11-02T10:00") + step) for step in (-1, 0)]
    assert opening == [True, False]
    assert not schedule.is_open(at("2026-11-02T12:00") - 1)
    assert schedule.is_open(at("2026-11-02T12:00"))


def test_freezes_that_overlap_or_touch_are_one_closed_stretch() -> None:
    schedule = week(
        freeze("2026-11-02T10:00", "2026-11-02T12:00"),
        freeze("2026-11-02T11:00", "2026-11-02T13:00", "b"),
        freeze("2026-11-02T13:00", "2026-11-02T14:00", "c"),
        freeze("2026-11-03T00:00", "2026-11-03T01:00", "d"),
    )
    assert closed(schedule) == [("2026-11-02T10:00", "2026-11-02T14:00"), ("2026-11-03T00:00", "2026-11-03T01:00")]
    assert told(schedule.opens_after(at("2026-11-02T10:30"))) == "2026-11-02T14:00"
    assert told(schedule.closes_after(at("2026-11-02T10:30"))) == "2026-11-03T00:00"
    assert told(schedule.opens_after(at("2026-11-02T20:00"))) == "2026-11-03T01:00"


def test_where_a_maintenance_window_covers_the_rest_of_the_time_is_closed() -> None:
    schedule = week(maintenance("2026-11-02T22:00", "2026-11-03T02:00", recurrence="RRULE:FREQ=DAILY;COUNT=2"))
    assert closed(schedule) == [
        ("2026-11-02T00:00", "2026-11-02T22:00"),
        ("2026-11-03T02:00", "2026-11-03T22:00"),
        ("2026-11-04T02:00", None),
    ]


def test_a_maintenance_window_that_is_over_still_covers() -> None:
    assert closed(week(maintenance("2026-01-05T22:00", "2026-01-06T02:00"))) == [("2026-11-02T00:00", None)]


def test_a_freeze_wins_over_a_maintenance_window() -> None:
    schedule = week(maintenance("2026-11-02T22:00", "2026-11-03T02:00"), freeze("2026-11-03T00:00", "2026-11-03T01:00"))
    assert not schedule.is_open(at("2026-11-03T00:30"))
    assert told(schedule.opens_after(at("2026-11-03T00:30"))) == "2026-11-03T01:00"


def test_an_advisory_closes_nothing_and_is_on() -> None:
    schedule = week(advisory("2026-11-02T10:00", "2026-11-02T12:00"))
    assert schedule.closed == ()
    assert [one.name for one in schedule.at(at("2026-11-02T11:00"))] == ["payday"]
    assert schedule.at(at("2026-11-02T12:00")) == []


def test_windows_of_other_services_say_nothing() -> None:
    assert week(freeze("2026-11-02T10:00", "2026-11-02T12:00", scope={"services": ["ledger"]})).occurrences == ()


def test_a_freeze_without_an_end_closes_for_good() -> None:
    schedule = week(freeze("2026-11-02T10:00", None))
    assert closed(schedule) == [("2026-11-02T10:00", None)]
    assert schedule.opens_after(at("2026-11-03T00:00")) is None


def test_what_reaches_to_the_end_of_the_schedule_has_no_end_that_is_known() -> None:
    assert week(freeze("2026-11-05T10:00", "2026-11-06T00:00")).opens_after(at("2026-11-05T12:00")) is None
    assert week(freeze("2026-11-05T10:00", "2026-11-20T00:00")).opens_after(at("2026-11-05T12:00")) is None


def test_a_pressed_freeze_closes_like_one_of_the_calendar() -> None:
    pressed = Occurrence(Span(at("2026-11-03T09:00"), None), "freeze", "frz_1", "something is on fire")
    gone = Occurrence(Span(at("2026-10-03T09:00"), MONDAY), "freeze", "frz_0")
    schedule = week(freeze("2026-11-02T10:00", "2026-11-02T12:00"), pressed=(pressed, gone))
    assert closed(schedule) == [("2026-11-02T10:00", "2026-11-02T12:00"), ("2026-11-03T09:00", None)]
    assert schedule.at(at("2026-11-04T00:00")) == [pressed]


HOURS = st.integers(0, 95)
MADE: Final[list[Callable[..., Window]]] = [freeze, maintenance, advisory]


@st.composite
def windows(draw: st.DrawFn) -> list[Window]:
    def one(number: int) -> Window:
        start, length = draw(HOURS), draw(st.integers(1, 30))
        made: Callable[..., Window] = draw(st.sampled_from(MADE))
        return made(_hour(start), _hour(start + length), f"w{number}")

    return [one(number) for number in range(draw(st.integers(0, 6)))]


def _hour(number: int) -> str:
    return f"2026-11-{2 + number // 24:02}T{number % 24:02}:00"


@given(windows())
def test_every_hour_is_open_or_closed_as_somebody_with_a_pencil_would_say(windows: list[Window]) -> None:
    schedule = week(*windows)
    maintained = any(window.kind == "Maintenance" for window in windows)
    for hour in range(96):
        moment = MONDAY + hour * DAY_NS // 24
        on = [window.kind for window in windows if window.spans.first.holds(moment)]
        assert schedule.is_open(moment) == ("Freeze" not in on and (not maintained or "Maintenance" in on))


# How far is looked


def reaches(*windows: Window, days: int = 400) -> list[int]:
    found = schedules(Calendar(windows), PAYMENTS, MONDAY, MONDAY + days * DAY_NS)
    return [(schedule.until_ns - MONDAY) // DAY_NS for schedule in found]


def test_it_is_looked_ever_farther_up_to_the_end() -> None:
    assert reaches() == [1, 4, 40, 400]
    assert reaches(days=4) == [1, 4]
    assert reaches(days=20) == [1, 4, 20]


def test_a_crowded_calendar_is_known_less_far_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    hourly = freeze("2026-11-02T00:00", "2026-11-02T00:30", recurrence="RRULE:FREQ=HOURLY")
    monkeypatch.setattr(module, "MOST", 24 * 4 * 10)
    assert reaches(hourly) == [1, 4, 40]
    monkeypatch.setattr(module, "MOST", 24 * 10)
    assert reaches(hourly) == [1, 4]


def test_what_is_looked_at_is_bounded_for_ten_thousand_windows() -> None:
    daily = freeze("2026-11-02T10:00", "2026-11-02T10:30", recurrence="RRULE:FREQ=DAILY")
    many = [daily.model_copy(update={"name": f"w{copy}"}) for copy in range(10_000)]
    found = list(schedules(Calendar(many), PAYMENTS, MONDAY, MONDAY + 400 * DAY_NS))
    assert sum(len(schedule.occurrences) for schedule in found) <= 2 * module.MOST
