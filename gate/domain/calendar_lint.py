"""What is probably wrong with a calendar although every window in it is well-formed.

Errors are what cannot be meant; they keep a revision from becoming active. Warnings are what somebody may have meant,
or what has come about as time went on: no freeze may be kept out because it lies over a maintenance window, nor any
commit because a window is over. What is over is looked at no more, but for being over.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from itertools import islice
from typing import Final

from gate.domain.beginnings import Beginnings
from gate.domain.calendar import Freeze, Window
from gate.domain.catalogue import Catalogue
from gate.domain.document import Document
from gate.domain.finding import Finding
from gate.domain.instant import YEARS, duration_ns, to_ns
from gate.domain.process import GateSettings
from gate.domain.recurrence import Span
from gate.domain.scope_in_catalogue import ScopesInCatalogue
from gate.domain.vanishing import first_vanishing
from gate.domain.wall_clock import beginning_of
from gate.domain.window_entry import WindowEntry
from gate.domain.window_meant import shorter, sooner, written
from gate.domain.window_rivals import rivalries

MOST_ERRORS: Final = 500
MOST_WARNINGS: Final = 200
"""Nobody reads on."""

_FOR_EVER: Final = 400
"""Occurrences in a row without a break. A rule that leaves one does so within a year of days."""
_LONG_AGO: Final = timedelta(days=366)
_NEAR: Final = timedelta(days=40)
_REACH: Final = range(*(to_ns(datetime.fromisoformat(f"{year}-01-01T00:00Z")) for year in (YEARS[0], YEARS[-1] + 1)))


@dataclass(frozen=True)
class Lint:
    """What is found: the errors, or, where there is none, the warnings."""

    errors: tuple[Finding, ...] = ()
    one_by_one: tuple[Finding, ...] = ()
    """The warnings about single windows."""
    rivalries: Callable[[], Iterable[Finding]] = tuple
    """Finds those about windows that are in each other's way."""

    @cached_property
    def warnings(self) -> tuple[Finding, ...]:
        """All of them. Worked out for whoever asks, since the gate judges by a revision without being told."""
        more = islice(self.rivalries(), max(0, MOST_WARNINGS - len(self.one_by_one)))
        return _in_order([*self.one_by_one[:MOST_WARNINGS], *more])


def lint(windows: Iterable[tuple[Document, Window]], catalogue: Catalogue, settings: GateSettings, at_ns: int) -> Lint:
    """What is found at an instant, that of the commit."""
    at_ns = min(max(at_ns, _REACH.start), _REACH.stop)
    entries = [WindowEntry(document, window, next(window.spans.coming(at_ns), None)) for document, window in windows]
    errors: list[Finding] = []
    warnings: list[Finding] = []
    scopes = ScopesInCatalogue(catalogue)
    for finding in _one_by_one(entries, scopes, settings, at_ns):
        (errors if finding.severity == "error" else warnings).append(finding)
        if len(errors) >= MOST_ERRORS:
            break
    if errors:
        return Lint(errors=_in_order(errors))
    return Lint(one_by_one=tuple(warnings), rivalries=partial(rivalries, entries, scopes))


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.path, finding.line)))


def _one_by_one(
    entries: Iterable[WindowEntry], scopes: ScopesInCatalogue, settings: GateSettings, at_ns: int
) -> Iterator[Finding]:
    because: dict[Hashable, str] = {}
    for entry in entries:
        scope = entry.window.scope
        if scope.terms not in because:
            because[scope.terms] = scopes.nothing_because(scope)
        if because[scope.terms]:
            yield entry.warning("scope", f"matches nothing in the catalogue: {because[scope.terms]}")
        yield from _of_time(entry, settings.longest_freeze, at_ns)


def _of_time(entry: WindowEntry, longest: timedelta, at_ns: int) -> Iterator[Finding]:
    if entry.first is None:
        yield from _over(entry, at_ns)
    elif entry.first.end_ns is None:
        yield from _forgotten(entry, entry.first, longest, at_ns)
    else:
        yield from _too_long(entry, _run(entry, entry.first, at_ns), longest)
        yield from _vanishing(entry, at_ns)
    yield from _idle_exdates(entry)


