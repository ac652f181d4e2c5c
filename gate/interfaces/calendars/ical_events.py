"""One event of an iCalendar file as the fields of a window. RFC 5545, 3.6.1.

Which events there are, and which belong together, is in `icalendar`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any, Final

from gate.domain.beginnings import Beginnings
from gate.domain.rule import Rule
from gate.domain.scope import Scope
from gate.interfaces.calendars.conversion import InexpressibleError
from gate.interfaces.calendars.cron_rules import written
from gate.interfaces.calendars.ical_lines import Component, Property
from gate.interfaces.calendars.ical_times import Moment, Times, duration, known_zones, until

OURS: Final = "X-CHANGE-GATE-WINDOW"
"""What an exported event says of its window that iCalendar has no word for, as JSON."""
_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_OUR_FIELDS: Final = frozenset({"kind", "name", "description", "scope", "overrun", "timezone", "no_end"})


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of wall-clock time; of whole days, from the midnight of the first to that after the last."""

    begin: datetime
    end: datetime
    zone: str
    all_day: bool

    def fields(self) -> dict[str, Any]:
        """Start, end and zone of a window."""
        if self.all_day:
            last = self.end - _DAY
            return {"start": self.begin.date().isoformat(), "end": last.date().isoformat(), "timezone": self.zone}
        return {"start": written(self.begin), "end": written(self.end), "timezone": self.zone}

    def demand_length(self) -> None:
        """InexpressibleError for what takes no time."""
        if self.end <= self.begin:
            raise InexpressibleError(
                "it has no length" if self.end == self.begin else "it ends before it begins",
                "If it marks a beginning, name the event that marks its end: --pair BEGINNING=END.",
            )

    def moved(self, begin: datetime) -> "Span":
        """As long, from another beginning."""
        return Span(begin, begin + (self.end - self.begin), self.zone, self.all_day)


@dataclass(frozen=True, slots=True)
class Event:
    """An event, understood."""

    uid: str
    summary: str
    span: Span
    rule: str | None = None
    added: tuple[datetime, ...] = ()
    removed: tuple[datetime, ...] = ()
    besides: tuple[Span, ...] = ()
    """Occurrences that are no beginning of the rule, or last otherwise."""
    replaces: datetime | None = None
    """For an event that stands in for one occurrence of another (RECURRENCE-ID): which."""
    ours: dict[str, Any] = field(default_factory=dict)

    def fields(self) -> Iterator[dict[str, Any]]:
        """Of each window that it is: times alone."""
        if self.rule is None and not self.added:
            alone: tuple[Span, ...] = (self.span, *self.besides)
        else:
            alone = self.besides
            yield self.span.fields() | {
                "recurrence": f"RRULE:{self.rule}" if self.rule else None,
                "rdate": [_date(moment, self.span) for moment in self.added],
                "exdate": [_date(moment, self.span) for moment in self.removed],
            }
        yield from (span.fields() for span in alone if span.begin not in self.removed)


def _date(moment: datetime, span: Span) -> str:
    return moment.date().isoformat() if span.all_day else written(moment)


def understood(component: Component, times: Times, floating_zone: str) -> Event:
    """The event. InexpressibleError for what has no counterpart."""
    ours = _ours(component)
    zone = ours.pop("timezone", None)
    span = span_of(component, times, zone or floating_zone)
    if component.all("EXRULE"):
        raise InexpressibleError("EXRULE is no longer part of iCalendar, and the calendar has nothing like it")
    rules = component.all("RRULE")
    if len(rules) > 1:
        raise InexpressibleError("it recurs by several rules", "Write an event for each.")
    rule = rule_of(rules[0].value, span) if rules else None
    added, besides = _added(component, times, span)
    removed = tuple(_removed(component, times, span, rule))
    if zone is not None:
        times.floating -= {one.line for one in component.properties}
    event = Event(
        uid=component.text("UID"),
        summary=component.text("SUMMARY"),
        span=span,
        rule=rule,
        added=added,
        removed=removed,
        besides=besides,
        replaces=_replaced(component, times, span),
        ours=ours,
    )
    return _begun_by_its_rule(event)


def span_of(component: Component, times: Times, floating_zone: str) -> Span:
    """When it is, at first; its end may be its beginning."""
    start = component.one("DTSTART")
    if start is None:
        raise InexpressibleError("it has no DTSTART")
    begin = times.moment(start)
    zone = begin.zone or floating_zone
    return Span(begin.local, _end(component, times, begin, zone), zone, begin.is_day)


def _end(component: Component, times: Times, begin: Moment, zone: str) -> datetime:
    end, length = component.one("DTEND"), component.one("DURATION")
    if end is not None and length is not None:
        raise InexpressibleError("it has both DTEND and DURATION")
    if end is not None:
        over = times.moment(end)
        if over.is_day != begin.is_day:
            raise InexpressibleError("it begins on a day and ends at a time, or the other way round")
        return over.on_the_wall(zone)
    if length is not None:
        return begin.local + duration(length.value.strip())
    return begin.local + (_DAY if begin.is_day else timedelta(0))


