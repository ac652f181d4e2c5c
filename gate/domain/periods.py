"""The periods of a recurrence rule: the years, months, weeks or hours that FREQ and INTERVAL count off.

Each is worked out by itself, from its number alone, so that a look into any year costs the same. Days are worked out a
month at a time, so that months which a rule leaves out cost nothing. Where a rule starts and ends is in `beginnings`.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from gate.domain.rule import Rule

_HOUR: Final = timedelta(hours=1)
_WEEK: Final = 7
_MONTHS: Final = 12


class Periods:
    """The periods of one rule, numbered from the one that holds its start, 0."""

    def __init__(self, rule: Rule, start: datetime) -> None:
        self._rule = rule
        self._start = start
        self._interval = 1 if rule.frequency == "DAILY" else rule.interval
        self._hour = start.replace(minute=0, second=0)
        self._week = _week_of(start.date(), rule.week_start)
        # RFC 5545: what a rule leaves open is as it is at the start.
        self._times = [time(hour, start.minute, start.second) for hour in sorted(rule.hours) or [start.hour]]
        dated = bool(rule.month_days or rule.weekdays or rule.frequency == "DAILY")
        self._months = sorted(rule.months) or (list(range(1, _MONTHS + 1)) if dated else [start.month])
        self._month_days = rule.month_days if dated else frozenset({start.day})

    def number_of(self, moment: datetime) -> int:
        """The period that holds a moment, or the last one before it."""
        return self._steps_to(moment) // self._interval

    def moments(self, number: int) -> list[datetime]:
        """All moments of a period on which the rule falls, in order; in the first, those before the start too."""
        steps = number * self._interval
        if self._rule.frequency == "HOURLY":
            moment = self._start + steps * _HOUR
            return [moment] if self._takes(moment.date()) else []
        found = [datetime.combine(day, at) for day in self._days(steps) for at in self._times]
        return _at_positions(found, self._rule.positions) if self._rule.positions else found

    def _steps_to(self, moment: datetime) -> int:
        match self._rule.frequency:
            case "YEARLY":
                return moment.year - self._start.year
            case "MONTHLY" | "DAILY":
                return (moment.year - self._start.year) * _MONTHS + moment.month - self._start.month
            case "WEEKLY":
                return (_week_of(moment.date(), self._rule.week_start) - self._week).days // _WEEK
            case "HOURLY":
                return (moment - self._hour) // _HOUR

    def _days(self, steps: int) -> Iterable[date]:
        if self._rule.frequency == "YEARLY":
            return self._days_of_year(self._start.year + steps)
        if self._rule.frequency == "WEEKLY":
            week = self._week + timedelta(days=_WEEK * steps)
            return filter(self._takes, (week + timedelta(days=days) for days in range(_WEEK)))
        years, month = divmod(self._start.month - 1 + steps, _MONTHS)
        days = self._days_of_month(date(self._start.year + years, month + 1, 1))
        return days if self._rule.frequency == "MONTHLY" else filter(self._counts, days)

    def _days_of_year(self, year: int) -> Iterator[date]:
        new_year, length = date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days
        for month in self._months:
            first = date(year, month, 1)
            if self._rule.months:
                yield from self._days_of_month(first)
            else:
                # RFC 5545: without BYMONTH the nth weekday is one of the year.
                yield from (day for day in self._dated(first) if self._falls_on(day, new_year, length))

    def _days_of_month(self, first: date) -> Iterator[date]:
        if self._rule.months and first.month not in self._rule.months:
            return
        length = _length(first)
        yield from (day for day in self._dated(first) if self._falls_on(day, first, length))

    def _dated(self, first: date) -> Iterator[date]:
        """The days of a month that BYMONTHDAY leaves."""
        length = _length(first)
        numbers = range(1, length + 1) if not self._month_days else sorted(_counted(self._month_days, length))
        return (first.replace(day=number) for number in numbers)

    def _falls_on(self, day: date, first: date, length: int) -> bool:
        """Whether BYDAY takes a day of the month or year that begins at `first` and has `length` days."""
        if not self._rule.weekdays:
            return True
        passed, weekday = day.toordinal() - first.toordinal(), day.weekday()
        ways = (0, passed // _WEEK + 1, -((length - 1 - passed) // _WEEK + 1))
        return any(wanted.number == weekday and wanted.nth in ways for wanted in self._rule.weekdays)

    def _takes(self, day: date) -> bool:
        """Whether a day of a week, or that of an hour, is one of the rule's."""
        rule = self._rule
        if rule.frequency == "WEEKLY" and not rule.weekdays and day.weekday() != self._start.weekday():
            return False
        return (not rule.months or day.month in rule.months) and self._falls_on(day, day, 1)

    def _counts(self, day: date) -> bool:
        """Whether INTERVAL, in days, counts off this one."""
        return (day - self._start.date()).days % self._rule.interval == 0


def _week_of(day: date, week_start: int) -> date:
    return day - timedelta(days=(day.weekday() - week_start) % _WEEK)


def _length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _counted(numbers: Iterable[int], length: int) -> set[int]:
    """Days of a month of that length, of which negative ones were counted from its end."""
    days = {number if number > 0 else length + 1 + number for number in numbers}
    return {day for day in days if 1 <= day <= length}


def _at_positions(moments: list[datetime], positions: Iterable[int]) -> list[datetime]:
    places = {position - 1 if position > 0 else len(moments) + position for position in positions}
    return [moment for place, moment in enumerate(moments) if place in places]
