"""Occurrences that are empty in UTC because the clock jumps over them: the first one to come, without trying each.

Only what begins within a jump, and is no longer than the jump, can vanish. So the jumps are gone through, not the
occurrences.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from gate.domain.jumps import jumps
from gate.domain.recurrence import LocalSpans

YEARS_AHEAD: Final = 12
"""So long it takes until the jumps of a zone have been on all the days of the month that they can be on."""
_SECOND: Final = timedelta(seconds=1)
_ALL_DAY: Final = (time.min, time.max)
_ZONES: Final = 600


def first_vanishing(spans: LocalSpans, at_ns: int) -> datetime | None:
    """When the first occurrence to come would begin that is empty in UTC; None if there is none."""
    return next(_vanishing(spans, at_ns), None)


def _vanishing(spans: LocalSpans, at_ns: int) -> Iterator[datetime]:
    if spans.end is None or not _may(spans.zone, at_ns, spans.length, spans.beginnings.times):
        return
    for jump in jumps(spans.zone, at_ns, YEARS_AHEAD):
        begins = spans.beginnings.between(jump.begin, jump.end - _SECOND)
        yield from (begin for begin in begins if spans.at(begin).is_empty)


def _may(zone: ZoneInfo, at_ns: int, length: timedelta, times: frozenset[time] | None) -> bool:
    """Whether what is so long, and begins at these times of the day (None: at any), may vanish in a zone."""
    largest, unclear = _jumped_over(zone, at_ns)
    if length > largest:
        return False
    return times is None or any(low <= each < high for low, high in unclear for each in times)


@lru_cache(_ZONES)
def _jumped_over(zone: ZoneInfo, at_ns: int) -> tuple[timedelta, frozenset[tuple[time, time]]]:
    """The largest jump of a zone, and the times of the day that its jumps leave out or show twice."""
    found = jumps(zone, at_ns, YEARS_AHEAD)
    ends = [(jump.begin, jump.end) for jump in found]
    times = {(low.time(), high.time()) if low.date() == high.date() else _ALL_DAY for low, high in ends}
    return max((jump.size for jump in found), default=timedelta()), frozenset(times)
