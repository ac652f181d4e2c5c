"""An oracle: a clock on the wall that is watched minute by minute, and windows read off it.

It knows nothing of offsets, folds and gaps. It looks what the clock of a zone shows at each minute of UTC, and finds
out from that alone when a time is shown, once, twice or never. It shares no code with `gate.domain`.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


class WalkedClock:
    """What the clock of a zone showed at each minute between two instants."""

    def __init__(self, zone: str, first: datetime, last: datetime) -> None:
        self._shown: dict[datetime, list[datetime]] = defaultdict(list)
        self._leaps: list[tuple[datetime, datetime, datetime]] = []
        """The instant, the time that would have come, and the time that came instead."""
        instant, expected, where = first, None, ZoneInfo(zone)
        while instant <= last:
            shows = instant.astimezone(where).replace(tzinfo=None)
            self._shown[shows].append(instant)
            if expected is not None and shows > expected:
                self._leaps.append((instant, expected, shows))
            expected = shows + MINUTE
            instant += MINUTE

    def readings(self, time: datetime) -> list[datetime]:
        """The instants that a time on the wall may mean, the earliest first."""
        if shown := self._shown.get(time):
            return shown
        for instant, left_out, shows in self._leaps:
            if left_out <= time < shows:
                return [instant, instant + (time - left_out)]
        raise LookupError(f"{time} was not watched")

    def span(self, begin: datetime, end: datetime, *, forbids: bool) -> tuple[datetime, datetime] | None:
        """What forbids takes the longest reading, what allows the shortest. None if nothing is left of it."""
        begins, ends = self.readings(begin), self.readings(end)
        found = (begins[0], ends[-1]) if forbids else (begins[-1], ends[0])
        return found if found[0] < found[1] else None

    def spans(self, begins: Iterable[datetime], length: timedelta, *, forbids: bool) -> list[tuple[datetime, datetime]]:
        """Those of which something is left, by their starts."""
        found = (self.span(begin, begin + length, forbids=forbids) for begin in begins)
        return sorted({span for span in found if span is not None})


@lru_cache(64)
def watched(zone: str, day: str, days_before: int = 5, days_after: int = 7) -> WalkedClock:
    """The clock of a zone around the beginning of a day in UTC."""
    noon = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return WalkedClock(zone, noon - timedelta(days=days_before), noon + timedelta(days=days_after))
