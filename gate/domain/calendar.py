"""Freeze, maintenance and advisory windows, and which of them touch a change. Reading files happens elsewhere."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gate.domain.instant import YEARS
from gate.domain.model import Model
from gate.domain.naming import Name, nearest
from gate.domain.recurrence import LocalSpans, Span
from gate.domain.rule import readable
from gate.domain.scope import Scope, ScopeIndex, Subject, is_glob

_LOCAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_UNBOUNDED = (1 << 63) - 1


def _local_time(value: object) -> object:
    text = value.isoformat() if isinstance(value, datetime) else value
    if not isinstance(text, str) or not _LOCAL_TIME.fullmatch(text):
        msg = "must be a local time such as 2026-11-26T00:00, without an offset; the zone goes into `timezone`"
        raise ValueError(msg)
    moment = datetime.fromisoformat(text)
    if moment.year not in YEARS:
        msg = f"must lie in the years {YEARS[0]} to {YEARS[-1]}"
        raise ValueError(msg)
    return moment


LocalTime = Annotated[datetime, BeforeValidator(_local_time)]


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    # Asked by name, not by opening a file: `localtime`, `posixrules` and the like mean another zone on every machine.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def _known_zone(name: str) -> str:
    if name not in _zone_names():
        msg = f"is not an IANA time zone{nearest(name, sorted(_zone_names()))}"
        raise ValueError(msg)
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]


class Window(Model):
    """What every kind of window has. Times are wall-clock times of `timezone`; the end is not part of the window."""

    kind: Literal["Freeze", "Maintenance", "Advisory"]
    name: Name
    description: str = ""
    scope: Scope = Scope()
    start: LocalTime
    end: LocalTime | None = None
    timezone: ZoneName = "UTC"
    recurrence: Annotated[str, AfterValidator(readable)] | None = None
    overrun: Literal["finish", "stop"] = "finish"

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.end is None:
            if self.recurrence or not isinstance(self, Freeze):
                msg = "end: is missing; only a freeze that does not recur may have no known end"
                raise ValueError(msg)
        elif self.end <= self.start:
            msg = f"end: {self.end.isoformat()} is not after the start {self.start.isoformat()}"
            raise ValueError(msg)
        if self.spans.first().is_empty:
            msg = f"end: the window is empty in UTC, because the clock of {self.timezone} jumps inside it"
            raise ValueError(msg)
        if not self.spans.begins_by_its_rule():
            msg = f"recurrence: the rule does not begin at the start {self.start.isoformat()}; make them agree"
            raise ValueError(msg)
        return self

    @cached_property
    def spans(self) -> LocalSpans:
        """Its occurrences."""
        return LocalSpans(self.start, self.end, ZoneInfo(self.timezone), self.recurrence, grows=self.forbids)

    @property
    def forbids(self) -> bool:
        """Whether it closes time (a freeze, an advisory) rather than opening it."""
        return True


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
    start: LocalTime
    end: LocalTime | None = None
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
        (self.one_off if window.recurrence is None else self.recurring).append(window)

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
