"""Windows where clocks jump: a table worked out by hand, and a clock that is walked through minute by minute."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
import yaml
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from gate.domain.calendar import AnyWindow, Calendar, Window
from gate.domain.instant import from_ns, to_ns
from gate.domain.recurrence import LocalSpans, Span
from gate.domain.scope import Subject
from tests.unit.domain.walked_clock import WalkedClock, watched

TABLE: Final[list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).resolve().parents[2] / "cases/daylight_saving.yaml").read_text()
)
WINDOW: Final[TypeAdapter[Window]] = TypeAdapter(AnyWindow)
ANYBODY: Final = Subject("production", "payments")
DAY: Final = timedelta(days=1)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window_of(row: dict[str, Any]) -> Window:
    return WINDOW.validate_python({"name": "w", **row["window"]})


def written(spans: list[Span]) -> list[list[str | None]]:
    return [[told(span.start_ns), None if span.end_ns is None else told(span.end_ns)] for span in spans]


def told(instant_ns: int) -> str:
    return from_ns(instant_ns).strftime("%Y-%m-%dT%H:%MZ")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["note"])
def test_a_window_is_in_utc_what_the_table_says(row: dict[str, Any]) -> None:
    window = window_of(row)
    start_ns, end_ns = (to_ns(instant(each)) for each in row["between"])
    assert written(window.spans.between(start_ns, end_ns)) == row["spans"]
    calendar = Calendar([window])
    for _ in range(2):  # not looked ahead, and looked ahead
        found = [span for span, _ in calendar.touching(ANYBODY, start_ns, end_ns)]
        assert written(found) == row["spans"]
        calendar.look_ahead(start_ns)


@pytest.mark.parametrize("row", [row for row in TABLE if "end" in row["window"]], ids=lambda row: row["note"])
def test_the_table_agrees_with_a_clock_that_is_walked_through(row: dict[str, Any]) -> None:
    said, (first, last) = row["window"], map(instant, row["between"])
    start, end = (midnight(said[field]) for field in ("start", "end"))
    length = end - start + (DAY if isinstance(said["end"], date) else timedelta())
    rule = rrulestr(said["recurrence"], dtstart=start) if "recurrence" in said else [start]
    there = {*rule_around(rule, first, last), *map(midnight, said.get("rdate", []))} - {
        *map(midnight, said.get("exdate", []))
    }
    clock = WalkedClock(said.get("timezone", "UTC"), first - 8 * DAY, last + 8 * DAY)
    spans = clock.spans(there, length, forbids=said["kind"] != "Maintenance")
    expected = [[f"{a:%Y-%m-%dT%H:%MZ}", f"{b:%Y-%m-%dT%H:%MZ}"] for a, b in spans if a < last and first < b]
    assert row["spans"] == expected


def midnight(said: str | date) -> datetime:
    return datetime.fromisoformat(said if isinstance(said, str) else said.isoformat())


def rule_around(rule: Any, first: datetime, last: datetime) -> list[datetime]:
    near = [first.replace(tzinfo=None) - 6 * DAY, last.replace(tzinfo=None) + 2 * DAY]
    return [begin for begin in (rule if isinstance(rule, list) else rule.between(*near)) if near[0] < begin < near[1]]


def test_the_table_is_as_wide_as_it_should_be() -> None:
    assert len(TABLE) >= 40
    assert len({row["window"].get("timezone", "UTC") for row in TABLE}) >= 20
    assert len({row["note"] for row in TABLE}) == len(TABLE)


# Properties: around the jumps of many zones, the implementation says what the walked clock says.

JUMPS: Final = [
    *(("Europe/Amsterdam", "2026-03-29"), ("Europe/Amsterdam", "2026-10-25"), ("Europe/Dublin", "2026-10-25")),
    *(("America/New_York", "2026-03-08"), ("America/New_York", "2026-11-01"), ("America/St_Johns", "2010-11-07")),
    *(("Australia/Lord_Howe", "2026-04-05"), ("Australia/Lord_Howe", "2026-10-04"), ("Antarctica/Troll", "2026-03-29")),
    *(("Pacific/Apia", "2011-12-30"), ("Pacific/Kwajalein", "1993-08-21"), ("Pacific/Kiritimati", "1995-01-01")),
    *(("Africa/Casablanca", "2024-03-10"), ("Africa/Casablanca", "2024-04-14"), ("Africa/Cairo", "2024-04-26")),
    *(("America/Sao_Paulo", "2018-11-04"), ("America/Sao_Paulo", "2019-02-17"), ("Asia/Tehran", "2022-03-22")),
    *(("Asia/Tehran", "2022-09-22"), ("Asia/Kathmandu", "1986-01-01"), ("Europe/Moscow", "2014-10-26")),
    *(("Asia/Kolkata", "2026-03-29"), ("UTC", "2026-03-29")),
]
LENGTHS = st.sampled_from([1, 15, 30, 45, 60, 61, 90, 120, 180, 24 * 60, 30 * 60]).map(
    lambda minutes: timedelta(minutes=minutes)
)
MINUTES_AWAY = st.integers(-26 * 60, 26 * 60) | st.integers(-4, 8).map(lambda quarters: 15 * quarters)
KINDS = st.sampled_from(["freeze", "maintenance"])
LEFT_OUT = st.lists(st.integers(0, 3), max_size=2)
RULES = st.sampled_from(["FREQ=DAILY", "FREQ=HOURLY;INTERVAL=7", "FREQ=DAILY;COUNT=2", "FREQ=DAILY;BYHOUR=0,1,2,3"])


@given(st.sampled_from(JUMPS), MINUTES_AWAY, LENGTHS, KINDS)
def test_one_occurrence_is_what_the_walked_clock_says(
    jump: tuple[str, str], minutes: int, length: timedelta, kind: str
) -> None:
    zone, day = jump
    forbids = kind == "freeze"
    start = datetime.fromisoformat(day) + timedelta(minutes=minutes)
    found = LocalSpans(start, start + length, ZoneInfo(zone), None, grows=forbids).first
    expected = watched(zone, day).span(start, start + length, forbids=forbids)
    if expected is None:
        assert found.is_empty
    else:
        assert found == Span(to_ns(expected[0]), to_ns(expected[1]))


@given(st.sampled_from(JUMPS), MINUTES_AWAY, LENGTHS, RULES, LEFT_OUT, KINDS)
def test_occurrences_are_what_the_walked_clock_says(
    jump: tuple[str, str], minutes: int, length: timedelta, rule: str, left_out: list[int], kind: str
) -> None:
    zone, day = jump
    forbids = kind == "freeze"
    start = datetime.fromisoformat(day) + timedelta(minutes=minutes) - DAY
    begins = rrulestr(rule, dtstart=start).between(start, start + 4 * DAY, inc=True)
    removed = [begins[number] for number in left_out if number < len(begins)]
    added = start + timedelta(hours=30, minutes=10)
    spans = LocalSpans(
        start, start + length, ZoneInfo(zone), rule, grows=forbids, added=(added,), removed=tuple(removed)
    )
    there = {added, *begins} - set(removed)
    expected = watched(zone, day).spans(there, length, forbids=forbids)
    first, last = instant(day) - DAY, instant(day) + DAY
    assert spans.between(to_ns(first), to_ns(last)) == [
        Span(to_ns(a), to_ns(b)) for a, b in expected if a < last and first < b
    ]


@given(st.sampled_from(JUMPS), MINUTES_AWAY, LENGTHS)
def test_no_minute_that_the_wall_shows_inside_a_freeze_is_open_and_none_outside_maintenance_is(
    jump: tuple[str, str], minutes: int, length: timedelta
) -> None:
    zone, day = jump
    start = datetime.fromisoformat(day) + timedelta(minutes=minutes)
    frozen, allowed = (
        LocalSpans(start, start + length, ZoneInfo(zone), None, grows=grows).first for grows in (True, False)
    )
    for offset in range(-180, int(length.total_seconds()) // 60 + 180, 7):
        time = start + timedelta(minutes=offset)
        inside = start <= time < start + length
        for reading in watched(zone, day).readings(time):
            if inside and reading.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == time:
                assert frozen.holds(to_ns(reading))
            if not inside and reading.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == time:
                assert allowed.is_empty or not allowed.holds(to_ns(reading))
