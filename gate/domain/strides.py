"""Rules that only count off hours, days, weeks, months or years: a moment's number says how far from the start it is.

Most rules are of this sort, and thousands of windows may follow them, so each moment is one addition. A rule that also
says which days or hours of its periods it means is left to `periods`.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from gate.domain.rule import Rule

_MONTHS: Final = 12
_OF_TIME: Final = {"HOURLY": timedelta(hours=1), "DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)}
_OF_MONTHS: Final = {"MONTHLY": 1, "YEARLY": _MONTHS}


class TimeStrides:
    """Hours, days or weeks from a start, all of one length."""

    def __init__(self, rule: Rule, start: datetime) -> None:
        self._start = start
        self._stride = rule.interval * _OF_TIME[rule.frequency]
        self.times: Sequence[time] | None = None if rule.frequency == "HOURLY" else [start.time()]

    def between(self, earliest: datetime, latest: datetime) -> Iterator[datetime]:
        """The moments in `[earliest, latest]`, in order, those before the start too."""
        start, stride = self._start, self._stride
        first, last = -((start - earliest) // stride), (latest - start) // stride
        return (start + number * stride for number in range(first, last + 1))

    def first(self, most: int, latest: datetime) -> Iterator[datetime]:
        """Those from the start to `latest`, of so many strides at most."""
        last = (latest - self._start) // self._stride
        return (self._start + number * self._stride for number in range(min(most, last + 1)))


class MonthStrides:
    """Months or years from a start. One that has no such day is passed over (RFC 5545, 3.3.10)."""

    def __init__(self, rule: Rule, start: datetime) -> None:
        self._start = start
        self._months = rule.interval * _OF_MONTHS[rule.frequency]
        self._time = start.time()
        self.times: Sequence[time] = [self._time]

    def between(self, earliest: datetime, latest: datetime) -> Iterator[datetime]:
        """The moments in `[earliest, latest]`, in order, those before the start too."""
        numbers = range(self._number_of(earliest), self._number_of(latest) + 1)
        found = (self._moment(number) for number in numbers)
        return (moment for moment in found if moment is not None and earliest <= moment <= latest)

    def first(self, most: int, latest: datetime) -> Iterator[datetime]:
        """Those from the start to `latest`, of so many strides at most."""
        found = (self._moment(number) for number in range(min(most, self._number_of(latest) + 1)))
        return (moment for moment in found if moment is not None and moment <= latest)

    def _number_of(self, moment: datetime) -> int:
        """The stride whose month is that of a moment, or the last one before it."""
        start = self._start
        return ((moment.year - start.year) * _MONTHS + moment.month - start.month) // self._months

    def _moment(self, number: int) -> datetime | None:
        years, month = divmod(self._start.month - 1 + number * self._months, _MONTHS)
        try:
            return datetime.combine(date(self._start.year + years, month + 1, self._start.day), self._time)
        except ValueError:
            return None


Strides = TimeStrides | MonthStrides


def strides_of(rule: Rule, start: datetime) -> Strides | None:
    """The strides of a rule that only counts off periods; None if it says more."""
    if not rule.is_plain:
        return None
    return MonthStrides(rule, start) if rule.frequency in _OF_MONTHS else TimeStrides(rule, start)
