"""Occurrences of windows, found by what a change is and by time together.

However many windows there are, and whether it is their scope or their time that keeps them away from a change: those
that do not touch it are not looked at. What is worked out ahead, and for how long, is decided in `almanac`.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from gate.domain.recurrence import Span
from gate.domain.scope import Scope, Subject
from gate.domain.scope_index import Filing, Place, Sought
from gate.domain.span_index import SpanIndex


class Scoped(Protocol):
    """Has a name, and is about some changes."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def scope(self) -> Scope:
        """What it is about."""


T = TypeVar("T", bound=Scoped)

_ALIKE: Final = 32
"""So many occurrences of one scope are indexed by themselves, so that the scope is looked at once for all of them."""


class Timetable(Generic[T]):
    """Occurrences, each with the window whose it is. Immutable once built."""

    def __init__(self, filing: Filing, occurrences: Iterable[tuple[T, Sequence[Span]]]) -> None:
        """`filing` knows the scopes of all of them."""
        listed = sorted(((each, spans) for each, spans in occurrences if spans), key=lambda entry: entry[0].name)
        filed: dict[Place, dict[Hashable, list[tuple[Span, T]]]] = defaultdict(lambda: defaultdict(list))
        for each, spans in listed:
            for place in filing.places_of(each.scope):
                filed[place][each.scope.terms] += [(span, each) for span in spans]
        self._drawers = {place: _Drawer(filing, by_terms.values()) for place, by_terms in filed.items()}

    def overlapping(self, sought: Sought, start_ns: int, end_ns: int) -> list[tuple[Span, T]]:
        """Those whose scope matches and that share an instant with `[start_ns, end_ns)`, each once."""
        return _each_once(part.overlapping(start_ns, end_ns) for part in self._parts_for(sought))

    def now_and_next(self, sought: Sought, instant_ns: int) -> list[tuple[Span, T]]:
        """Those that hold an instant, and the first that starts after it; of several at once, the first by name."""
        parts = list(self._parts_for(sought))
        now = _each_once(part.overlapping(instant_ns, instant_ns + 1) for part in parts)
        coming = earliest(first for part in parts if (first := part.first_after(instant_ns)))
        return now if coming is None else [*now, coming]

    def _parts_for(self, sought: Sought) -> Iterator["_Part[T]"]:
        """The indexes in which something may be found, each with the subject where it has yet to be asked about."""
        for place in sought.places:
            if (drawer := self._drawers.get(place)) is not None:
                yield from drawer.parts_for(sought)


def _each_once(found: Iterable[Iterable[tuple[Span, T]]]) -> list[tuple[Span, T]]:
    return list({(span, id(each)): (span, each) for hits in found for span, each in hits}.values())


def earliest(hits: Iterable[tuple[Span, T]]) -> tuple[Span, T] | None:
    """The first by start, then by name."""
    return min(hits, key=lambda hit: (hit[0].start_ns, hit[1].name), default=None)


class _Drawer(Generic[T]):
    """What is filed in one place."""

    def __init__(self, filing: Filing, groups: Collection[Sequence[tuple[Span, T]]]) -> None:
        large = [group for group in groups if len(group) >= _ALIKE]
        small = [entry for group in groups if len(group) < _ALIKE for entry in group]
        self._alike = [(filing.standing_for(group[0][1].scope), _Part(SpanIndex(group))) for group in large]
        self._others = SpanIndex(sorted(small, key=lambda entry: entry[1].name)) if small else None

    def parts_for(self, sought: Sought) -> Iterator["_Part[T]"]:
        for scope, part in self._alike:
            if sought.matched_by(scope):
                yield part
        if self._others is not None:
            yield _Part(self._others, sought.subject)


@dataclass(frozen=True, slots=True)
class _Part(Generic[T]):
    """An index. With a subject, not all that is in it concerns the subject."""

    index: SpanIndex[T]
    subject: Subject | None = None

    def overlapping(self, start_ns: int, end_ns: int) -> Iterator[tuple[Span, T]]:
        return self._concerning(self.index.overlapping(start_ns, end_ns))

    def first_after(self, instant_ns: int) -> tuple[Span, T] | None:
        return next(self._concerning(self.index.after(instant_ns)), None)

    def _concerning(self, hits: Iterator[tuple[Span, T]]) -> Iterator[tuple[Span, T]]:
        subject = self.subject
        return hits if subject is None else (hit for hit in hits if hit[1].scope.matches(subject))
