"""GitLab's freeze periods there and back: closed when GitLab says so, and nothing dropped in silence."""

import json
from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.domain.calendar import Freeze, Window
from gate.domain.errors import CallerError
from gate.domain.instant import to_ns
from gate.domain.scope import Subject
from gate.interfaces.calendars import gitlab, gitlab_export
from gate.interfaces.calendars.about import About
from gate.interfaces.calendars.conversion import Conversion, InexpressibleError
from gate.interfaces.calendars.cron import Cron
from gate.interfaces.calendars.cron_pairs import paired
from gate.interfaces.calendars.drafts import Draft
from tests.unit.interfaces.calendars.cron_oracle import fires
from tests.unit.interfaces.calendars.readable_state import is_open

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
ANYTHING = Subject(environment="production", service="payments")


def a_period(start: str = "0 23 * * 5", end: str = "0 8 * * 1", **fields: Any) -> dict[str, Any]:
    return {"freeze_start": start, "freeze_end": end, "cron_timezone": "UTC"} | fields


def read(*periods: Any, **about: Any) -> Conversion[tuple[Draft, ...]]:
    return gitlab.read("freezes.json", json.dumps(list(periods)), About(**about))


def windows_of(conversion: Conversion[tuple[Draft, ...]]) -> list[Window]:
    return [draft.window for draft in conversion.made]


def rules(start: str, end: str) -> list[tuple[str, str, str]]:
    """Start, end and rule of each window."""
    fields = [rule.fields(date(2026, 1, 1)) for rule in paired(Cron.of(start), Cron.of(end))]
    return sorted((each["start"], each["end"], each["recurrence"].removeprefix("RRULE:FREQ=")) for each in fields)


def text(findings: Iterable[Any]) -> str:
    return "\n".join(map(str, findings))


def is_frozen(period: dict[str, Any], at: datetime) -> bool:
    """What happened last on the wall clock of the period, its start or its end? At one moment, the start does."""
    wall = at.astimezone(ZoneInfo(period["cron_timezone"])).replace(tzinfo=None)
    wall = wall.replace(minute=wall.minute - wall.minute % 15, second=0)  # all of these fire at quarters
    for quarter in range(400 * 24 * 4):
        if fires(period["freeze_start"], wall - quarter * QUARTER):
            return True
        if fires(period["freeze_end"], wall - quarter * QUARTER):
            return False
    return False


STARTS = ["0 23 * * 5", "0 18 * * 1-5", "30 22 * * *", "0 0 25 * *", "0 12 1,15 * *", "0 0 28 2,12 *", "0 6,20 * * 6"]
ENDS = ["0 8 * * 1", "0 8 * * 1-5", "15 6 * * *", "0 0 1 * *", "0 8 2,16 * *", "0 12 * 1,3 1", "0 9 * * 0,3"]


