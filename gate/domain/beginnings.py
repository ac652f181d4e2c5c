"""When a window begins, on the clock on the wall.

As its rule says, from its start until COUNT or UNTIL, and on dates that are added, but not on those that are left out.
What a rule may say is in `rule`, on which moments of a period it falls in `periods` or, for plain rules, in `strides`.
Nothing is searched for longer than `PATIENCE`, so that a rule which never comes true costs little.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from heapq import merge
from itertools import groupby, islice
from typing import Final

from gate.domain.periods import Periods
from gate.domain.rule import Rule
from gate.domain.strides import Strides, strides_of

PATIENCE: Final = timedelta(days=50 * 366)
"""A rule that has not begun for so long begins no more. The rarest of days, a 29 February on a given day of the week,
takes 40 years at most."""

_MOST_COUNTED: Final = 5_000
"""Periods that are looked through for the last one that COUNT allows."""
_SECOND: Final = timedelta(seconds=1)


class Beginnings:
    """The wall-clock times at which a window begins, in order, each once (RFC 5545, 3.8.5)."""

    def __init__(
        self,
        rule: str | None,
        start: datetime,
        added: Iterable[datetime] = (),
        removed: Iterable[datetime] = (),
    ) -> None:
        """`added` is RDATE, `removed` is EXDATE. ValueError for what is no rule, and for a COUNT that reaches too far.

        Without a rule there is the start alone, and what was added.
        """
        self._rule = None if rule is None else Rule.of(rule)
        self._periods = None if self._rule is None else strides_of(self._rule, start) or Periods(self._rule, start)
        self._start = start
        self._end = start if self._rule is None else self._rule.until
        self._removed = frozenset(removed)
        self._added = sorted(set(added))
        if self._periods is not None and self._rule is not None and self._rule.count:
            self._end = self._last_of(self._periods, self._rule.count)

    def between(self, earliest: datetime, latest: datetime) -> list[datetime]:
        """Those in `[earliest, latest]`."""
        return list(self._merged(earliest, latest))

    def since(self, earliest: datetime) -> Iterator[datetime]:
        """Those from `earliest` on, for as long as there are any."""
        more = True
        while more:
            more = False
            for moment in self._merged(earliest, max(earliest, self._start) + PATIENCE):
                yield moment
                earliest, more = moment + _SECOND, True

    @property
    def follows_its_rule(self) -> bool:
        """Whether the rule, if there is one, falls on the start; otherwise the first occurrence would not be one."""
        return self._start in self._by_rule(self._start, self._start)

    @property
    def most_a_day(self) -> int:
        """How often it begins on a day by its rule, at most."""
        return 1 if self._rule is None else self._rule.most_a_day

    @property
    def least_distance(self) -> timedelta:
        """So much time at least lies between two of them; nothing if that is not known."""
        return timedelta() if self._added or self._rule is None else self._rule.least_distance

    @property
    def times(self) -> frozenset[time] | None:
        """The times of the day at which it can begin; None if it may be any."""
        if self._periods is not None and self._periods.times is None:
            return None
        by_rule = (self._start.time(),) if self._periods is None else self._periods.times or ()
        return frozenset([*by_rule, *(moment.time() for moment in self._added)])

    @property
    def last(self) -> datetime | None:
        """No later one begins; None if there is no end of them."""
        return None if self._end is None else max([self._end, *self._added[-1:]])

    def _merged(self, earliest: datetime, latest: datetime) -> Iterator[datetime]:
        found = self._by_rule(earliest, latest)
        if self._added:
            added = self._added[bisect_left(self._added, earliest) : bisect_right(self._added, latest)]
            found = (moment for moment, _ in groupby(merge(found, added)))
        return (moment for moment in found if moment not in self._removed) if self._removed else found

    def _by_rule(self, earliest: datetime, latest: datetime) -> Iterator[datetime]:
        earliest = max(earliest, self._start)
        latest = latest if self._end is None else min(latest, self._end)
        if self._periods is not None:
            return self._periods.between(earliest, latest)
        return iter([self._start] if earliest <= self._start <= latest else [])

    def _last_of(self, periods: Periods | Strides, count: int) -> datetime:
        counted = periods.first(_MOST_COUNTED, self._start + PATIENCE)
        if (last := next(islice(counted, count - 1, None), None)) is None:
            raise ValueError("recurrence: COUNT reaches too far; say UNTIL")
        return last