def rule_of(text: str, span: Span) -> str:
    """An RRULE as the calendar takes it, if it does: its UNTIL on the wall of the window."""
    parts = [part for part in text.strip().upper().removeprefix("RRULE:").split(";") if part]
    said = []
    for part in parts:
        name, _, value = part.partition("=")
        said.append(f"UNTIL={until(value, span.zone, all_day=span.all_day)}" if name == "UNTIL" else part)
    rule = ";".join(said)
    try:
        Beginnings(rule, span.begin)
    except ValueError as error:
        raise InexpressibleError(f"its recurrence {error}") from error
    return rule


def _added(component: Component, times: Times, span: Span) -> tuple[tuple[datetime, ...], tuple[Span, ...]]:
    """RDATE: further beginnings, and besides those that last otherwise (periods) or come before the first."""
    added: list[datetime] = []
    besides: list[Span] = []
    for text, one in _listed(component, "RDATE"):
        if "/" in text:
            start, length = times.period(text, one)
            begin = start.on_the_wall(span.zone)
            besides.append(Span(begin, begin + length, span.zone, all_day=False))
        elif (begin := _begin(times.read(text, one), span)) < span.begin:
            besides.append(span.moved(begin))
        elif begin != span.begin:
            added.append(begin)
    return tuple(added), tuple(besides)


def _removed(component: Component, times: Times, span: Span, rule: str | None) -> Iterator[datetime]:
    """EXDATE. A day takes out all that begins on it."""
    for text, one in _listed(component, "EXDATE"):
        moment = times.read(text, one)
        if moment.is_day and not span.all_day and rule is not None:
            yield from Beginnings(rule, span.begin).between(moment.local, moment.local + _DAY - _SECOND)
        else:
            yield _begin(moment, span)


def _listed(component: Component, name: str) -> Iterator[tuple[str, Property]]:
    for one in component.all(name):
        yield from ((text, one) for each in one.value.split(",") if (text := each.strip()))


def _begin(moment: Moment, span: Span) -> datetime:
    """A beginning in the form of the first: a day where that is a time begins at that time."""
    local = moment.on_the_wall(span.zone)
    if span.all_day:
        return datetime.combine(local, time.min)
    return datetime.combine(local, span.begin.time()) if moment.is_day else local


def _replaced(component: Component, times: Times, span: Span) -> datetime | None:
    one = component.one("RECURRENCE-ID")
    if one is None:
        return None
    if "RANGE" in one.parameters:
        raise InexpressibleError("it stands in for all later occurrences too (RANGE)", "Write an event of its own.")
    return _begin(times.moment(one), span)


def _ours(component: Component) -> dict[str, Any]:
    """What an export of ours wrote. InexpressibleError for what it would not write."""
    if not component.all(OURS):
        return {}
    try:
        said = json.loads(component.text(OURS))
        unknown = set(said) - _OUR_FIELDS
        scope = Scope.model_validate(said.get("scope", {}))
        is_of_a_zone = said.get("timezone", "UTC") in known_zones()
    except (ValueError, RecursionError, TypeError, AttributeError) as error:
        raise InexpressibleError(f"{OURS} is not what the gate writes there", "Take the line out.") from error
    if unknown or not is_of_a_zone:
        what = ", ".join(sorted(unknown))[:80] or f"the zone {said['timezone']}"
        raise InexpressibleError(f"{OURS} says what nobody here knows: {what}")
    fields: dict[str, Any] = said
    return fields | {"scope": scope.model_dump(mode="json", by_alias=True, exclude_defaults=True)}


def _begun_by_its_rule(event: Event) -> Event:
    """The same with a rule that begins at the start; in iCalendar the start counts even if its rule leaves it out."""
    if event.rule is None:
        return event
    first = next(Beginnings(event.rule, event.span.begin).since(event.span.begin), None)
    if first == event.span.begin:
        return event
    alone = () if event.span.begin in event.removed else (event.span,)
    rule = _one_less(event.rule) if first else None
    if first is None or rule is None:
        return replace(event, rule=None)
    span = event.span.moved(first)
    early = tuple(span.moved(begin) for begin in event.added if begin < first)
    added = tuple(begin for begin in event.added if begin > first)
    return replace(event, span=span, rule=rule, added=added, besides=(*alone, *early, *event.besides))


def _one_less(rule: str) -> str | None:
    """The rule with one occurrence less to count; None if none is left."""
    count = Rule.of(rule).count
    if count is None:
        return rule
    return re.sub(r"COUNT=[0-9]+", f"COUNT={count - 1}", rule) if count > 1 else None
