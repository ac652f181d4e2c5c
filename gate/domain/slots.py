"""The next time a change would pass: when windows let it in and nobody else holds what it needs.

Offered are the earliest instant at which it could start, and the first one after each time that it could not. Advice
only: nothing is reserved by it, and the decision alone says whether it is had.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from gate.domain.calendar import Calendar
from gate.domain.instant import duration_ns
from gate.domain.plan import MOST_AHEAD
from gate.domain.recurrence import Span
from gate.domain.schedule import Occurrence, Schedule, schedules
from gate.domain.scope import Subject
from gate.domain.stretches import gaps, merged

REACH_NS: Final = duration_ns(MOST_AHEAD)
"""So far ahead is looked for slots: as far as a start may be planned."""
MOST_SLOTS: Final = 100


@dataclass(frozen=True, slots=True)
class Slot:
    """A span in which the change would pass: it starts at `start_ns`, and is done before `end_ns`."""

    start_ns: int
    end_ns: int
    start_by_ns: int | None
    """It could as well start at any later instant up to and with this one. None: as far as was looked."""


@dataclass(frozen=True, slots=True)
class SlotSearch:
    """What was found, from when and how far was looked."""

    slots: tuple[Slot, ...]
    from_ns: int
    until_ns: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for: so many spans, from an instant on, that begin before another."""

    from_ns: int
    until_ns: int
    duration_ns: int
    """How long the change takes: so long windows must let it run."""
    takes_ns: int
    """How long it keeps others away: so long they must leave it alone."""
    count: int
    passes: str | None = None
    """The incident whose freezes let the change through, as its repair."""


def find_slots(
    calendar: Calendar, subject: Subject, wish: Wish, busy: Iterable[Span], pressed: Sequence[Occurrence] = ()
) -> SlotSearch:
    """The next slots. `busy`: when others hold what the change needs; spans that only touch do not collide."""
    taken = tuple(merged(_keeping_clear_of(busy, wish.takes_ns)))
    found: list[Slot] = []
    searched_until_ns = wish.from_ns
    # What begins while the last one runs matters as well.
    for schedule in schedules(calendar, subject, wish.from_ns, wish.until_ns + wish.duration_ns, pressed):
        found = list(islice(_slots(schedule, taken, wish), wish.count))
        searched_until_ns = max(wish.from_ns, schedule.until_ns - wish.duration_ns)
        if len(found) == wish.count and found[-1].start_by_ns is not None:
            break
    return SlotSearch(tuple(found), wish.from_ns, searched_until_ns)


def _slots(schedule: Schedule, taken: Iterable[Span], wish: Wish) -> Iterator[Slot]:
    """One for each stretch of instants at which the change could start."""
    duration_ns = wish.duration_ns
    shut = merged([*taken, *_frozen(schedule, wish), *_outside_maintenance(schedule, duration_ns)])
    last_ns = schedule.until_ns - duration_ns
    for free in gaps(shut, schedule.begin_ns, last_ns):
        start_by_ns = None if free.end_ns is None or free.end_ns == last_ns else free.end_ns - 1
        yield Slot(free.start_ns, free.start_ns + duration_ns, start_by_ns)


def _keeping_clear_of(spans: Iterable[Span], duration_ns: int) -> Iterator[Span]:
    """The instants at which a change must not start, so that it shares none with these spans."""
    return (Span(span.start_ns - duration_ns + 1, span.end_ns) for span in spans)


def _frozen(schedule: Schedule, wish: Wish) -> Iterator[Span]:
    for one in schedule.occurrences:
        is_passed = wish.passes is not None and one.incident == wish.passes
        if one.kind == "freeze" and not is_passed:
            # One that lets what runs finish only keeps out what would start in it.
            yield one.span if one.overrun == "finish" else next(_keeping_clear_of([one.span], wish.duration_ns))


def _outside_maintenance(schedule: Schedule, duration_ns: int) -> Iterator[Span]:
    if not schedule.is_covered:
        return iter(())
    openings = [one for one in schedule.occurrences if one.kind == "maintenance"]
    allowed = merged(_starts_within(openings, duration_ns))
    return gaps(allowed, schedule.begin_ns, schedule.until_ns)


def _starts_within(openings: Iterable[Occurrence], duration_ns: int) -> Iterator[Span]:
    """When a change may start in maintenance windows: one that must not overrun needs to be done before the end."""
    for one in openings:
        end_ns = one.span.end_ns
        if end_ns is not None:  # no maintenance window lacks an end
            yield Span(one.span.start_ns, end_ns if one.overrun == "finish" else end_ns - duration_ns + 1)
