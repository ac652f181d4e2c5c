"""An iCalendar file (RFC 5545) as windows of the calendar: each event that takes time is one.

An event that is marked as taking no time (TRANSP:TRANSPARENT) blocks nothing, so it is an advisory. A cancelled one is
no window. An event that stands in for one occurrence of another (RECURRENCE-ID) is a window of its own, and its date is
taken out of the other. Events without length mark points in time; two of them can be paired.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from fnmatch import fnmatchcase
from typing import Any, Final

from gate.domain.jumps import Jump
from gate.interfaces.calendars import ical_lines
from gate.interfaces.calendars.about import About, ordered
from gate.interfaces.calendars.clock_jumps import noted_jumps
from gate.interfaces.calendars.conversion import Conversion, InexpressibleError, Source
from gate.interfaces.calendars.drafts import Draft, Names, drafted, legible
from gate.interfaces.calendars.ical_events import Event, Span, span_of, understood
from gate.interfaces.calendars.ical_lines import Component
from gate.interfaces.calendars.ical_times import Moment, Times, known_zones

_UTC: Final = "UTC"


@dataclass(frozen=True, slots=True)
class _Found:
    """An event of the file, and where it stands."""

    component: Component
    source: Source

    @property
    def is_cancelled(self) -> bool:
        return self.component.text("STATUS").upper() == "CANCELLED"


def read(path: str, text: str, about: About) -> Conversion[tuple[Draft, ...]]:
    """The windows of a file. CallerError for what is no iCalendar file."""
    file = ical_lines.read(path, text)
    return _Reading(path, file, about).windows()


class _Reading:
    """One pass over one file."""

    def __init__(self, path: str, file: ical_lines.File, about: About) -> None:
        self._path = path
        self._about = about
        self._findings = file.findings
        self._names = Names(about.prefix)
        self._times = Times(file.zones)
        said = file.calendar.text("X-WR-TIMEZONE")
        self._zone = about.timezone or (said if said in known_zones() else _UTC)
        self._found = [_Found(each, Source(path, each.line, _called(each))) for each in file.events]

    def windows(self) -> Conversion[tuple[Draft, ...]]:
        """All windows, and everything that is to be said of the file."""
        chosen = self._chosen()
        drafts = [*self._pairs(chosen), *self._events(chosen)]
        self._note_alarms(chosen)
        self._note_floating()
        return Conversion(tuple(drafts), tuple(sorted(self._findings, key=lambda finding: finding.line)))

    def _chosen(self) -> list[_Found]:
        if not self._about.only:
            return self._found
        chosen = [one for one in self._found if _matches(one, self._about.only)]
        left = len(self._found) - len(chosen)
        if left:
            self._findings.append(Source(self._path).noted(f"{left} of {len(self._found)} events were not asked for"))
        return chosen

    def _events(self, chosen: Iterable[_Found]) -> Iterator[Draft]:
        events = list(self._understood(chosen))
        replaced: dict[str, list[datetime]] = defaultdict(list)
        for event, _ in events:
            if event.replaces is not None:
                replaced[event.uid].append(event.replaces)
        seen: set[str] = set()
        for event, one in events:
            whole = event
            if event.replaces is None:
                whole = replace(event, removed=(*event.removed, *replaced[event.uid]))
                if event.uid in seen:
                    self._findings.append(one.source.noted("another event has the same UID; both are taken"))
                seen |= {event.uid} - {""}
            if one.is_cancelled:
                self._findings.append(one.source.noted("it is cancelled, so it is no window"))
            else:
                yield from self._drafts(whole, one)

    def _understood(self, chosen: Iterable[_Found]) -> Iterator[tuple[Event, _Found]]:
        for one in chosen:
            try:
                event = understood(one.component, self._times, self._zone)
                if not one.is_cancelled:
                    event.span.demand_length()
                yield event, one
            except (InexpressibleError, OverflowError) as error:
                reason = error.reason if isinstance(error, InexpressibleError) else "it lies out of all reach"
                hint = error.hint if isinstance(error, InexpressibleError) else ""
                if one.is_cancelled and not one.component.all("RECURRENCE-ID"):
                    self._findings.append(one.source.noted("it is cancelled, so it is no window"))
                else:
                    self._findings.append(one.source.lost(f"{reason}; the event is left out", hint))

    def _drafts(self, event: Event, one: _Found) -> Iterator[Draft]:
        if one.component.text("STATUS").upper() == "TENTATIVE":
            self._findings.append(one.source.noted("it is tentative; the window holds all the same"))
        if event.ours.get("no_end"):
            yield from self._drafted([{"start": event.span.fields()["start"], "timezone": event.span.zone}], event, one)
        else:
            yield from self._drafted(event.fields(), event, one)

    def _drafted(self, spans: Iterable[Mapping[str, Any]], event: Event, one: _Found) -> Iterator[Draft]:
        try:
            scopes = list(self._about.scoped([event.ours.get("scope", {})]))
        except InexpressibleError as error:
            self._findings.append(one.source.lost(f"{error.reason}; the event is left out", error.hint))
            return
        if not scopes:
            self._findings.append(one.source.noted("it is about none of what was asked for, and is left out"))
            return
        for fields in spans:
            draft = drafted(ordered(self._said(event, one) | {"scope": scopes[0]} | dict(fields)), one.source)
            if isinstance(draft, Draft):
                self._findings += noted_jumps(draft.window, _elsewhere, one.source)
                yield draft
            else:
                self._findings += draft

    def _said(self, event: Event, one: _Found) -> dict[str, Any]:
        """Kind, name and words."""
        if event.ours:
            name = str(event.ours.get("name", ""))
            return event.ours | {"name": self._names.keep(name), "no_end": None}
        is_free = one.component.text("TRANSP").upper() == "TRANSPARENT"
        return {
            "kind": "Advisory" if is_free else self._about.kind,
            "name": self._names.give(event.summary or event.uid),
            "description": _described(one.component),
        }

    def _pairs(self, chosen: list[_Found]) -> Iterator[Draft]:
        """A window from each event that matches a beginning to the next that matches its end; both are then used up."""
        for beginning, ending in self._about.pairs:
            begins, ends = self._dated(chosen, beginning), self._dated(chosen, ending)
            if not begins:
                self._findings.append(
                    Source(self._path).lost(f"no event is called {beginning!r}, which was to be paired")
                )
            for span, one in begins:
                after = [(_begin_of(end, span), other) for end, other in ends if _begin_of(end, span) > span.begin]
                if after:
                    yield from self._paired(span, one, *min(after, key=lambda each: each[0]))
                else:
                    self._findings.append(one.source.lost(f"no event that is called {ending!r} comes after it"))
            taken = {id(one) for _, one in (*begins, *ends)}
            chosen[:] = [one for one in chosen if id(one) not in taken]

    def _dated(self, chosen: Iterable[_Found], glob: str) -> list[tuple[Span, _Found]]:
        found: list[tuple[Span, _Found]] = []
        for one in chosen:
            if not _matches(one, [glob]) or one.is_cancelled:
                continue
            try:
                found.append((span_of(one.component, self._times, self._zone), one))
            except InexpressibleError as error:
                self._findings.append(one.source.lost(f"{error.reason}; the event is left out", error.hint))
        return found

    def _paired(self, span: Span, one: _Found, end: datetime, other: _Found) -> Iterator[Draft]:
        whole_days = span.all_day and end.time() == time.min
        fields = ordered(
            {
                "kind": self._about.kind,
                "name": self._names.give(one.component.text("SUMMARY")),
                "description": legible(f"{_described(one.component)}; until {other.component.text('SUMMARY')}"),
                "scope": self._about.scope,
            }
            | Span(span.begin, end, span.zone, whole_days).fields()
        )
        draft = drafted(fields, one.source)
        if isinstance(draft, Draft):
            yield draft
        else:
            self._findings += draft

    def _note_alarms(self, chosen: Iterable[_Found]) -> None:
        alarms = sum(one.component.inside["VALARM"] for one in chosen)
        if alarms:
            self._findings.append(Source(self._path).noted(f"{alarms} alarms close nothing and are left out"))

    def _note_floating(self) -> None:
        if self._times.floating and self._about.timezone is None:
            first = min(self._times.floating)
            self._findings.append(
                Source(self._path, first).noted(
                    f"{len(self._times.floating)} dates and times here name no zone; they are read in {self._zone}",
                    "Say in which they are meant: --timezone.",
                )
            )


def _called(component: Component) -> str:
    return component.text("SUMMARY")[:60] or component.text("UID")[:60]


def _matches(one: _Found, globs: Iterable[str]) -> bool:
    summary = one.component.text("SUMMARY").casefold()
    return any(fnmatchcase(summary, glob.casefold()) for glob in globs)


def _begin_of(end: Span, span: Span) -> datetime:
    """The beginning of an event on the clock of another. A day begins at the midnight of whoever asks."""
    return Moment(end.begin, None if end.all_day else end.zone).on_the_wall(span.zone)


def _described(component: Component) -> str:
    """Summary and description on one line."""
    said = (" ".join(component.text(name).split()) for name in ("SUMMARY", "DESCRIPTION"))
    return legible(": ".join(filter(None, said)))


def _elsewhere(jump: Jump, _: datetime) -> str:
    """RFC 5545, 3.3.5."""
    if jump.skipped:
        return "iCalendar shifts it forward by the jump"
    return "iCalendar means the first time"
