"""Rules that only count off their periods begin when the general way of working out periods says they do."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gate.domain.beginnings import PATIENCE
from gate.domain.periods import Periods
from gate.domain.rule import Rule
from gate.domain.strides import MonthStrides, TimeStrides, strides_of

DAY = timedelta(days=1)
RULES = st.builds(
    lambda frequency, interval, rest: Rule.of(f"FREQ={frequency};INTERVAL={interval}{rest}"),
    st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]),
    st.integers(1, 40),
    st.sampled_from(["", ";WKST=SU", ";COUNT=9"]),
)
# The years in which a window may begin, and the days of the month that not every month has.
STARTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 12, 31)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001 -- wall-clock


def strides(rule: Rule, start: datetime) -> TimeStrides | MonthStrides:
    found = strides_of(rule, start)
    assert found is not None
    return found


@given(RULES, STARTS, st.integers(0, 20_000), st.integers(0, 900))
def test_between_finds_what_the_periods_hold(rule: Rule, start: datetime, days: int, more: int) -> None:
    earliest, latest = start + days * DAY, start + (days + more) * DAY
    assert [*strides(rule, start).between(earliest, latest)] == [*Periods(rule, start).between(earliest, latest)]


@given(RULES, STARTS)
def test_the_first_are_those_of_the_periods(rule: Rule, start: datetime) -> None:
    # Days are counted off one by one here, a month at a time there.
    found, latest = [*strides(rule, start).first(30, start + PATIENCE)], start + PATIENCE
    assert found == [*Periods(rule, start).between(start, latest)][: len(found)]
    assert found[0] == start


@given(RULES, STARTS)
def test_both_tell_the_same_times_of_the_day(rule: Rule, start: datetime) -> None:
    assert strides(rule, start).times == Periods(rule, start).times


def test_a_month_without_such_a_day_is_passed_over() -> None:
    found = strides(Rule.of("FREQ=MONTHLY"), datetime(2026, 1, 31)).first(4, datetime(2027, 1, 1))  # noqa: DTZ001
    assert [moment.month for moment in found] == [1, 3]


def test_a_rule_that_names_days_is_not_counted_off() -> None:
    assert strides_of(Rule.of("FREQ=WEEKLY;BYDAY=MO"), datetime(2026, 1, 5)) is None  # noqa: DTZ001
