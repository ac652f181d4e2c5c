"""Where a window begins or ends at a time that the clock skips or repeats: there calendars read it differently.

The gate takes the reading that makes a freeze longest and a maintenance window shortest (`gate.domain.recurrence`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from gate.domain.calendar import Window
from gate.domain.finding import Finding
from gate.domain.instant import rfc3339
from gate.domain.recurrence import resolve
from gate.interfaces.calendars.conversion import Source

_YEARS: Final = 10
"""So far from the beginning of a window the clock is looked at."""
_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Jump:
    """A stretch of wall-clock time `[begin, end)` that is skipped, or passes twice."""

    begin: datetime
    end: datetime
    skipped: bool


Elsewhere = Callable[[Jump, datetime], str]
"""What the other side makes of a time inside a jump."""


def noted_jumps(window: Window, elsewhere: Elsewhere, source: Source) -> Iterator[Finding]:
    """A note on the first time that an edge of the window falls into a jump."""
    zone = ZoneInfo(window.timezone)
    for jump in jumps(window.timezone, window.spans.start.year):
        edge = _edge_in(window, jump)
        if edge is None:
            continue
        earliest, latest = (rfc3339(resolve(edge, zone, side)) for side in ("earliest", "latest"))
        longer = "longest" if window.forbids else "shortest"
        passes = "does not exist" if jump.skipped else "passes twice"
        yield source.noted(
            f"{edge.isoformat(timespec='minutes')} {passes} in {window.timezone}: {elsewhere(jump, edge)}; the gate "
            f"takes, of {earliest} and {latest}, what makes the window {longer}"
        )
        return


def _edge_in(window: Window, jump: Jump) -> datetime | None:
    """A beginning or end strictly inside: at the border of a jump there is but one reading of what is skipped."""
    start, end = window.spans.start, window.spans.end
    length = timedelta(0) if end is None else end - start
    for offset in dict.fromkeys((timedelta(0), length)):
        for begin in window.spans.beginnings.between(jump.begin - offset, jump.end - offset - _SECOND):
            if not jump.skipped or begin + offset > jump.begin:
                return begin + offset
    return None


@lru_cache(maxsize=64)
def jumps(timezone: str, year: int) -> tuple[Jump, ...]:
    """When the clock of a zone jumps in that year and the nine after it, in order."""
    zone = ZoneInfo(timezone)
    moment = datetime(year, 1, 1, tzinfo=UTC)
    found: list[Jump] = []
    while moment.year < year + _YEARS:
        later = moment + _DAY
        if _offset(later, zone) != _offset(moment, zone):
            found.append(_jump(moment, later, zone))
        moment = later
    return tuple(found)


def _jump(low: datetime, high: datetime, zone: ZoneInfo) -> Jump:
    before, after = _offset(low, zone), _offset(high, zone)
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    instant = high.replace(microsecond=0, tzinfo=None)
    begin, end = sorted((instant + before, instant + after))
    return Jump(begin, end, skipped=after > before)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
