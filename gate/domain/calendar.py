"""Freeze, maintenance and advisory windows, and which of them touch a change. Reading files happens elsewhere."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from gate.domain.model import Model
from gate.domain.naming import Name
from gate.domain.recurrence import LocalSpans, Span
from gate.domain.rule import readable
from gate.domain.scope import Scope, ScopeIndex, Subject, is_glob
from gate.domain.wall_clock import LocalMoment, WrittenMoment, WrittenTime, ZoneName, beginning_of, is_day

MOST_DATES: Final = 500
"""Beginnings that a window may have besides its rule, and as many that it may leave out."""

_DAY: Final = timedelta(days=1)
_UNBOUNDED: Final = (1 << 63) - 1

Dates = Annotated[tuple[WrittenMoment, ...], Field(max_length=MOST_DATES)]


class Window(Model):
    """What every kind of window has. The times are those of a clock on the wall in `timezone`."""

    kind: Literal["Freeze", "Maintenance", "Advisory"]
    name: Name
    description: str = ""
    scope: Scope = Scope()
    start: WrittenMoment
    """When it first begins: a time such as `2026-11-26T08:00`, or a whole day such as `2026-11-26`."""
    end: WrittenMoment | None = None
    """When the first occurrence ends. A time is not part of the window any more; a day is the last one that is."""
    timezone: ZoneName = "UTC"
    recurrence: Annotated[str, AfterValidator(readable)] | None = None
    """One RFC 5545 RRULE. Each occurrence is as long on the wall as the first."""
    rdate: Dates = ()
    """When it begins besides, each time for as long as at first. Written as `start` is."""
    exdate: Dates = ()
    """Beginnings that are left out. Written as `start` is."""
    overrun: Literal["finish", "stop"] = "finish"
    """What a change already running does when the window closes on it."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for fault in (self._unlike(), self._out_of_order(), self._vanished()):
            if fault:
                raise ValueError(fault)
        return self

    @cached_property
    def spans(self) -> LocalSpans:
        """Its occurrences."""
        return LocalSpans(
            start=beginning_of(self.start),
            end=self._local_end,
            zone=ZoneInfo(self.timezone),
            rule=self.recurrence,
            grows=self.forbids,
            added=tuple(map(beginning_of, self.rdate)),
            removed=tuple(map(beginning_of, self.exdate)),
        )

    @property
    def is_all_day(self) -> bool:
        """Whether whole days are meant."""
        return is_day(self.start)

    @property
    def recurs(self) -> bool:
        """Whether it may be there more than once, or not at all."""
        return bool(self.recurrence or self.rdate or self.exdate)

    @property
    def forbids(self) -> bool:
        """Whether it closes time (a freeze, an advisory) rather than opening it."""
        return True

    @property
    def _local_end(self) -> datetime | None:
        if self.end is None:
            return None
        return beginning_of(self.end) + (_DAY if is_day(self.end) else timedelta())

    def _unlike(self) -> str:
        """Whether days and times are mixed."""
        dates = [("rdate", each) for each in self.rdate] + [("exdate", each) for each in self.exdate]
        for field, moment in [("end", self.end), *dates]:
            if moment is not None and is_day(moment) != self.is_all_day:
                return f"{field}: {_described(moment)}, but start {_described(self.start)}; write both in one form"
        return ""

    def _out_of_order(self) -> str:
        start, begin, end = self.start.isoformat(), beginning_of(self.start), self._local_end
        if end is None or self.end is None:
            if self.recurs or not isinstance(self, Freeze):
                return "end: is missing; only a freeze that does not recur may have no known end"
        elif end <= begin:
            return (
                f"end: {self.end.isoformat()} {'lies before' if self.is_all_day else 'is not after'} the start {start}"
            )
        early = next((each for each in self.rdate if beginning_of(each) < begin), None)
        return f"rdate: {early.isoformat()} lies before the start {start}; begin with it" if early else ""

    def _vanished(self) -> str:
        spans = self.spans
        if spans.start not in spans.removed and spans.first().is_empty:
            return f"end: the window is empty in UTC, because the clock of {self.timezone} jumps inside it"
        if not spans.beginnings.follows_its_rule:
            return f"recurrence: the rule does not begin at the start {self.start.isoformat()}; make them agree"
        if self.exdate and next(spans.beginnings.since(spans.start), None) is None:
            return "exdate: leaves nothing of the window; take the window out instead"
        return ""


def _described(moment: LocalMoment) -> str:
    return f"{moment.isoformat()} is {'a whole day' if is_day(moment) else 'a time'}"


class Freeze(Window):
    """Closed time: no change in its scope enters while it is open."""

    kind: Literal["Freeze"]


class Maintenance(Window):
    """Allowed time: where one covers a change, all other time is closed to it."""

    kind: Literal["Maintenance"]

    @property
    def forbids(self) -> bool:
        """It opens."""
        return False


class Advisory(Window):
    """Shown, never blocking."""

    kind: Literal["Advisory"]


AnyWindow = Annotated[Freeze | Maintenance | Advisory, Field(discriminator="kind")]