@settings(max_examples=60)
@given(
    st.sampled_from(STARTS),
    st.sampled_from(ENDS),
    st.sampled_from(["UTC", "Asia/Kolkata"]),
    st.lists(st.integers(40, 400 * 24 * 4), min_size=4, max_size=4),
)
def test_a_project_is_closed_when_gitlab_says_so(start: str, end: str, zone: str, quarters: list[int]) -> None:
    period = a_period(start, end, cron_timezone=zone)
    conversion = read(period)
    if conversion.lost:
        assert "varies" in text(conversion.lost)
        assert not conversion.made
        return
    for quarter in quarters:
        at = BEGIN + timedelta(days=60) + quarter * timedelta(minutes=15, seconds=1)
        assert is_open(windows_of(conversion), ANYTHING, to_ns(at)) != is_frozen(period, at)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # weekly, monthly, daily, yearly
        ("0 23 * * 5", "0 8 * * 1", [("2026-01-02T23:00", "2026-01-05T08:00", "WEEKLY;BYDAY=FR")]),
        ("0 0 10 * *", "0 0 12 * *", [("2026-01-10T00:00", "2026-01-12T00:00", "MONTHLY;BYMONTHDAY=10")]),
        ("0 22 * * *", "0 6 * * *", [("2026-01-01T22:00", "2026-01-02T06:00", "DAILY")]),
        ("0 18 24 12 *", "0 8 2 1 *", [("2026-12-24T18:00", "2027-01-02T08:00", "YEARLY;BYMONTH=12;BYMONTHDAY=24")]),
        # every night, and the weekend
        (
            "0 18 * * 1-5",
            "0 8 * * 1-5",
            [
                ("2026-01-01T18:00", "2026-01-02T08:00", "WEEKLY;BYDAY=MO,TU,WE,TH"),
                ("2026-01-02T18:00", "2026-01-05T08:00", "WEEKLY;BYDAY=FR"),
            ],
        ),
        # months are of several lengths, and February is of two
        (
            "0 0 25 * *",
            "0 0 1 * *",
            [
                ("2026-01-25T00:00", "2026-02-01T00:00", "YEARLY;BYMONTH=1,3,5,7,8,10,12;BYMONTHDAY=25"),
                ("2026-02-25T00:00", "2026-03-01T00:00", "YEARLY;BYMONTH=2;BYMONTHDAY=25"),
                ("2026-02-28T00:00", "2026-03-01T00:00", "YEARLY;BYMONTH=2;BYMONTHDAY=-1"),
                ("2026-04-25T00:00", "2026-05-01T00:00", "YEARLY;BYMONTH=4,6,9,11;BYMONTHDAY=25"),
            ],
        ),
        ("0 0 29 2 *", "0 0 1 3 *", [("2028-02-29T00:00", "2028-03-01T00:00", "YEARLY;BYMONTH=2;BYMONTHDAY=29")]),
        ("0 0 L * *", "0 6 1 * *", [("2026-01-31T00:00", "2026-02-01T06:00", "MONTHLY;BYMONTHDAY=-1")]),
        ("0 12 * * 5#3", "0 8 * * 1", [("2026-01-16T12:00", "2026-01-19T08:00", "MONTHLY;BYDAY=3FR")]),
        # either day will do
        (
            "0 0 13 * 5",
            "0 6 * * *",
            [
                ("2026-01-02T00:00", "2026-01-02T06:00", "WEEKLY;BYDAY=FR"),
                ("2026-01-13T00:00", "2026-01-13T06:00", "MONTHLY;BYMONTHDAY=13"),
            ],
        ),
        # what begins again before it is over has begun already
        ("0 9-17 * * *", "0 18 * * *", [("2026-01-01T09:00", "2026-01-01T18:00", "DAILY")]),
        # at one moment, an end ends what was, and the next begins
        ("0 0 * * *", "0 0 * * *", [("2026-01-01T00:00", "2026-01-02T00:00", "DAILY")]),
    ],
)
def test_a_pair_of_expressions_is_rules(start: str, end: str, expected: list[tuple[str, str, str]]) -> None:
    assert rules(start, end) == expected


def test_until_the_next_monday_is_another_length_on_each_day_of_the_week() -> None:
    assert len(rules("0 0 25 * *", "0 8 * * 1")) == 7


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        ("0 0 1 * *", "0 0 30 2 *", "never ends"),
        ("0 0 30 2 *", "0 0 1 * *", "never begins"),
        ("*/5 * * * *", "0 8 * * *", "more than 24 times a day"),
        ("0 22 * * *", "* * * * *", "more than 24 times a day"),
        ("0 0 1 1 *", "0 0 29 2 *", "varies"),
        ("0 0 1 1 *", "0 0 * 6 1", "varies"),
    ],
)
def test_what_no_rule_has_is_refused_with_the_reason(start: str, end: str, reason: str) -> None:
    with pytest.raises(InexpressibleError) as refused:
        paired(Cron.of(start), Cron.of(end))
    assert reason in refused.value.reason


def test_a_period_is_a_freeze_since_it_was_made() -> None:
    record: dict[str, Any] = {
        "id": 7,
        "created_at": "2026-05-15T17:03:35.702Z",
        "updated_at": "2026-05-15T17:06:41.566Z",
    }
    conversion = read(a_period(cron_timezone="Europe/Amsterdam", **record), services=("payments",))
    assert conversion.findings == ()
    [draft] = conversion.made
    assert draft.fields == {
        "kind": "Freeze",
        "name": "gitlab-freeze-7",
        "description": "GitLab freeze period from 0 23 * * 5 to 0 8 * * 1",
        "scope": {"services": ["payments"]},
        "start": "2026-05-15T23:00",
        "end": "2026-05-18T08:00",
        "timezone": "Europe/Amsterdam",
        "recurrence": "RRULE:FREQ=WEEKLY;BYDAY=FR",
    }


def test_one_that_nobody_knows_the_age_of_holds_since_the_day_that_is_said() -> None:
    [draft] = read(a_period(), since=date(2026, 7, 1)).made
    assert draft.fields["start"] == "2026-07-03T23:00"
    doubtful = read(a_period(created_at="yesterday"), since=date(2026, 7, 1))
    assert doubtful.made[0].fields["start"] == "2026-07-03T23:00"
    assert "created_at: is no time" in text(doubtful.findings)


