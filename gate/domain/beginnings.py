"""When a recurrence rule begins, on the clock on the wall: from its start until its COUNT or UNTIL.

What a rule may say is in `rule`, on which moments of a period it falls in `periods`. Nothing is searched for longer
than `PATIENCE`, so that a rule which never comes true costs little.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import Final

from gate.domain.periods import Periods
from gate.domain.rule import Rule

PATIENCE: Final = timedelta(days=50 * 366)
"""A rule that has not begun for so long begins no more. The rarest of days, a 29 February on a given day of the week,
takes 40 years at most."""

_MOST_COUNTED: Final = 5000
"""Periods that are looked through for the last one that COUNT allows."""
_REMEMBERED: Final = 16
"""Periods. The same few are asked for again and again: those around now."""


class Beginnings:
    """The wall-clock times at which a rule begins, in order."""

    def __init__(self, rule: str, start: datetime) -> None:
        """ValueError for what is no rule, and for a COUNT that reaches too far."""
        written = Rule.of(rule)
        self._periods = Periods(written, start)
        self._moments = lru_cache(_REMEMBERED)(self._periods.moments)
        self._start = start
        self._end = self._last_of(written.count) if written.count else written.until

    def between(self, earliest: datetime, latest: datetime) -> list[datetime]:
        """Those in `[earliest, latest]`."""
        return list(self._between(earliest, latest))

    def since(self, earliest: datetime) -> Iterator[datetime]:
        """Those from `earliest` on, for as long as there are any."""
        latest = max(earliest, self._start)
        while found := next(self._between(latest, latest + PATIENCE), None):
            yield found
            latest = found + timedelta(seconds=1)

    def _between(self, earliest: datetime, latest: datetime) -> Iterator[datetime]:
        earliest = max(earliest, self._start)
        latest = latest if self._end is None else min(latest, self._end)
        numbers = range(self._periods.number_of(earliest), self._periods.number_of(latest) + 1)
        found = chain.from_iterable(map(self._moments, numbers))
        return (moment for moment in found if earliest <= moment <= latest)

    def _last_of(self, count: int) -> datetime:
        last = min(_MOST_COUNTED, self._periods.number_of(self._start + PATIENCE))
        for number in range(last + 1):
            for moment in self._periods.moments(number):
                count -= moment >= self._start
                if count == 0:
                    return moment
        raise ValueError("recurrence: COUNT reaches too far; say UNTIL")