def _over(entry: WindowEntry, at_ns: int) -> Iterator[Finding]:
    spans = entry.window.spans
    last = spans.beginnings.last
    if last is None:
        yield entry.error("recurrence", "never opens: its rule comes true no more", "Delete it, or mend the rule.")
    elif (ended_ns := spans.at(last).end_ns or 0) < at_ns - duration_ns(_LONG_AGO):
        message = f"has been over since {entry.told(ended_ns)} and will never be there again"
        yield entry.warning("end", message, "Delete it; what was decided by it stays on record.")


def _forgotten(entry: WindowEntry, first: Span, longest: timedelta, at_ns: int) -> Iterator[Finding]:
    if first.start_ns < at_ns - duration_ns(longest):
        message = f"has been closing since {entry.told(first.start_ns)}, with no known end"
        yield entry.warning("start", message, "Write an `end`, or delete it if it is forgotten.")


def _too_long(entry: WindowEntry, run: Span, longest: timedelta) -> Iterator[Finding]:
    window = entry.window
    if run.end_ns is None:
        what = "closes for ever" if isinstance(window, Freeze) else "never closes"
        message = f"{what}: each occurrence lasts until the next begins, again and again"
        yield entry.error("recurrence", message, shorter(window))
    elif isinstance(window, Freeze) and (length := entry.wall(run.end_ns) - entry.wall(run.start_ns)) > longest:
        message = f"closes for {_told(length)} without a break; `longest_freeze` allows {_told(longest)}"
        yield entry.error("end", message, sooner(window, longest))


def _run(entry: WindowEntry, first: Span, at_ns: int) -> Span:
    """From the beginning of the first occurrence to the first break; without an end if there is none."""
    spans = entry.window.spans
    if entry.length < spans.beginnings.least_distance:
        return first
    coming = spans.coming(at_ns)
    end_ns, number = next(coming).end_ns or 0, 1
    for span in coming:
        if span.start_ns > end_ns:
            return Span(first.start_ns, end_ns)
        end_ns, number = max(end_ns, span.end_ns or 0), number + 1
        if number == _FOR_EVER:
            return Span(first.start_ns, None)
    return Span(first.start_ns, end_ns)


def _vanishing(entry: WindowEntry, at_ns: int) -> Iterator[Finding]:
    window = entry.window
    if (begin := first_vanishing(window.spans, at_ns)) is not None:
        when = written(begin, window.start)
        message = f"is empty in UTC on {when}: the clock of {window.timezone} jumps over it"
        hint = f"Begin it earlier, end it later, or leave it out that day: `exdate: [{when}]`."
        # A freeze that vanishes lets through what it should keep out. Where maintenance vanishes, nothing gets through.
        say = entry.error if isinstance(window, Freeze) else entry.warning
        yield say("recurrence" if window.recurrence else "rdate", message, hint)


def _idle_exdates(entry: WindowEntry) -> Iterator[Finding]:
    window = entry.window
    if not window.exdate:
        return
    spans = window.spans
    there = Beginnings(spans.rule, spans.start, spans.added)
    for position, left_out in enumerate(window.exdate):
        moment = beginning_of(left_out)
        if there.between(moment, moment):
            continue
        near = min(there.between(moment - _NEAR, moment + _NEAR), key=lambda each: abs(each - moment), default=None)
        hint = f"It begins {written(near, window.start)}." if near else "It begins on no day near that one."
        message = f"does not begin {written(moment, left_out)}, so that leaves out nothing"
        yield entry.warning(f"exdate.{position}", message, hint)


def _told(length: timedelta) -> str:
    hours = f"{length.seconds // 3600} h" if length.seconds else ""
    return " ".join(filter(None, [f"{length.days} days", hours]))
