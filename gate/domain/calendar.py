"""Freeze, maintenance and advisory windows, and which of them touch a change. Reading files happens elsewhere."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain, islice
from typing import Annotated, Final, Literal, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from gate.domain.almanac import BEHIND_NS, HOUR_NS, Almanac, reach_hours
from gate.domain.model import Model
from gate.domain.naming import Name
from gate.domain.recurrence import LocalSpans, Span
from gate.domain.rule import readable
from gate.domain.scope import Scope, Subject
from gate.domain.scope_index import Filing, ScopeIndex, Sought
from gate.domain.wall_clock import LocalMoment, WrittenMoment, WrittenTime, ZoneName, beginning_of, is_day

MOST_DATES: Final = 500
"""Beginnings that a window may have besides its rule, and as many that it may leave out."""

_DAY: Final = timedelta(days=1)
W = TypeVar("W", bound="Window")

Dates = Annotated[tuple[WrittenMoment, ...], Field(max_length=MOST_DATES)]
Overrun = Literal["finish", "stop"]


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
    overrun: Overrun = "finish"
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
        for field, moment in (("end", self.end), *dates):
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
        if spans.start not in spans.removed and spans.first.is_empty:
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
    incident: Name | None = None
    """The incident that it is for; what repairs that may be let through."""


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


class Calendar:
    """All windows of a policy revision, filed so that a change finds its own without looking at the others."""

    def __init__(self, windows: Sequence[Window], incidents: Sequence[Incident] = ()) -> None:
        self.windows = tuple(windows)
        self.names = frozenset(window.name for window in windows)
        self._incidents = ScopeIndex((incident.scope, incident) for incident in incidents)
        maintenance = [window for window in windows if isinstance(window, Maintenance)]
        self._filing = Filing(window.scope for window in windows)
        self._closing = Almanac(self._filing, [window for window in windows if not isinstance(window, Maintenance)])
        # Apart, since a change that runs already may look for one that lets it finish.
        self._opening: list[Almanac[Window]] = [
            Almanac(self._filing, [window for window in maintenance if window.overrun == overrun])
            for overrun in ("finish", "stop")
        ]
        self._reach_ns = reach_hours(windows) * HOUR_NS
        self._looked_ahead_to_ns = 0

    def look_ahead(self, at_ns: int) -> None:
        """Work out what recurs around an instant, so that no decision has to. Takes a second for thousands of windows.

        May run while others ask; they are answered all the same.
        """
        for almanac in (self._closing, *self._opening):
            almanac.look_ahead(at_ns - BEHIND_NS, at_ns + self._reach_ns)
        self._looked_ahead_to_ns = at_ns + self._reach_ns

    def is_ready(self, at_ns: int) -> bool:
        """Whether what recurs is worked out around an instant, with some time to go."""
        return at_ns + self._reach_ns // 2 <= self._looked_ahead_to_ns <= at_ns + self._reach_ns + BEHIND_NS

    def touching(self, subject: Subject, start_ns: int, end_ns: int) -> list[tuple[Span, Window]]:
        """The occurrences whose scope matches and that overlap `[start_ns, end_ns)`, by start, then name."""
        sought = self._filing.sought(subject)
        found = (almanac.touching(sought, start_ns, end_ns) for almanac in (self._closing, *self._opening))
        return _in_order(chain.from_iterable(found))

    def telling(self, subject: Subject, start_ns: int, end_ns: int) -> list[tuple[Span | None, Window]]:
        """What tells whether the subject may go from `start_ns` to `end_ns`: what closes then, and the `openings`."""
        sought = self._filing.sought(subject)
        return [*_in_order(self._closing.touching(sought, start_ns, end_ns)), *self._openings(sought, start_ns)]

    def openings(self, subject: Subject, instant_ns: int) -> list[tuple[Span | None, Window]]:
        """Which maintenance lets the subject in: every occurrence open now, and the next of each `overrun`.

        Where maintenance covers the subject but will not open any more, one of its windows stands for all, with None.
        Nothing at all if none covers it.
        """
        return self._openings(self._filing.sought(subject), instant_ns)

    def _openings(self, sought: Sought, instant_ns: int) -> list[tuple[Span | None, Window]]:
        found = [hit for almanac in self._opening for hit in almanac.now_and_next(sought, instant_ns)]
        if found:
            return [*_in_order(found)]
        covering = filter(None, (almanac.covering(sought) for almanac in self._opening))
        return [(None, window) for window in islice(covering, 1)]

    def incidents_open(self, subject: Subject, instant_ns: int) -> list[Incident]:
        """The declared incidents whose scope matches and that are open at the instant."""
        return [incident for incident in self._incidents.matching(subject) if incident.spans.first.holds(instant_ns)]


def _in_order(hits: Iterable[tuple[Span, W]]) -> list[tuple[Span, W]]:
    return sorted(hits, key=lambda hit: (hit[0].start_ns, hit[1].name))
