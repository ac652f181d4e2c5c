"""Open and closed time of one service in one environment: what its windows come to, merged into stretches.

Windows are read as the step `freeze` of the default pack reads them: a start is part of a window, an end is not; a
freeze wins over a maintenance window; where a maintenance window covers a service, all time outside of one is closed.
A schedule tells what to expect. Whether a change may go ahead, its decision alone says.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from gate.domain.calendar import Calendar, Freeze, Overrun, Window
from gate.domain.facts import WindowKind
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.recurrence import Span
from gate.domain.scope import Subject
from gate.domain.stretches import gaps, merged

DAY_NS: Final = 86_400 * NANOSECOND_PER_SECOND
HORIZON_NS: Final = 400 * DAY_NS
"""So far ahead is looked for the next opening and closing: a year, and what surrounds its end."""
MOST: Final = 50_000
"""Occurrences that are looked at for one question, about. A calendar with more of them is known less far ahead."""

_REACHES: Final = (DAY_NS, 4 * DAY_NS, 40 * DAY_NS)
_FARTHER: Final = 10
"""So many times farther the next reach goes at most."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A window in one of its spans; or a freeze that is in no calendar file, such as one pressed at once."""

    span: Span
    kind: WindowKind
    name: str
    description: str = ""
    overrun: Overrun = "finish"
    incident: str | None = None
    """For a freeze of the calendar: the incident that it is for."""

    @classmethod
    def of(cls, span: Span, window: Window) -> Self:
        """From the calendar."""
        kind: WindowKind = window.kind.lower()  # type: ignore[assignment]
        incident = window.incident if isinstance(window, Freeze) else None
        return cls(span, kind, window.name, window.description, window.overrun, incident)

    def opens_at(self, at_ns: int) -> bool:
        """Whether it lets time open at this instant: a freeze by its end, a maintenance window by its beginning."""
        return at_ns == (self.span.end_ns if self.kind == "freeze" else self.span.start_ns) and self.kind != "advisory"

    def closes_at(self, at_ns: int) -> bool:
        """Whether it closes time at this instant: the other way round."""
        return at_ns == (self.span.start_ns if self.kind == "freeze" else self.span.end_ns) and self.kind != "advisory"


@dataclass(frozen=True)
class Schedule:
    """What is known of `[begin_ns, until_ns)`. Instants that it is asked about lie in there."""

    begin_ns: int
    until_ns: int
    occurrences: tuple[Occurrence, ...]
    """Those that share an instant with it, of every kind."""
    is_covered: bool
    """Whether a maintenance window covers the service, so that time outside of one is closed."""

    @classmethod
    def of(
        cls, calendar: Calendar, subject: Subject, begin_ns: int, until_ns: int, pressed: Sequence[Occurrence] = ()
    ) -> Self:
        """Of a calendar, and of freezes that are not in it. How much there is to look at is for the caller to bound."""
        found = [Occurrence.of(*entry) for entry in calendar.touching(subject, begin_ns, until_ns)]
        found += [freeze for freeze in pressed if freeze.span.overlaps(begin_ns, until_ns)]
        return cls(begin_ns, until_ns, tuple(found), bool(calendar.openings(subject, begin_ns)))

    @cached_property
    def closed(self) -> tuple[Span, ...]:
        """The closed stretches within, in order, an open one between each two. No end: none that is within."""
        freezes = [one.span for one in self.occurrences if one.kind == "freeze"]
        return tuple(self._within(span) for span in merged([*freezes, *self._outside_maintenance()]))

    def is_open(self, at_ns: int) -> bool:
        """Whether nothing closes this instant."""
        stretch = bisect_right(self._starts, at_ns) - 1
        return stretch < 0 or not self.closed[stretch].holds(at_ns)

    def opens_after(self, at_ns: int) -> int | None:
        """When closed time ends next. None: not within."""
        return next((span.end_ns for span in self.closed if span.end_ns is None or span.end_ns > at_ns), None)

    def closes_after(self, at_ns: int) -> int | None:
        """When closed time begins next. None: not within."""
        stretch = bisect_right(self._starts, at_ns)
        return self._starts[stretch] if stretch < len(self._starts) else None

    def at(self, at_ns: int) -> list[Occurrence]:
        """What is on at this instant."""
        return [one for one in self.occurrences if one.span.holds(at_ns)]

    @cached_property
    def _starts(self) -> list[int]:
        return [span.start_ns for span in self.closed]

    def _outside_maintenance(self) -> Iterator[Span]:
        if not self.is_covered:
            return iter(())
        allowed = merged(one.span for one in self.occurrences if one.kind == "maintenance")
        return gaps(allowed, self.begin_ns, self.until_ns)

    def _within(self, span: Span) -> Span:
        # What ends where the schedule ends may go on behind it.
        is_known = span.end_ns is not None and span.end_ns < self.until_ns
        return Span(max(span.start_ns, self.begin_ns), span.end_ns if is_known else None)


def schedules(
    calendar: Calendar, subject: Subject, begin_ns: int, until_ns: int, pressed: Sequence[Occurrence] = ()
) -> Iterator[Schedule]:
    """Schedules from one instant on that reach ever farther; whoever has found the answer stops.

    Most answers are near, and what is far is looked at only where the calendar is thin enough: the last one ends at
    `until_ns`, or earlier where `MOST` is in sight.
    """
    for reach in (*_REACHES, until_ns - begin_ns):
        end_ns = min(begin_ns + reach, until_ns)
        schedule = Schedule.of(calendar, subject, begin_ns, end_ns, pressed)
        yield schedule
        if end_ns == until_ns or len(schedule.occurrences) * _FARTHER > MOST:
            return
