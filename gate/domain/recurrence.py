"""From what a calendar file says in local time to exact UTC spans.

A window is written in the wall-clock time of a zone. Where the clock jumps, that time may not exist (a gap) or exist
twice (a fold). A freeze then takes the reading that makes it longest, a maintenance window the one that makes it
shortest: neither ever lets a change through by an accident of the clock.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from gate.domain.beginnings import Beginnings
from gate.domain.instant import duration_ns, from_ns
from gate.domain.jumps import jump_between

Edge = Literal["earliest", "latest"]
NEVER_NS: Final = (1 << 63) - 1
"""Later than any instant that the gate reckons with."""
_DAY = timedelta(days=1)
_ASKED: Final = 2_000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- what a clock on the wall counts from


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open stretch of time `[start, end)` in epoch nanoseconds; `end_ns` None has no known end."""

    start_ns: int
    end_ns: int | None

    def holds(self, instant_ns: int) -> bool:
        """Whether the instant lies inside; the end does not."""
        return self.start_ns <= instant_ns and (self.end_ns is None or instant_ns < self.end_ns)

    def overlaps(self, start_ns: int, end_ns: int) -> bool:
        """Whether it shares an instant with `[start_ns, end_ns)`; spans that only touch do not."""
        return self.start_ns < end_ns and (self.end_ns is None or start_ns < self.end_ns)

    def contains(self, start_ns: int, end_ns: int) -> bool:
        """Whether `[start_ns, end_ns)` lies wholly inside."""
        return self.start_ns <= start_ns and (self.end_ns is None or end_ns <= self.end_ns)

    @property
    def is_empty(self) -> bool:
        """Whether no instant lies inside: the clock jumped over it."""
        return self.end_ns is not None and self.end_ns <= self.start_ns


def resolve(local: datetime, zone: ZoneInfo, edge: Edge) -> int:
    """The instant of a wall-clock time. In a gap or fold, the earliest or latest of its readings.

    In a gap the readings are the moment of the jump and the time shifted forward by the jump (RFC 5545, 3.3.5); in a
    fold they are the first and the second passing of that time.
    """
    offset, later_offset = zone.utcoffset(local), zone.utcoffset(datetime.combine(local, _again(local.time())))
    if offset is None or later_offset is None:  # pragma: no cover -- zones of the IANA database always have one
        raise ValueError(f"{zone.key} has no offset")
    reading = duration_ns(local - offset - _EPOCH)
    if offset == later_offset:
        return reading
    second = duration_ns(local - later_offset - _EPOCH)
    if offset < later_offset:  # a gap (PEP 495): `reading` is the time shifted forward
        second = jump_between(second, reading, zone)
    return min(reading, second) if edge == "earliest" else max(reading, second)


@lru_cache(_ASKED)
def _again(moment: time) -> time:
    """The second passing of a time of the day. Kept, since most windows begin and end at the same few times."""
    return moment.replace(fold=1)


