"""Local spans in UTC, where the clock jumps: a freeze never shrinks, a maintenance window never grows."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from gate.domain.instant import NANOSECOND_PER_SECOND, to_ns
from gate.domain.recurrence import Edge, LocalSpans, Span, resolve

AMSTERDAM = "Europe/Amsterdam"
NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"
KOLKATA = "Asia/Kolkata"
APIA = "Pacific/Apia"
ZONES = [AMSTERDAM, NEW_YORK, LORD_HOWE, KOLKATA, APIA, "Africa/Casablanca", "America/St_Johns", "UTC"]
HOUR_NS = 3600 * NANOSECOND_PER_SECOND


def utc(text: str) -> int:
    return to_ns(datetime.fromisoformat(text).replace(tzinfo=UTC))


def span(start: str, end: str | None) -> Span:
    return Span(utc(start), None if end is None else utc(end))


def local_spans(start: str, end: str | None, zone: str, *, grows: bool, rule: str | None = None) -> LocalSpans:
    until = None if end is None else datetime.fromisoformat(end)
    return LocalSpans(datetime.fromisoformat(start), until, ZoneInfo(zone), rule, grows=grows)


def freeze(start: str, end: str | None, zone: str, rule: str | None = None) -> LocalSpans:
    return local_spans(start, end, zone, grows=True, rule=rule)


def maintenance(start: str, end: str | None, zone: str, rule: str | None = None) -> LocalSpans:
    return local_spans(start, end, zone, grows=False, rule=rule)


@pytest.mark.parametrize(
    ("local", "zone", "earliest", "latest"),
    [
        # ordinary times have one reading
        ("2026-07-01T12:00", AMSTERDAM, "2026-07-01T10:00", "2026-07-01T10:00"),
        ("2026-07-01T12:00", KOLKATA, "2026-07-01T06:30", "2026-07-01T06:30"),
        # gaps: the jump, and the time shifted forward by it
        ("2026-03-29T02:30", AMSTERDAM, "2026-03-29T01:00", "2026-03-29T01:30"),
        ("2026-03-29T02:00", AMSTERDAM, "2026-03-29T01:00", "2026-03-29T01:00"),
        ("2026-03-29T03:00", AMSTERDAM, "2026-03-29T01:00", "2026-03-29T01:00"),
        ("2026-03-08T02:59:59", NEW_YORK, "2026-03-08T07:00", "2026-03-08T07:59:59"),
        ("2026-10-04T02:10", LORD_HOWE, "2026-10-03T15:30", "2026-10-03T15:40"),
        ("2011-12-30T12:00", APIA, "2011-12-30T10:00", "2011-12-30T22:00"),
        ("2011-12-30T00:00", APIA, "2011-12-30T10:00", "2011-12-30T10:00"),
        # folds: the first passing and the second
        ("2026-10-25T02:30", AMSTERDAM, "2026-10-25T00:30", "2026-10-25T01:30"),
        ("2026-11-01T01:00", NEW_YORK, "2026-11-01T05:00", "2026-11-01T06:00"),
        ("2026-04-05T01:45", LORD_HOWE, "2026-04-04T14:45", "2026-04-04T15:15"),
        ("2026-10-25T03:00", AMSTERDAM, "2026-10-25T02:00", "2026-10-25T02:00"),
    ],
)
def test_a_wall_clock_time_has_an_earliest_and_a_latest_reading(
    local: str, zone: str, earliest: str, latest: str
) -> None:
    readings = [resolve(datetime.fromisoformat(local), ZoneInfo(zone), edge) for edge in ("earliest", "latest")]
    assert readings == [utc(earliest), utc(latest)]


@pytest.mark.parametrize(
    ("start", "end", "zone", "expected"),
    [
        # begins in a gap: from the jump on; ends in a gap: to the shifted time
        ("2026-03-29T02:30", "2026-03-29T04:00", AMSTERDAM, ("2026-03-29T01:00", "2026-03-29T02:00")),
        ("2026-03-29T01:00", "2026-03-29T02:30", AMSTERDAM, ("2026-03-29T00:00", "2026-03-29T01:30")),
        ("2026-03-29T02:15", "2026-03-29T02:45", AMSTERDAM, ("2026-03-29T01:00", "2026-03-29T01:45")),
        # begins in a fold: at the first passing; ends in a fold: at the second
        ("2026-10-25T02:30", "2026-10-25T05:00", AMSTERDAM, ("2026-10-25T00:30", "2026-10-25T04:00")),
        ("2026-10-25T00:00", "2026-10-25T02:30", AMSTERDAM, ("2026-10-24T22:00", "2026-10-25T01:30")),
        ("2026-11-01T01:15", "2026-11-01T01:45", NEW_YORK, ("2026-11-01T05:15", "2026-11-01T06:45")),
        ("2026-04-05T01:40", "2026-04-05T01:50", LORD_HOWE, ("2026-04-04T14:40", "2026-04-04T15:20")),
        # half of a day that never was
        ("2011-12-29T12:00", "2011-12-30T12:00", APIA, ("2011-12-29T22:00", "2011-12-30T22:00")),
    ],
)
def test_a_freeze_takes_the_longest_reading(start: str, end: str, zone: str, expected: tuple[str, str]) -> None:
    assert freeze(start, end, zone).first == span(*expected)


@pytest.mark.parametrize(
    ("start", "end", "zone", "expected"),
    [
        ("2026-03-29T02:30", "2026-03-29T05:00", AMSTERDAM, ("2026-03-29T01:30", "2026-03-29T03:00")),
        ("2026-03-29T01:00", "2026-03-29T02:30", AMSTERDAM, ("2026-03-29T00:00", "2026-03-29T01:00")),
        ("2026-10-25T02:30", "2026-10-25T05:00", AMSTERDAM, ("2026-10-25T01:30", "2026-10-25T04:00")),
        ("2026-10-25T00:00", "2026-10-25T02:30", AMSTERDAM, ("2026-10-24T22:00", "2026-10-25T00:30")),
        ("2011-12-29T12:00", "2011-12-30T12:00", APIA, ("2011-12-29T22:00", "2011-12-30T10:00")),
    ],
)
def test_a_maintenance_window_takes_the_shortest(start: str, end: str, zone: str, expected: tuple[str, str]) -> None:
    assert maintenance(start, end, zone).first == span(*expected)


@pytest.mark.parametrize(
    ("start", "end", "zone"),
    [
        ("2026-03-29T02:00", "2026-03-29T03:00", AMSTERDAM),
        ("2026-10-25T02:15", "2026-10-25T02:45", AMSTERDAM),
        ("2011-12-30T00:00", "2011-12-31T00:00", APIA),
    ],
)
def test_a_maintenance_window_that_the_clock_jumps_over_is_empty(start: str, end: str, zone: str) -> None:
    assert maintenance(start, end, zone).first.is_empty


def test_an_occurrence_that_the_clock_jumps_over_neither_overlaps_nor_comes_next() -> None:
    nightly = maintenance("2026-03-27T02:00", "2026-03-27T03:00", AMSTERDAM, "FREQ=DAILY")
    starts = [found.start_ns for found in nightly.between(utc("2026-03-28T00:00"), utc("2026-03-31T00:00"))]
    assert starts == [utc("2026-03-28T01:00"), utc("2026-03-30T00:00")]
    assert nightly.next_after(utc("2026-03-28T12:00")) == span("2026-03-30T00:00", "2026-03-30T01:00")


def test_a_daily_freeze_skips_the_day_that_apia_skipped() -> None:
    daily = freeze("2011-12-28T00:00", "2011-12-28T01:00", APIA, "FREQ=DAILY")
    starts = [found.start_ns for found in daily.between(utc("2011-12-29T00:00"), utc("2011-12-31T12:00"))]
    # The freeze of the 30th, which never was, takes its longest reading: one hour from the jump, as that of the 31st.
    assert starts == [utc("2011-12-29T10:00"), utc("2011-12-30T10:00"), utc("2011-12-31T10:00")]


def test_an_occurrence_that_began_long_ago_is_still_there() -> None:
    long = freeze("2026-01-05T00:00", "2026-01-25T00:00", "UTC", "FREQ=MONTHLY")
    [found] = long.between(utc("2026-03-24T23:00"), utc("2026-03-24T23:01"))
    assert found == span("2026-03-05T00:00", "2026-03-25T00:00")


def test_in_a_fold_a_freeze_is_there_that_begins_later_on_the_wall() -> None:
    daily = freeze("2026-10-20T02:30", "2026-10-20T04:00", AMSTERDAM, "FREQ=DAILY")
    second_passing_of_ten_past_two = utc("2026-10-25T01:10")
    [found] = daily.between(second_passing_of_ten_past_two, second_passing_of_ten_past_two + 1)
    assert found == span("2026-10-25T00:30", "2026-10-25T03:00")


def test_in_a_fold_maintenance_comes_next_that_began_earlier_on_the_wall() -> None:
    daily = maintenance("2026-10-20T02:30", "2026-10-20T05:00", AMSTERDAM, "FREQ=DAILY")
    first_passing_of_a_quarter_to_three = utc("2026-10-25T00:45")
    assert daily.next_after(first_passing_of_a_quarter_to_three) == span("2026-10-25T01:30", "2026-10-25T04:00")


def test_in_a_gap_what_comes_next_may_come_later_on_the_wall() -> None:
    every_19_hours = maintenance("2011-12-29T10:00", "2011-12-30T16:00", APIA, "FREQ=HOURLY;INTERVAL=19")
    # That of five o'clock on the day that never was begins at five the day after, and midnight comes before.
    assert every_19_hours.next_after(utc("2011-12-30T09:30")) == span("2011-12-30T10:00", "2011-12-31T16:00")


def test_what_has_no_known_end_holds_for_ever() -> None:
    endless = freeze("2026-01-01T00:00", None, "UTC")
    assert endless.first.holds(utc("2199-01-01T00:00"))
    assert not endless.first.holds(utc("2025-12-31T23:59:59"))
    assert endless.between(utc("2150-01-01T00:00"), utc("2150-01-01T01:00")) == [endless.first]


def test_a_span_holds_its_start_and_not_its_end() -> None:
    one = Span(100, 200)
    assert [one.holds(instant) for instant in (99, 100, 199, 200)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("start_ns", "end_ns", "overlaps"),
    [(0, 100, False), (0, 101, True), (199, 300, True), (200, 300, False), (120, 130, True), (0, 999, True)],
)
def test_spans_that_only_touch_do_not_overlap(start_ns: int, end_ns: int, *, overlaps: bool) -> None:
    assert Span(100, 200).overlaps(start_ns, end_ns) is overlaps


# Properties. Times are drawn around the jumps of the zones, where everything interesting happens.

JUMPS = [
    *(datetime(2026, 3, 29), datetime(2026, 10, 25)),  # noqa: DTZ001 -- wall-clock days
    *(datetime(2026, 3, 8), datetime(2026, 11, 1)),  # noqa: DTZ001 -- wall-clock
    *(datetime(2026, 4, 5), datetime(2026, 10, 4)),  # noqa: DTZ001 -- wall-clock
    *(datetime(2011, 12, 30), datetime(2026, 2, 15)),  # noqa: DTZ001 -- wall-clock
]
LOCAL_TIMES = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes), st.sampled_from(JUMPS), st.integers(-2 * 1440, 3 * 1440)
)
LENGTHS = st.sampled_from([1, 15, 30, 45, 60, 90, 180, 24 * 60, 30 * 60]).map(
    lambda minutes: timedelta(minutes=minutes)
)
ZONE_INFOS = st.sampled_from(ZONES).map(ZoneInfo)
RULES = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=HOURLY",
        "FREQ=HOURLY;INTERVAL=7",
        "FREQ=WEEKLY",
        "FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;INTERVAL=2",
    ]
)


def shown_at(zone: ZoneInfo, local: datetime) -> list[int]:
    """All instants at which a clock on the wall shows this minute, and none if it never does."""
    first = to_ns(local.replace(tzinfo=UTC))
    readings = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    shown = {to_ns(r) for r in readings if r.astimezone(zone).replace(tzinfo=None) == local}
    assert all(abs(reading - first) <= 26 * HOUR_NS for reading in shown)
    return sorted(shown)


@given(LOCAL_TIMES, ZONE_INFOS)
def test_a_time_that_the_wall_shows_has_exactly_the_readings_at_which_it_does(local: datetime, zone: ZoneInfo) -> None:
    shown = shown_at(zone, local)
    earliest, latest = (resolve(local, zone, edge) for edge in ("earliest", "latest"))
    assert earliest <= latest
    if shown:
        assert [earliest, latest] == [shown[0], shown[-1]]


@given(LOCAL_TIMES, LENGTHS, ZONE_INFOS)
def test_a_freeze_covers_every_minute_that_the_wall_shows_inside_it_and_maintenance_no_other(
    start: datetime, length: timedelta, zone: ZoneInfo
) -> None:
    frozen = LocalSpans(start, start + length, zone, None, grows=True).first
    allowed = LocalSpans(start, start + length, zone, None, grows=False).first
    assert frozen.start_ns <= allowed.start_ns
    assert (allowed.end_ns or 0) <= (frozen.end_ns or 0)
    for minutes in range(0, int(length.total_seconds()) // 60, max(1, int(length.total_seconds()) // 600)):
        assert all(frozen.holds(instant) for instant in shown_at(zone, start + timedelta(minutes=minutes)))
    # One minute before the start and the end itself are outside: maintenance lies between them in every reading.
    assert not any(allowed.holds(instant) for instant in shown_at(zone, start - timedelta(minutes=1)))
    assert not any(allowed.holds(instant) for instant in shown_at(zone, start + length))


def all_spans(spans: LocalSpans) -> list[Span]:
    """Every occurrence of three weeks, worked out the long way."""
    assert spans.end is not None
    begins = rrulestr(spans.rule or "", dtstart=spans.start).between(
        spans.start, spans.start + timedelta(days=21), inc=True
    )
    edges: tuple[Edge, Edge] = ("earliest", "latest") if spans.grows else ("latest", "earliest")
    length = spans.end - spans.start
    found = [Span(*(resolve(at, spans.zone, e) for at, e in zip((b, b + length), edges, strict=True))) for b in begins]
    return sorted({each for each in found if not each.is_empty})


RECURRING = st.builds(
    lambda start, length, zone, rule, grows: LocalSpans(start, start + length, zone, rule, grows=grows),
    LOCAL_TIMES,
    LENGTHS,
    ZONE_INFOS,
    RULES,
    st.booleans(),
)


@given(RECURRING, st.integers(-48 * 60, 14 * 1440), st.sampled_from([1, 60, 24 * 60]))
def test_between_finds_what_trying_every_occurrence_finds(spans: LocalSpans, offset: int, minutes: int) -> None:
    start_ns = spans.first.start_ns + offset * 60 * NANOSECOND_PER_SECOND
    end_ns = start_ns + minutes * 60 * NANOSECOND_PER_SECOND
    assert spans.between(start_ns, end_ns) == [each for each in all_spans(spans) if each.overlaps(start_ns, end_ns)]


@given(RECURRING, st.integers(-48 * 60, 14 * 1440), st.sampled_from([1, 60, 24 * 60]))
def test_looking_ahead_finds_what_lies_within_and_the_first_after_it(
    spans: LocalSpans, offset: int, minutes: int
) -> None:
    start_ns = spans.first.start_ns + offset * 60 * NANOSECOND_PER_SECOND
    end_ns = start_ns + minutes * 60 * NANOSECOND_PER_SECOND
    later = spans.next_after(end_ns - 1)
    assert spans.ahead(start_ns, end_ns) == [*spans.between(start_ns, end_ns), *([later] if later else [])]


@given(RECURRING, st.integers(-48 * 60, 14 * 1440), st.sampled_from([1, 60, 24 * 60]))
def test_a_span_is_covered_if_one_of_every_occurrence_contains_it(spans: LocalSpans, offset: int, minutes: int) -> None:
    start_ns = spans.first.start_ns + offset * 60 * NANOSECOND_PER_SECOND
    end_ns = start_ns + minutes * 60 * NANOSECOND_PER_SECOND
    found = any(each.contains(start_ns, end_ns) for each in all_spans(spans) if not each.is_empty)
    assert spans.cover(Span(start_ns, end_ns)) == found


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-01T00:00", "2026-11-02T00:00"),
        ("2026-11-26T09:00", "2026-11-26T10:00"),
        ("2026-12-01T00:00", "2026-12-02T00:00"),
    ],
)
def test_looking_ahead_of_what_is_there_once_finds_it_until_it_is_over(start: str, end: str) -> None:
    once = freeze("2026-11-26T08:00", "2026-11-26T12:00", "UTC")
    later = once.next_after(utc(end) - 1)
    assert once.ahead(utc(start), utc(end)) == [*once.between(utc(start), utc(end)), *([later] if later else [])]


@given(RECURRING, st.integers(-48 * 60, 14 * 1440))
def test_next_after_is_the_first_to_start(spans: LocalSpans, offset: int) -> None:
    instant_ns = spans.first.start_ns + offset * 60 * NANOSECOND_PER_SECOND
    expected = min((each for each in all_spans(spans) if each.start_ns > instant_ns), default=None)
    if expected is None:
        assume("COUNT" in (spans.rule or ""))
    assert spans.next_after(instant_ns) == expected


@given(RECURRING)
def test_occurrences_come_in_order_of_their_starts(spans: LocalSpans) -> None:
    start_ns = spans.first.start_ns
    found = spans.between(start_ns, start_ns + 14 * 24 * HOUR_NS)
    assert all(one.start_ns <= other.start_ns for one, other in pairwise(found))
