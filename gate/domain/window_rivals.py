"""Windows that are in each other's way: said twice, shadowed by another, or maintenance that a freeze keeps shut.

All of it may be meant, so all of it is a warning. A window is compared with the few longest that concern the same
changes, and for as many occurrences as show the pattern, so that a large calendar takes little longer than a small one.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from gate.domain.calendar import Maintenance, Window
from gate.domain.finding import Finding
from gate.domain.recurrence import NEVER_NS, Span
from gate.domain.scope_cover import covers
from gate.domain.scope_in_catalogue import ScopesInCatalogue
from gate.domain.scope_index import Filing, ScopeIndex
from gate.domain.window_entry import WindowEntry

_OTHERS: Final = 4
"""That one window is compared with, for each of the changes that are looked at."""
_MOST_COMPARED: Final = 20_000
"""Pairs of windows that concern the same changes."""
_NOT_ALL: Final = f"not all windows are compared with each other: {_MOST_COMPARED} pairs concern the same changes"
_LOOKED_AT: Final = 12
"""Occurrences."""


def rivalries(entries: Sequence[WindowEntry], scopes: ScopesInCatalogue) -> Iterator[Finding]:
    """What is found, in the order of the windows."""
    rivals = _Rivals(entries, scopes)
    for entry in entries:
        if rivals.compared >= _MOST_COMPARED:
            yield Finding(message=_NOT_ALL, severity="warning")
            return
        if entry.first is not None:
            yield from islice(rivals.shadows(entry, entry.first), 1)
        if isinstance(entry.window, Maintenance):
            yield from islice(rivals.shut(entry, entry.first), 1)


class _Rivals:
    """The windows that are not over, to be found by what they are about, the longest first."""

    def __init__(self, entries: Iterable[WindowEntry], scopes: ScopesInCatalogue) -> None:
        live = [entry for entry in entries if entry.first is not None]
        live.sort(key=lambda entry: entry.length, reverse=True)
        self._scopes = scopes
        filing = Filing(entry.window.scope for entry in live)
        self._by_kind = {
            kind: ScopeIndex(((each.window.scope, each) for each in live if each.window.kind == kind), filing)
            for kind in ("Freeze", "Maintenance", "Advisory")
        }
        self._concerned: dict[Hashable, list[WindowEntry]] = {}
        self._covers: dict[Hashable, bool] = {}
        self.compared = 0
        self._said: dict[Hashable, WindowEntry] = {}
        self._shadowed: set[WindowEntry] = set()

    def shadows(self, entry: WindowEntry, first: Span) -> Iterator[Finding]:
        """Another window that makes this one needless."""
        said = _what_it_says(entry.window)
        if (same := self._said.setdefault(said, entry)) is not entry:
            self._shadowed.add(entry)
            yield entry.warning("name", f"says the same as {same.place}", "Delete one of them.")
        for other in self._concerning(entry, entry.window.kind):
            # Of two that cover each other, one is needed.
            if other is entry or other in self._shadowed or not _as_strict(other.window, entry.window):
                continue
            if self._covered(entry, first, other) and _what_it_says(other.window) != said:
                self._shadowed.add(entry)
                message = f"is shadowed by {other.place}, which covers its scope and all of its time"
                yield entry.warning("name", message, "Delete it, unless the other will go first.")

    def shut(self, entry: WindowEntry, first: Span | None) -> Iterator[Finding]:
        """What keeps a maintenance window shut."""
        if first is None:
            yield from self._shut_for_good(entry)
            return
        freezes = self._concerning(entry, "Freeze")
        for freeze in freezes:
            if self._covered(entry, first, freeze):
                message = f"never opens: it lies within the freeze {freeze.place} each time, and a freeze wins"
                yield entry.warning("start", message, "Move one of them, or take its scope out of the freeze.")
        for freeze in freezes:
            self.compared += 1
            yield from _meeting(entry, freeze, first)

    def _shut_for_good(self, entry: WindowEntry) -> Iterator[Finding]:
        if self._scopes.examples(entry.window.scope) and not self._concerning(entry, "Maintenance"):
            message = "is over, and no other maintenance window opens to its scope, which is closed for good"
            yield entry.warning("end", message, "Delete it, so that its scope is open, or add one that is to come.")

    def _concerning(self, entry: WindowEntry, kind: str) -> list[WindowEntry]:
        """Some of the windows that concern the same changes, the longest of them first."""
        scope = entry.window.scope
        key = (kind, scope.terms)
        if key not in self._concerned:
            index = self._by_kind[kind]
            found = [each for example in self._scopes.examples(scope) for each in islice(index.each(example), _OTHERS)]
            self._concerned[key] = list(dict.fromkeys(found))
        return self._concerned[key]

    def _covered(self, entry: WindowEntry, first: Span, other: WindowEntry) -> bool:
        """Whether the other is about all that this one is about, at all of its times."""
        if other.length < entry.length or not self._covers_scope(other.window, entry.window):
            return False
        self.compared += 1
        return other.window.spans.cover(first) and _lies_within(entry.window, other.window, first)

    def _covers_scope(self, wide: Window, narrow: Window) -> bool:
        key = (wide.kind, narrow.kind, wide.scope.terms, narrow.scope.terms)
        if key not in self._covers:
            # Needless for ever is what is covered as it is written; shut now, what is covered in the catalogue of now.
            now = wide.kind != narrow.kind and self._scopes.holds_within(narrow.scope, wide.scope)
            self._covers[key] = now or covers(wide.scope, narrow.scope)
        return self._covers[key]


def _meeting(entry: WindowEntry, freeze: WindowEntry, first: Span) -> Iterator[Finding]:
    """A freeze that takes some of the time. Where both recur, the freeze may swallow one now and then, not cut one."""
    if freeze.window.recurs:
        pairs = [(first, span) for span in freeze.window.spans.between(first.start_ns, _end(first))]
        if entry.window.recurrence:
            pairs = [(opening, span) for opening, span in pairs if not span.contains(opening.start_ns, _end(opening))]
    else:
        span = freeze.window.spans.first
        pairs = [(opening, span) for opening in _openings_in(entry.window, span)]
    if pairs:
        opening, span = pairs[0]
        part = "all" if span.contains(opening.start_ns, _end(opening)) else "part"
        more = f", and {len(pairs) - 1} more" if len(pairs) > 1 else ""
        message = (
            f"lies in the freeze {freeze.place} with {part} of its opening at {entry.told(opening.start_ns)}{more}"
        )
        yield entry.warning(
            "start", message, "A freeze wins: nothing gets through then. Move one of them if it should."
        )


def _openings_in(window: Window, span: Span) -> list[Span]:
    within = window.spans.coming(span.start_ns)
    return [each for each in islice(within, _LOOKED_AT) if each.start_ns < _end(span)]


def _lies_within(window: Window, other: Window, first: Span) -> bool:
    """Whether each occurrence to come lies in one of the other's, as far as is looked."""
    last = window.spans.beginnings.last
    ends_first = other.end is not None and other.spans.beginnings.last is not None
    if ends_first and (last is None or not other.spans.cover(window.spans.at(last))):
        return False
    return all(other.spans.cover(span) for span in islice(window.spans.coming(first.start_ns), _LOOKED_AT))


def _as_strict(other: Window, window: Window) -> bool:
    """Whether the other's `overrun` leaves nothing for this one to add."""
    strictest = {"Freeze": "stop", "Maintenance": "finish"}.get(window.kind)
    return other.overrun in {window.overrun, strictest} or strictest is None


def _what_it_says(window: Window) -> Hashable:
    times = (window.start, window.end, window.timezone, window.recurrence, window.rdate, window.exdate)
    return window.kind, window.scope.terms, times, window.overrun


def _end(span: Span) -> int:
    return NEVER_NS if span.end_ns is None else span.end_ns
