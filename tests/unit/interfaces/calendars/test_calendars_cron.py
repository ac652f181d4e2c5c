"""Cron as Argo CD and GitLab read it: what an expression says, and when it fires."""

from datetime import datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.domain.rule import Weekday
from gate.interfaces.calendars.conversion import InexpressibleError
from gate.interfaces.calendars.cron import Cron
from tests.unit.interfaces.calendars.cron_oracle import fires
from tests.unit.interfaces.calendars.expressions import CRON

BEGIN = datetime(2026, 1, 1)  # noqa: DTZ001 -- cron is on the wall clock
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@settings(max_examples=60)
@given(CRON, st.integers(0, 400))
def test_it_fires_when_an_oracle_that_walks_minutes_says(expression: str, days: int) -> None:
    since = BEGIN + days * DAY
    cron = Cron.of(expression)
    walked = [at for minute in range(3 * 24 * 60) if fires(expression, at := since + minute * MINUTE)]
    fired = list(takewhile(lambda at: at < since + 3 * DAY, cron.moments(since - timedelta(seconds=1))))
    assert fired == walked
    assert all(map(cron.falls_on, walked))
    assert list(cron.between(since, since + 3 * DAY)) == walked


@pytest.mark.parametrize(
    ("expression", "days"),
    [
        # either day will do where both are restricted, a step included
        ("0 0 13 * 5", ["2026-01-02", "2026-01-09", "2026-01-13", "2026-01-16"]),
        ("0 0 */10 * 1", ["2026-01-01", "2026-01-05", "2026-01-11", "2026-01-12"]),
        ("0 0 ? * MON-TUE", ["2026-01-05", "2026-01-06", "2026-01-12", "2026-01-13"]),
        # Sunday is 0 and 7
        ("0 0 * * 0", ["2026-01-04", "2026-01-11", "2026-01-18", "2026-01-25"]),
        ("0 0 * * 7", ["2026-01-04", "2026-01-11", "2026-01-18", "2026-01-25"]),
        ("0 0 * * 6-7", ["2026-01-03", "2026-01-04", "2026-01-10", "2026-01-11"]),
        # from a number in steps: to the end
        ("0 0 10/10 1 *", ["2026-01-10", "2026-01-20", "2026-01-30", "2027-01-10"]),
        # the last day, the third Friday, the last Friday
        ("0 0 L * *", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("0 0 1,L feb *", ["2026-02-01", "2026-02-28", "2027-02-01", "2027-02-28"]),
        ("0 0 * * 5#3", ["2026-01-16", "2026-02-20", "2026-03-20", "2026-04-17"]),
        ("0 0 * * fri#L", ["2026-01-30", "2026-02-27", "2026-03-27", "2026-04-24"]),
        ("0 0 * * 5L", ["2026-01-30", "2026-02-27", "2026-03-27", "2026-04-24"]),
        ("0 0 29 2 *", ["2028-02-29", "2032-02-29", "2036-02-29", "2040-02-29"]),
        ("0 0 30 2 *", []),
    ],
)
def test_days_are_as_they_are_written(expression: str, days: list[str]) -> None:
    cron = Cron.of(expression)
    found = list(islice(cron.moments(BEGIN - MINUTE), 4))
    assert [at.date().isoformat() for at in found] == days
    assert found == list(islice(cron.between(BEGIN, BEGIN + 15 * 366 * DAY), 4))
    assert all(map(cron.falls_on, found))


def test_a_day_of_the_week_can_be_counted_in_its_month() -> None:
    assert Cron.of("0 0 * * 1#2,5L").weekdays == frozenset({Weekday(0, 2), Weekday(4, -1)})


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "no cron expression of five fields"),
        ("0 0 * *", "no cron expression of five fields"),
        ("@daily", "no cron expression of five fields"),
        ("0 0 0 * * *", "no cron expression of five fields"),
        ("1 " * 5000, "no cron expression of five fields"),
        ("60 * * * *", "'60' is no minute; it goes from 0 to 59"),
        ("* 24 * * *", "'24' is no hour"),
        ("* * 0 * *", "'0' is no day of the month"),
        ("* * * 13 *", "'13' is no month"),
        ("* * * * 8", "'8' is no day of the week"),
        ("* * * FOO *", "'FOO' is no month"),
        ("* 22-6 * * *", "the range '22-6' of the hour ends before it begins"),
        ("*/0 * * * *", "'*/0' has steps of nothing"),
        ("*-5 * * * *", "'*-5' is no range of the minute"),
        ("1,,2 * * * *", "'' is nothing that the minute"),
        ("0 0 * * 5#6", "nothing that the day of the week"),
        ("0 0 * * 5-1", "ends before it begins"),
        ("0 0 LW * *", "'LW' is no day of the month"),
        ("0 0 15W * *", "'15W' is no day of the month"),
        ("٣ * * * *", "nothing that the minute"),
    ],
)
def test_what_is_no_expression_is_refused_with_the_reason(expression: str, said: str) -> None:
    with pytest.raises(InexpressibleError) as refused:
        Cron.of(expression)
    assert said in refused.value.reason


def test_a_range_over_midnight_is_told_how_to_be_written() -> None:
    with pytest.raises(InexpressibleError) as refused:
        Cron.of("0 22-6 * * *")
    assert refused.value.hint == "Write it as two ranges: 22-23,0-6."


def test_in_a_zone_it_fires_once_in_the_fold_and_after_the_gap() -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    daily = Cron.of("30 2 * * *")
    gap = next(daily.moments(datetime(2026, 3, 28, 12, tzinfo=zone)))
    fold = list(islice(daily.moments(datetime(2026, 10, 24, 12, tzinfo=zone)), 2))
    assert gap.isoformat() == "2026-03-29T03:00:00+02:00"
    assert [at.isoformat() for at in fold] == ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]