def test_it_may_become_an_advisory() -> None:
    assert read(a_period(), kind="Advisory").made[0].window.kind == "Advisory"


def test_one_period_alone_is_read_too() -> None:
    assert len(gitlab.read("x.json", json.dumps(a_period()), About()).made) == 1


def test_where_the_clock_jumps_it_is_said_when_cron_fires_and_what_the_gate_takes() -> None:
    conversion = read(a_period("30 2 * * *", "0 4 * * *", cron_timezone="Europe/Amsterdam"))
    [note] = conversion.findings
    assert note.severity == "warning"
    assert (
        "2020-03-29T02:30 does not exist in Europe/Amsterdam: cron begins it at 2020-03-29T01:00:00Z and ends it"
        in note.message
    )
    assert "of 2020-03-29T01:00:00Z and 2020-03-29T01:30:00Z, what makes the window longest" in note.message


def test_in_a_fold_cron_fires_once_and_the_freeze_takes_the_longer() -> None:
    conversion = read(a_period("0 22 * * 6", "30 2 * * 0", cron_timezone="America/New_York"), since=date(2026, 10, 1))
    # New York's clock goes back at two, so half past one is what passes twice there, and half past two is not.
    assert "2026-11-01" not in text(conversion.findings)
    conversion = read(a_period("0 22 * * 6", "30 1 * * 0", cron_timezone="America/New_York"), since=date(2026, 10, 1))
    assert "2026-11-01T01:30 passes twice in America/New_York: cron ends it at 2026-11-01T05:30:00Z" in text(
        conversion.findings
    )


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
@pytest.mark.parametrize("start", ["0 22 * * *", "30 1 * * *", "15 2 * * 0", "45 2 * * 6,0"])
@pytest.mark.parametrize("end", ["0 8 * * *", "30 2 * * *", "0 3 * * *", "45 1 * * 1"])
def test_where_the_clock_jumps_it_is_as_long_as_cron_has_it_or_longer_or_it_is_said(
    zone: str, start: str, end: str
) -> None:
    conversion = read(a_period(start, end, cron_timezone=zone))
    begin, until = (datetime(year, 1, 10, tzinfo=ZoneInfo(zone)) for year in (2026, 2028))
    by_cron = merged(cron_spans(start, end, begin, until))
    ours = closed(windows_of(conversion), begin, until)
    assert conversion.findings or ours == by_cron
    if end in {"0 8 * * *", "45 1 * * 1"}:  # the others may come before the beginning, once that is moved out of a gap
        assert all(any(a <= since and till <= b for a, b in ours) for since, till in by_cron)


def test_a_beginning_that_is_moved_past_its_end_ends_a_day_later_which_is_said() -> None:
    conversion = read(a_period("15 2 * * 0", "0 3 * * *", cron_timezone="Europe/Amsterdam"), since=date(2026, 1, 1))
    assert "cron begins it at 2026-03-29T01:00:00Z and ends it at 2026-03-30T01:00:00Z" in text(conversion.findings)


def cron_spans(start: str, end: str, begin: datetime, until: datetime) -> list[tuple[int, int]]:
    """What cronsim makes of it, in the zone."""
    earlier, later = begin - timedelta(days=8), until + timedelta(days=8)
    starts, ends = (
        [to_ns(at) for at in takewhile(lambda at: at < later, CronSim(cron, earlier))] for cron in (start, end)
    )
    spans = [(at, ends[bisect_right(ends, at)]) for at in starts if at < to_ns(until)]
    return [(max(to_ns(begin), since), min(to_ns(until), till)) for since, till in spans if till > to_ns(begin)]


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ({"freeze_start": "0 0 * * *"}, "[0].freeze_end: Field required"),
        (a_period() | {"freeze_start": 5}, "[0].freeze_start: Input should be a valid string"),
        (a_period(start="x" * 300), "[0].freeze_start: String should have at most"),
        (a_period(start="0 0 * *"), "no cron expression of five fields"),
        (a_period(cron_timezone="Berlin"), "timezone: is not an IANA time zone"),
        (a_period(until="2027-01-01"), "nobody here knows what until means"),
    ],
)
def test_what_cannot_be_expressed_is_reported(period: dict[str, Any], said: str) -> None:
    assert said in text(read(period).lost)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is no JSON"),
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("1" * 5_000, "is no JSON"),
        ("[]", "holds no freeze periods"),
        ("null", "holds no freeze periods"),
        ("[1]", "holds no freeze periods"),
        (json.dumps([a_period()] * 201), "more than 200"),
    ],
)
def test_hostile_text_is_refused(content: str, said: str) -> None:
    with pytest.raises(CallerError) as refused:
        gitlab.read("x.json", content, About())
    assert said in refused.value.message


