"""Cron and a length become recurrence rules and back, and both say the same on the wall clock."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gate.domain.beginnings import Beginnings
from gate.domain.calendar import Freeze
from gate.interfaces.calendars.conversion import InexpressibleError
from gate.interfaces.calendars.cron import Cron
from gate.interfaces.calendars.cron_rules import MOST_RULES, Recurring, cron_of, recurring
from tests.unit.interfaces.calendars.cron_oracle import fires
from tests.unit.interfaces.calendars.expressions import CRON

SINCE = date(2026, 1, 1)
BEGIN = datetime.combine(SINCE, time.min)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
LENGTHS = st.integers(1, 30 * 2).map(lambda halves: halves * timedelta(minutes=30))


def rules_of(expression: str, length: timedelta) -> tuple[Recurring, ...]:
    cron = Cron.of(expression)
    return recurring(cron.days, cron.times, length)


def covered(rules: tuple[Recurring, ...], at: datetime) -> bool:
    for rule in rules:
        fields = rule.fields(SINCE)
        begins = Beginnings(fields["recurrence"], datetime.fromisoformat(fields["start"]))
        if begins.between(at - rule.length + timedelta(seconds=1), at):
            return True
    return False


@settings(max_examples=60)
@given(CRON, LENGTHS, st.lists(st.integers(0, 365 * 24 * 12), min_size=5, max_size=5))
def test_the_rules_cover_what_cron_and_a_length_do(expression: str, length: timedelta, moments: list[int]) -> None:
    try:
        rules = rules_of(expression, length)
    except InexpressibleError:
        assume(condition=False)
        raise
    for moment in moments:
        at = BEGIN + 4 * DAY + moment * timedelta(minutes=5)
        minutes = range(int(length / MINUTE))
        assert covered(rules, at) == any(fires(expression, at - minute * MINUTE) for minute in minutes)


@pytest.mark.parametrize(
    ("expression", "hours", "expected"),
    [
        ("0 22 * * *", 2, ["FREQ=DAILY"]),
        ("0 23 * * 5", 57, ["FREQ=WEEKLY;BYDAY=FR"]),
        ("0 6 1,15 * *", 4, ["FREQ=MONTHLY;BYMONTHDAY=1,15"]),
        ("0 18 24 12 *", 24, ["FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24"]),
        ("0 0 * 11,12 *", 24, ["FREQ=DAILY;BYMONTH=11,12"]),
        ("0 0 * 12 1-5", 24, ["FREQ=WEEKLY;BYMONTH=12;BYDAY=MO,TU,WE,TH,FR"]),
        ("0 0 13 * 5", 24, ["FREQ=MONTHLY;BYMONTHDAY=13", "FREQ=WEEKLY;BYDAY=FR"]),
        ("0 0 * * 5#3", 24, ["FREQ=MONTHLY;BYDAY=3FR"]),
        ("0 0 * 6 5#3", 24, ["FREQ=YEARLY;BYMONTH=6;BYDAY=3FR"]),
        ("0 0 L * *", 24, ["FREQ=MONTHLY;BYMONTHDAY=-1"]),
        ("0 0,12 * * *", 2, ["FREQ=DAILY;BYHOUR=0,12"]),
        # spans that touch or overlap are one
        ("0 9-17 * * *", 8, ["FREQ=DAILY"]),
        ("* * * * *", 1, ["FREQ=DAILY"]),
    ],
)
def test_rules_are_such_as_people_write(expression: str, hours: int, expected: list[str]) -> None:
    rules = rules_of(expression, timedelta(hours=hours))
    assert [rule.fields(SINCE)["recurrence"].removeprefix("RRULE:") for rule in rules] == expected


def test_hours_that_overlap_are_one_long_span() -> None:
    [rule] = rules_of("0 9-17 * * *", timedelta(hours=8))
    assert (rule.hours, rule.length) == ((9,), timedelta(hours=16))


def test_a_rule_begins_on_the_first_of_its_days() -> None:
    [rule] = rules_of("30 22 * * 2", timedelta(hours=4))
    assert rule.fields(SINCE) == {
        "start": "2026-01-06T22:30",
        "end": "2026-01-07T02:30",
        "recurrence": "RRULE:FREQ=WEEKLY;BYDAY=TU",
    }


def test_a_day_that_never_comes_takes_no_other_along() -> None:
    [rule] = rules_of("0 0 31 2 1", DAY)
    assert rule.fields(SINCE)["recurrence"] == "RRULE:FREQ=WEEKLY;BYMONTH=2;BYDAY=MO"
    with pytest.raises(InexpressibleError):
        rules_of("0 0 31 2 *", DAY)


def test_what_would_be_dozens_of_windows_is_refused() -> None:
    with pytest.raises(InexpressibleError) as refused:
        rules_of("* * * * *", timedelta(seconds=1))
    assert str(MOST_RULES) in refused.value.reason


# And back


def a_window(recurrence: str | None, start: str = "2026-01-06T22:30", **more: str) -> Freeze:
    end = (datetime.fromisoformat(start) + timedelta(hours=2)).isoformat()
    said = {"kind": "Freeze", "name": "x", "start": start, "end": end, "recurrence": recurrence}
    return Freeze.model_validate(said | more)


@pytest.mark.parametrize(
    ("recurrence", "start", "expected"),
    [
        ("FREQ=DAILY", "2026-01-06T22:30", "30 22 * * *"),
        ("FREQ=HOURLY", "2026-01-06T22:30", "30 * * * *"),
        ("FREQ=HOURLY;INTERVAL=6", "2026-01-06T22:30", "30 4,10,16,22 * * *"),
        ("FREQ=DAILY;BYHOUR=9,10,11,22", "2026-01-06T22:30", "30 9-11,22 * * *"),
        ("FREQ=WEEKLY", "2026-01-06T22:30", "30 22 * * 2"),
        ("FREQ=WEEKLY;BYDAY=TU,TH,SU", "2026-01-06T22:30", "30 22 * * 0,2,4"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYMONTH=1", "2026-01-06T22:30", "30 22 * 1 1-5"),
        ("FREQ=MONTHLY", "2026-01-06T22:30", "30 22 6 * *"),
        ("FREQ=MONTHLY;BYMONTHDAY=6,25", "2026-01-06T22:30", "30 22 6,25 * *"),
        ("FREQ=MONTHLY;BYDAY=TU", "2026-01-06T22:30", "30 22 * * 2"),
        ("FREQ=YEARLY", "2026-01-06T22:30", "30 22 6 1 *"),
        ("FREQ=YEARLY;BYMONTH=1,7", "2026-01-06T22:30", "30 22 6 1,7 *"),
        ("FREQ=YEARLY;BYMONTHDAY=6", "2026-01-06T22:30", "30 22 6 * *"),
    ],
)
def test_a_rule_is_cron_where_cron_can_say_it(recurrence: str, start: str, expected: str) -> None:
    assert cron_of(a_window(recurrence, start), knows_last=False) == expected


@pytest.mark.parametrize(
    ("recurrence", "expected"),
    [("FREQ=MONTHLY;BYMONTHDAY=-1", "0 0 L * *"), ("FREQ=MONTHLY;BYDAY=5SA,-1SA", "0 0 * * 6#L,6#5")],
)
def test_the_end_of_a_month_is_said_where_it_can_be(recurrence: str, expected: str) -> None:
    window = a_window(recurrence, "2026-01-31T00:00")
    assert cron_of(window, knows_last=True) == expected
    with pytest.raises(InexpressibleError):
        cron_of(window, knows_last=False)


@pytest.mark.parametrize(
    ("recurrence", "reason"),
    [
        (None, "it happens once"),
        ("FREQ=DAILY;COUNT=3", "it ends one day"),
        ("FREQ=DAILY;UNTIL=20300101T000000", "it ends one day"),
        ("FREQ=WEEKLY;INTERVAL=2", "cron cannot count"),
        ("FREQ=HOURLY;INTERVAL=5", "at other times each day"),
        ("FREQ=MONTHLY;BYDAY=TU;BYMONTHDAY=6", "never both at once"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=MONTHLY;BYMONTHDAY=6,-2", "from its beginning only"),
        ("FREQ=MONTHLY;BYDAY=1TU", "no nth day"),
        ("FREQ=YEARLY;BYDAY=1TU", "of a year"),
    ],
)
def test_what_cron_cannot_say_is_refused_with_the_reason(recurrence: str | None, reason: str) -> None:
    with pytest.raises(InexpressibleError) as refused:
        cron_of(a_window(recurrence), knows_last=False)
    assert reason in refused.value.reason


def test_seconds_are_not_cron() -> None:
    with pytest.raises(InexpressibleError) as refused:
        cron_of(a_window("FREQ=DAILY", "2026-01-06T22:30:10"), knows_last=False)
    assert "seconds" in refused.value.reason


@settings(max_examples=50)
@given(CRON)
def test_there_and_back_fires_at_the_same_times(expression: str) -> None:
    try:
        rules = rules_of(expression, MINUTE)
    except InexpressibleError:
        assume(condition=False)
        raise
    back = [Cron.of(cron_of(a_window_of(rule), knows_last=False)) for rule in rules]
    for day in range(90):
        for at in Cron.of(expression).times:
            moment = datetime.combine(SINCE + day * DAY, at)
            assert any(cron.falls_on(moment) for cron in back) == Cron.of(expression).falls_on(moment)


def a_window_of(rule: Recurring) -> Freeze:
    return Freeze.model_validate({"kind": "Freeze", "name": "x", **rule.fields(SINCE)})
