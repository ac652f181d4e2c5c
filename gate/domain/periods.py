"""The periods of a recurrence rule: the years, months, weeks or hours that FREQ and INTERVAL count off.

Each is worked out by itself, from its number alone, so that a look into any year costs the same. Days are worked out a
month at a time, and of those only the ones that are asked for, so that what a rule leaves out, or nobody asks about,
costs nothing. Where a rule starts and ends is in `beginnings`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from gate.domain.rule import Rule

_HOUR: Final = timedelta(hours=1)
_WEEK: Final = 7
_MONTHS: Final = 12
_YEAR: Final = range(1, _MONTHS + 1)

Days = Iterable[int]
"""Days as `date.toordinal` counts them."""


class Periods:
    """The periods of one rule, numbered from the one that holds its start, 0."""

    def __init__(self, rule: Rule, start: datetime) -> None:
        self._rule = rule
        self._start = start
        self._first_day = start.toordinal()
        self._week = self._week_of(self._first_day)
        self._interval = 1 if rule.frequency == "DAILY" else rule.interval
        # RFC 5545: what a rule leaves open is as it is at the start.
        self._times = [time(hour, start.minute, start.second) for hour in sorted(rule.hours)] or [start.time()]
        self._dated = bool(rule.month_days or rule.weekdays or rule.frequency == "DAILY")
        self._months = sorted(rule.months) or (_YEAR if self._dated else [start.month])
        self._month_days = rule.month_days if self._dated else frozenset({start.day})

    @property
    def times(self) -> Sequence[time] | None:
        """The times of the day on which the rule falls; None if they move on from day to day."""
        return None if self._rule.frequency == "HOURLY" else self._times

    def between(self, earliest: datetime, latest: datetime) -> Iterator[datetime]:
        """The moments in `[earliest, latest]` on which the rule falls, in order, those before the start too."""
        days = range(earliest.toordinal(), latest.toordinal() + 1)
        for number in range(self._number_of(earliest), self._number_of(latest) + 1):
            yield from (moment for moment in self._moments(number, days) if earliest <= moment <= latest)

    def first(self, most: int, latest: datetime) -> Iterator[datetime]:
        """Those from the start to `latest`, of so many periods at most."""
        days = range(self._first_day, latest.toordinal() + 1)
        for number in range(min(most, self._number_of(latest) + 1)):
            yield from (moment for moment in self._moments(number, days) if self._start <= moment <= latest)

    def _number_of(self, moment: datetime) -> int:
        """The period that holds a moment, or the last one before it."""
        return self._steps_to(moment) // self._interval

    def _moments(self, number: int, wanted: range) -> Iterable[datetime]:
        """All moments of a period on which the rule falls, in order; days that are not wanted may be left out."""
        steps, rule = number * self._interval, self._rule
        if rule.frequency == "HOURLY":
            moment = self._start + steps * _HOUR
            return [moment] if moment.weekday() in rule.by_weekday else []
        if rule.positions:  # which count through the whole period
            days = self._days(steps, range(1, date.max.toordinal()))
            return _at_positions([datetime.combine(day, at) for day in days for at in self._times], rule.positions)
        return (datetime.combine(day, at) for day in self._days(steps, wanted) for at in self._times)

    def _steps_to(self, moment: datetime) -> int:
        match self._rule.frequency:
            case "YEARLY":
                return moment.year - self._start.year
            case "MONTHLY" | "DAILY":
                return (moment.year - self._start.year) * _MONTHS + moment.month - self._start.month
            case "WEEKLY":
                return (self._week_of(moment.toordinal()) - self._week) // _WEEK
            case "HOURLY":
                return (moment - self._start.replace(minute=0, second=0)) // _HOUR

    def _days(self, steps: int, wanted: range) -> Iterator[date]:
        """The days of a period on which the rule falls."""
        if self._rule.frequency == "YEARLY":
            days = self._days_of_year(self._start.year + steps, wanted)
        elif self._rule.frequency == "WEEKLY":
            days = self._days_of_week(self._week + _WEEK * steps, wanted)
        else:
            years, month = divmod(self._start.month - 1 + steps, _MONTHS)
            days = self._days_of_month(self._start.year + years, month + 1, wanted)
            if self._rule.frequency == "DAILY":
                days = (day for day in days if (day - self._first_day) % self._rule.interval == 0)
        return map(date.fromordinal, days)

    def _days_of_week(self, week: int, wanted: range) -> Days:
        rule = self._rule
        for day in range(max(week, wanted.start), min(week + _WEEK, wanted.stop)):
            weekday = _weekday(day)
            if weekday not in rule.by_weekday or not (rule.weekdays or weekday == _weekday(self._first_day)):
                continue
            if not rule.months or date.fromordinal(day).month in rule.months:
                yield day

    def _days_of_year(self, year: int, wanted: range) -> Days:
        new_year = date(year, 1, 1).toordinal()
        length = date(year + 1, 1, 1).toordinal() - new_year
        for month in self._months:
            if self._rule.months:
                yield from self._days_of_month(year, month, wanted)
            else:
                # RFC 5545: without BYMONTH the nth weekday is one of the year.
                yield from self._fitting(self._dated_days(year, month, wanted), new_year, length)

    def _days_of_month(self, year: int, month: int, wanted: range) -> Days:
        if self._rule.months and month not in self._rule.months:
            return ()
        first, length = _month(year, month)
        return self._fitting(self._dated_days(year, month, wanted), first, length)

    def _dated_days(self, year: int, month: int, wanted: range) -> Days:
        """The days of a month that BYMONTHDAY leaves."""
        first, length = _month(year, month)
        if self._month_days:
            return (day for day in sorted(_counted(self._month_days, first, length)) if day in wanted)
        return range(max(first, wanted.start), min(first + length, wanted.stop))

    def _fitting(self, days: Days, first: int, length: int) -> Days:
        """Those that BYDAY takes, in a month or year that begins at `first` and has `length` days."""
        by_weekday = self._rule.by_weekday
        if not self._rule.weekdays:
            return days
        return (day for day in days if _is_nth(by_weekday.get(_weekday(day)), day - first, length))

    def _week_of(self, day: int) -> int:
        return day - (_weekday(day) - self._rule.week_start) % _WEEK


@lru_cache(1_000)
def _month(year: int, month: int) -> tuple[int, int]:
    """Its first day, and how many it has."""
    first = date(year, month, 1).toordinal()
    return first, date(year + month // _MONTHS, month % _MONTHS + 1, 1).toordinal() - first


def _weekday(day: int) -> int:
    return (day - 1) % _WEEK  # the first of January of the year 1 was a Monday


def _is_nth(wanted: frozenset[int] | None, passed: int, length: int) -> bool:
    if not wanted:
        return False
    return 0 in wanted or passed // _WEEK + 1 in wanted or -((length - 1 - passed) // _WEEK + 1) in wanted


def _counted(numbers: Iterable[int], first: int, length: int) -> set[int]:
    """Days of a month of that length, of which negative ones were counted from its end."""
    days = {number if number > 0 else length + 1 + number for number in numbers}
    return {first + day - 1 for day in days if 1 <= day <= length}


def _at_positions(moments: list[datetime], positions: Iterable[int]) -> list[datetime]:
    places = {position - 1 if position > 0 else len(moments) + position for position in positions}
    return [moment for place, moment in enumerate(moments) if place in places]