# And back


def a_freeze(**fields: Any) -> Freeze:
    usual = {"kind": "Freeze", "name": "weekend", "start": "2026-01-02T23:00", "end": "2026-01-05T08:00"}
    return Freeze.model_validate(usual | {"recurrence": "FREQ=WEEKLY"} | fields)


def written(window: Window, *, of_one_project: bool = False) -> Conversion[str]:
    return gitlab_export.written([window], to_ns(datetime(2028, 1, 1, tzinfo=UTC)), of_one_project=of_one_project)


@pytest.mark.parametrize(
    ("fields", "start", "end"),
    [
        ({}, "0 23 * * 5", "0 8 * * 1"),
        ({"recurrence": "FREQ=DAILY", "end": "2026-01-03T06:00"}, "0 23 * * *", "0 6 * * *"),
        ({"recurrence": "FREQ=MONTHLY", "end": "2026-01-04T06:30"}, "0 23 2 * *", "30 6 4 * *"),
        ({"recurrence": "FREQ=YEARLY", "end": "2026-02-04T06:30"}, "0 23 2 1 *", "30 6 4 2 *"),
        ({"recurrence": "FREQ=DAILY;BYHOUR=9,23", "end": "2026-01-03T00:00"}, "0 9,23 * * *", "0 0,10 * * *"),
        (
            {"start": "2026-01-31", "end": "2026-01-31", "recurrence": "FREQ=MONTHLY;BYMONTHDAY=-1"},
            "0 0 L * *",
            "0 0 * * *",
        ),
    ],
)
def test_a_freeze_is_a_period(fields: dict[str, Any], start: str, end: str) -> None:
    conversion = written(a_freeze(**fields))
    assert not conversion.lost, conversion.lost
    assert json.loads(conversion.made) == [a_period(start, end)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"recurrence": None}, "it happens once"),
        ({"recurrence": "FREQ=DAILY", "end": "2026-01-04T06:00"}, "no cron expression fires"),
        ({"end": "2026-01-05T08:00:30"}, "no cron expression fires"),
        ({"scope": {"services": ["payments"]}}, "Name the project's --service and --environment"),
        ({"exdate": ["2026-01-09T23:00"]}, "dates of its own"),
    ],
)
def test_a_window_that_gitlab_cannot_have_is_left_out_and_reported(fields: dict[str, Any], said: str) -> None:
    conversion = written(a_freeze(**fields))
    assert said in text(conversion.lost)
    assert json.loads(conversion.made) == []


def test_what_is_about_the_project_needs_no_scope() -> None:
    assert not written(a_freeze(scope={"services": ["payments"]}), of_one_project=True).lost


def test_what_gitlab_does_not_keep_is_said() -> None:
    said = text(written(a_freeze(overrun="stop")).findings)
    assert "GitLab stops nothing that runs already" in said
    assert "keeps no names and descriptions" in said


@settings(max_examples=20)
@given(st.sampled_from(STARTS), st.sampled_from(ENDS), st.sampled_from(["UTC", "Europe/Amsterdam"]))
def test_there_and_back_is_the_same_time(start: str, end: str, zone: str) -> None:
    there = windows_of(read(a_period(start, end, cron_timezone=zone)))
    for window in there:
        exported = written(window)
        if exported.lost:
            continue
        back = windows_of(gitlab.read("x.json", exported.made, About()))
        assert closed(back) == closed([window])


TWO_YEARS = (datetime(2027, 1, 10, tzinfo=UTC), datetime(2029, 3, 1, tzinfo=UTC))


def closed(
    windows: Iterable[Window], since: datetime = TWO_YEARS[0], till: datetime = TWO_YEARS[1]
) -> list[tuple[int, int]]:
    """The time that is closed, in instants."""
    begin, until = to_ns(since), to_ns(till)
    spans = (span for window in windows for span in window.spans.between(begin, until))
    return merged((max(begin, span.start_ns), min(until, span.end_ns or until)) for span in spans)


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start_ns, end_ns in sorted(spans):
        if found and start_ns <= found[-1][1]:
            found[-1] = (found[-1][0], max(end_ns, found[-1][1]))
        else:
            found.append((start_ns, end_ns))
    return found
