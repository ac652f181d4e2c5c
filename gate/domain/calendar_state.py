"""What the calendar says of one instant: open or closed, which windows speak and why, and when that changes.

"Closed with no known end" is an answer like any other: then there is no next opening, and it is said why.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from gate.domain.assessment import Reason
from gate.domain.calendar import Calendar
from gate.domain.facts import WindowKind
from gate.domain.instant import to_the_second
from gate.domain.schedule import HORIZON_NS, Occurrence, Schedule, schedules
from gate.domain.scope import Subject

Says = Literal["closes", "opens", "would_open", "never_opens", "shown"]
"""A freeze closes; a maintenance window opens now, would open later, or never more; an advisory is shown."""

_OF_KIND: Final[dict[str, Says]] = {"freeze": "closes", "maintenance": "opens", "advisory": "shown"}
_TOLD: Final = 3
"""So many windows that turn at the same instant are named."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A window that speaks, and what it says."""

    says: Says
    name: str
    kind: WindowKind
    description: str
    start_ns: int | None
    """Null for a maintenance window that never opens again."""
    end_ns: int | None
    """Null with a start: no known end."""


@dataclass(frozen=True, slots=True)
class Turn:
    """When the calendar opens or closes next, and by what. No instant: none is known, and why."""

    at_ns: int | None
    because: str


@dataclass(frozen=True, slots=True)
class CalendarState:
    """The answer."""

    at_ns: int
    is_open: bool
    reasons: tuple[Reason, ...]
    voices: tuple[Voice, ...]
    opening: Turn
    """The next time that closed time ends: the present one, or the next."""
    closing: Turn
    """The next time that closed time begins."""
    known_until_ns: int
    """So far was looked."""


def state_at(calendar: Calendar, subject: Subject, at_ns: int, pressed: Sequence[Occurrence] = ()) -> CalendarState:
    """The state of a subject at an instant. `pressed`: freezes that are in no calendar file."""
    schedule = _far_enough(calendar, subject, at_ns, pressed)
    voices = (*_on(schedule, at_ns), *_closed_maintenance(calendar, subject, at_ns))
    is_open = schedule.is_open(at_ns)
    return CalendarState(
        at_ns=at_ns,
        is_open=is_open,
        reasons=(_open(subject, voices),) if is_open else tuple(_closed(subject, voices)),
        voices=voices,
        opening=_opening(schedule, at_ns, voices),
        closing=_closing(schedule, at_ns),
        known_until_ns=schedule.until_ns,
    )


def _far_enough(calendar: Calendar, subject: Subject, at_ns: int, pressed: Sequence[Occurrence]) -> Schedule:
    found: Schedule | None = None
    for found in schedules(calendar, subject, at_ns, at_ns + HORIZON_NS, pressed):
        if None not in (found.opens_after(at_ns), found.closes_after(at_ns)):
            break
    assert found is not None  # noqa: S101 -- there is at least one
    return found


def _on(schedule: Schedule, at_ns: int) -> Iterator[Voice]:
    for one in schedule.at(at_ns):
        yield Voice(_OF_KIND[one.kind], one.name, one.kind, one.description, one.span.start_ns, one.span.end_ns)


def _closed_maintenance(calendar: Calendar, subject: Subject, at_ns: int) -> Iterator[Voice]:
    """Who would let the subject in later, where nobody does now."""
    openings = calendar.openings(subject, at_ns)
    if any(span is not None and span.holds(at_ns) for span, _ in openings):
        return
    for span, window in openings:
        if span is None:
            yield Voice("never_opens", window.name, "maintenance", window.description, None, None)
        else:
            yield Voice("would_open", window.name, "maintenance", window.description, span.start_ns, span.end_ns)


def _open(subject: Subject, voices: Sequence[Voice]) -> Reason:
    windows = [f"the maintenance window {voice.name}" for voice in voices if voice.says == "opens"]
    by = f", by {' and '.join(windows)}" if windows else ""
    return Reason(code="open", message=f"{subject.environment} is open to {subject.service}{by}")


def _closed(subject: Subject, voices: Sequence[Voice]) -> Iterator[Reason]:
    where, what = subject.environment, subject.service
    for voice in voices:
        if voice.says == "closes":
            because = f": {voice.description}" if voice.description else ""
            message = f"{where} is closed to {what} by the freeze {voice.name}{_until(voice)}{because}"
            yield Reason(code="frozen", message=message)
    maintenance = [voice for voice in voices if voice.kind == "maintenance"]
    if not maintenance or any(voice.says == "opens" for voice in maintenance):
        return
    to_come = [(voice.start_ns, voice.name) for voice in maintenance if voice.start_ns is not None]
    if to_come:
        start_ns, name = min(to_come)
        message = f"{what} changes in {where} only in its maintenance windows; the next, {name}, opens"
        yield Reason(code="outside_maintenance", message=f"{message} {to_the_second(start_ns)}")
    else:
        yield Reason(code="never_opens", message=f"no maintenance window of {what} in {where} is to come")


def _until(voice: Voice) -> str:
    return ", which has no known end" if voice.end_ns is None else f" until {to_the_second(voice.end_ns)}"


def _opening(schedule: Schedule, at_ns: int, voices: Sequence[Voice]) -> Turn:
    opens_ns = schedule.opens_after(at_ns)
    if opens_ns is None:
        return Turn(None, _why_none(schedule, at_ns, voices))
    opening = (one for one in schedule.occurrences if one.opens_at(opens_ns))
    return Turn(opens_ns, _few(f"{_named(one)} {'ends' if one.kind == 'freeze' else 'begins'}" for one in opening))


def _why_none(schedule: Schedule, at_ns: int, voices: Sequence[Voice]) -> str:
    endless = [one for one in schedule.occurrences if one.kind == "freeze" and one.span.end_ns is None]
    if endless:
        return _few(f"{_named(one)} has no known end" for one in endless)
    maintenance = [voice.says for voice in voices if voice.kind == "maintenance"]
    if maintenance and set(maintenance) == {"never_opens"}:
        return "no maintenance window is to come"
    still = "nothing closes it" if schedule.is_open(at_ns) else "it stays closed"
    return f"{still} before {to_the_second(schedule.until_ns)}, and no farther was looked"


def _closing(schedule: Schedule, at_ns: int) -> Turn:
    closes_ns = schedule.closes_after(at_ns)
    if closes_ns is None:
        looked_until = to_the_second(schedule.until_ns)
        return Turn(None, f"nothing closes it anew before {looked_until}, and no farther was looked")
    closing = [one for one in schedule.occurrences if one.closes_at(closes_ns)]
    because = _few(f"{_named(one)} {'begins' if one.kind == 'freeze' else 'ends'}" for one in closing)
    stops = any(one.overrun == "stop" for one in closing)
    return Turn(closes_ns, f"{because}; what starts must be done by then" if stops else because)


def _named(one: Occurrence) -> str:
    return f"the {'maintenance window' if one.kind == 'maintenance' else one.kind} {one.name}"


def _few(causes: Iterable[str]) -> str:
    told = list(dict.fromkeys(causes))
    more = [f"{len(told) - _TOLD} more"] if len(told) > _TOLD else []
    return " and ".join([*told[:_TOLD], *more])