class Incident(Model):
    """A declared incident: while it is open, changes in its scope that repair it may take the emergency path."""

    kind: Literal["Incident"]
    name: Name
    description: str = ""
    scope: Scope = Scope()
    start: WrittenTime
    end: WrittenTime | None = None
    timezone: ZoneName = "UTC"

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.end is not None and self.end <= self.start:
            msg = f"end: {self.end.isoformat()} is not after the start {self.start.isoformat()}"
            raise ValueError(msg)
        return self

    @cached_property
    def spans(self) -> LocalSpans:
        """When it is open."""
        return LocalSpans(self.start, self.end, ZoneInfo(self.timezone), rule=None, grows=False)


class SpanIndex:
    """One-off windows sorted by start over a tree of latest ends: those that overlap a span, in O(log n + hits)."""

    def __init__(self, windows: Iterable[Window]) -> None:
        self._entries = sorted(((w.spans.first(), w) for w in windows), key=lambda entry: entry[0].start_ns)
        self._starts = [span.start_ns for span, _ in self._entries]
        self._leaves = 1 << max(0, len(self._entries) - 1).bit_length()
        self._latest_end = [-1] * (2 * self._leaves)
        for position, (span, _) in enumerate(self._entries):
            self._latest_end[self._leaves + position] = _UNBOUNDED if span.end_ns is None else span.end_ns
        for node in range(self._leaves - 1, 0, -1):
            self._latest_end[node] = max(self._latest_end[2 * node], self._latest_end[2 * node + 1])

    def overlapping(self, start_ns: int, end_ns: int) -> list[tuple[Span, Window]]:
        """Those that share an instant with `[start_ns, end_ns)`, by start."""
        stop = bisect_left(self._starts, end_ns)
        found: list[tuple[Span, Window]] = []
        pending = [(1, 0, self._leaves)]
        while pending:
            node, low, high = pending.pop()
            if low >= stop or self._latest_end[node] <= start_ns:
                continue
            if node >= self._leaves:
                found.append(self._entries[low])
                continue
            middle = (low + high) // 2
            pending += [(2 * node + 1, middle, high), (2 * node, low, middle)]
        return found


class _Shelf:
    """The windows filed under one service, or the broad ones."""

    def __init__(self) -> None:
        self.one_off: list[Window] = []
        self.recurring: list[Window] = []

    def add(self, window: Window) -> None:
        (self.recurring if window.recurs else self.one_off).append(window)

    @cached_property
    def index(self) -> SpanIndex:
        return SpanIndex(self.one_off)

    def touching(self, subject: Subject, start_ns: int, end_ns: int) -> list[tuple[Span, Window]]:
        one_off = self.index.overlapping(start_ns, end_ns)
        found = [(span, window) for span, window in one_off if window.scope.matches(subject)]
        # Scope first: it costs far less than to work out when a window recurs.
        for window in (window for window in self.recurring if window.scope.matches(subject)):
            found += [(span, window) for span in window.spans.between(start_ns, end_ns)]
        return found


class Calendar:
    """All windows of a policy revision, filed so that a change finds its own without looking at the others."""

    def __init__(self, windows: Sequence[Window], incidents: Sequence[Incident] = ()) -> None:
        self.windows = tuple(windows)
        self._incidents = ScopeIndex((incident.scope, incident) for incident in incidents)
        self._by_service: dict[str, _Shelf] = {}
        self._broad = _Shelf()
        self._maintenance = ScopeIndex((window.scope, window) for window in windows if isinstance(window, Maintenance))
        for window in windows:
            for shelf in self._shelves_for(window):
                shelf.add(window)

    def make_ready(self) -> None:
        """Build the indexes, so that no decision has to wait for it."""
        for shelf in (self._broad, *self._by_service.values()):
            _ = shelf.index

    def touching(self, subject: Subject, start_ns: int, end_ns: int) -> list[tuple[Span, Window]]:
        """The occurrences whose scope matches and that overlap `[start_ns, end_ns)`, by start, then name."""
        found = self._broad.touching(subject, start_ns, end_ns)
        if (own := self._by_service.get(subject.service)) is not None:
            found += own.touching(subject, start_ns, end_ns)
        return sorted(found, key=lambda entry: (entry[0].start_ns, entry[1].name))

    def openings(self, subject: Subject, instant_ns: int) -> list[tuple[Span | None, Window]]:
        """For each maintenance window that covers the subject: the occurrence open now, else the next, else None."""
        found: list[tuple[Span | None, Window]] = []
        for window in self._maintenance.matching(subject):
            open_now = next(iter(window.spans.between(instant_ns, instant_ns + 1)), None)
            found.append((open_now or window.spans.next_after(instant_ns), window))
        return found

    def incidents_open(self, subject: Subject, instant_ns: int) -> list[Incident]:
        """The declared incidents whose scope matches and that are open at the instant."""
        return [incident for incident in self._incidents.matching(subject) if incident.spans.first().holds(instant_ns)]

    def _shelves_for(self, window: Window) -> list[_Shelf]:
        services = window.scope.services
        if not services or any(is_glob(service) for service in services):
            return [self._broad]
        return [self._by_service.setdefault(service, _Shelf()) for service in dict.fromkeys(services)]
