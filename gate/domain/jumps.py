"""Where the clocks of a zone jump, and which times on the wall that leaves out or shows twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from gate.domain.instant import from_ns, to_ns

_STEP: Final = timedelta(days=1)
"""No zone jumps and jumps back within a day."""
_SECOND: Final = timedelta(seconds=1)
_KEPT: Final = 600
"""There are about as many zones."""


@dataclass(frozen=True, slots=True)
class Jump:
    """One change of a zone's offset from UTC."""

    at: datetime
    """The instant, in UTC."""
    before: timedelta
    after: timedelta

    @property
    def size(self) -> timedelta:
        """How far the clock jumps, forward or back."""
        return abs(self.after - self.before)

    @property
    def skipped(self) -> bool:
        """Whether times on the wall are left out, from `begin` until before `end`; if not, they are shown twice."""
        return self.after > self.before

    @property
    def begin(self) -> datetime:
        """The first time on the wall that is left out or shown twice."""
        return self.at.replace(tzinfo=None) + min(self.before, self.after)

    @property
    def end(self) -> datetime:
        """The first one after these."""
        return self.at.replace(tzinfo=None) + max(self.before, self.after)


@lru_cache(_KEPT)
def jumps(zone: ZoneInfo, start_ns: int, years: int) -> tuple[Jump, ...]:
    """The jumps of a zone in so many years from an instant on."""
    return tuple(_jumps(zone, from_ns(start_ns), from_ns(start_ns) + timedelta(days=366 * years)))


def jump_between(low_ns: int, high_ns: int, zone: ZoneInfo) -> int:
    """The instant at which the zone's offset changes, once, in `(low_ns, high_ns]`."""
    return to_ns(_changed(from_ns(low_ns), from_ns(high_ns), zone))


def _jumps(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Jump]:
    low, before = start, _offset(start, zone)
    while low < end:
        high = min(low + _STEP, end)
        if (after := _offset(high, zone)) != before:
            yield Jump(_changed(low, high, zone), before, after)
        low, before = high, after


def _changed(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """By halving, down to the second."""
    before = _offset(low, zone)
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        if _offset(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).replace(tzinfo=UTC) - instant