@dataclass(frozen=True)
class LocalSpans:
    """A one-off or recurring span of wall-clock time in a zone. `end` None: no known end, and no recurrence.

    Each occurrence is as long on the wall as the one from `start` to `end`.
    """

    start: datetime
    end: datetime | None
    zone: ZoneInfo
    rule: str | None
    grows: bool
    """True for what forbids (a freeze never shrinks), False for what allows (a maintenance window never grows)."""
    added: tuple[datetime, ...] = ()
    """When it begins besides (RDATE)."""
    removed: tuple[datetime, ...] = ()
    """When it does not begin, whatever the rule says (EXDATE)."""

    def between(self, start_ns: int, end_ns: int) -> list[Span]:
        """The occurrences that overlap `[start_ns, end_ns)`, in order of their starts."""
        if self.end is None or not self.recurs:
            spans = [self.first]
        else:
            # A day of slack on either side is as much as any zone ever jumped; the exact test is on UTC spans below.
            earliest = self._local(start_ns) - self.length - _DAY
            spans = [self.at(begin) for begin in self.beginnings.between(earliest, self._local(end_ns) + _DAY)]
        # Each once: on a day that never was, an occurrence may be the same in UTC as that of the day after.
        return sorted({s for s in spans if s.overlaps(start_ns, end_ns) and not s.is_empty}, key=_start_and_end)

    def next_after(self, instant_ns: int) -> Span | None:
        """The first occurrence that starts after an instant."""
        if not self.recurs:
            return self.first if self.first.start_ns > instant_ns else None
        for begin in self.beginnings.since(self._local(instant_ns) - _DAY):
            if self._first_after(instant_ns, [begin]) is not None:
                # Where the clock jumps, one that is later on the wall by less than a day may be earlier in UTC.
                return self._first_after(instant_ns, self.beginnings.between(begin, begin + _DAY))
        return None

    def ahead(self, start_ns: int, end_ns: int) -> list[Span]:
        """The occurrences that overlap `[start_ns, end_ns)`, and the first that starts after these."""
        if self.end is None or not self.recurs:
            return [self.first] if self.first.overlaps(start_ns, NEVER_NS) else []
        found: set[Span] = set()
        later: list[tuple[Span, datetime]] = []
        for begin in self.beginnings.since(self._local(start_ns) - self.length - _DAY):
            if later and begin > later[0][1] + _DAY:  # see `next_after`
                break
            span = self.at(begin)
            if span.start_ns >= end_ns and not span.is_empty:
                later.append((span, begin))
            elif span.overlaps(start_ns, end_ns) and not span.is_empty:
                found.add(span)
        return [*sorted(found, key=_start_and_end), *min(later, default=())[:1]]

    def coming(self, instant_ns: int) -> Iterator[Span]:
        """The occurrences that end after an instant, in the order in which they begin on the wall."""
        if self.end is None or not self.recurs:
            yield from [self.first] if self.first.overlaps(instant_ns, NEVER_NS) else []
            return
        for begin in self.beginnings.since(self._local(instant_ns) - self.length - _DAY):
            span = self.at(begin)
            if span.overlaps(instant_ns, NEVER_NS) and not span.is_empty:
                yield span

    def cover(self, span: Span) -> bool:
        """Whether one occurrence contains all of a span."""
        end_ns = NEVER_NS if span.end_ns is None else span.end_ns
        if self.end is None or not self.recurs:
            return self.first.contains(span.start_ns, end_ns)
        latest = self._local(span.start_ns) + _DAY  # see `between`
        begins = self.beginnings.between(latest - self.length - 2 * _DAY, latest)
        return any(self.at(begin).contains(span.start_ns, end_ns) for begin in begins)

    @cached_property
    def first(self) -> Span:
        """The one that begins at `start`, whether or not it was taken out."""
        return self.at(self.start)

    def at(self, begin: datetime) -> Span:
        """The one that begins at a wall-clock time. It may be empty."""
        start_ns = resolve(begin, self.zone, "earliest" if self.grows else "latest")
        if self.end is None:
            return Span(start_ns, None)
        end = begin + self.length
        return Span(start_ns, resolve(end, self.zone, "latest" if self.grows else "earliest"))

    @cached_property
    def length(self) -> timedelta:
        """How long it is on the wall each time; without a known end, longer than anything."""
        return timedelta.max if self.end is None else self.end - self.start

    @property
    def recurs(self) -> bool:
        """Whether it may be there more than once, or not at all."""
        return bool(self.rule or self.added or self.removed)

    @cached_property
    def beginnings(self) -> Beginnings:
        """When it begins. ValueError for what is no rule."""
        return Beginnings(self.rule, self.start, self.added, self.removed)

    def _first_after(self, instant_ns: int, begins: Iterable[datetime]) -> Span | None:
        spans = (self.at(begin) for begin in begins)
        return min((span for span in spans if span.start_ns > instant_ns and not span.is_empty), default=None)

    def _local(self, instant_ns: int) -> datetime:
        return _wall(self.zone, instant_ns)


def _start_and_end(span: Span) -> tuple[int, int]:
    return span.start_ns, span.end_ns or 0


@lru_cache(_ASKED)
def _wall(zone: ZoneInfo, instant_ns: int) -> datetime:
    """What a clock shows. Kept, since all windows of a zone are asked about the same instants."""
    shown = from_ns(instant_ns).astimezone(zone)
    return datetime.combine(shown, shown.time())  # as `replace` does, which takes ten times as long
