"""Finding what concerns a change without looking at what concerns others.

Whatever has a scope is filed in the places that the scope names: under a service, an owner, a label … Of the
coordinates that a scope names, the one counts whose values fewest others name, so that a place holds little that does
not concern those who look there.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, Generic, TypeVar

from gate.domain.scope import Scope, Subject, ends_of, is_glob

T = TypeVar("T")

Place = tuple[str, str, str]
"""A coordinate, whether its value is, begins or ends with the text, and the text."""

ANYWHERE: Final[Place] = ("", "", "")
"""Where everything is filed whose scope names nothing that can be looked up."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A subject, and the places in which whatever concerns it is filed."""

    subject: Subject
    places: Sequence[Place]
    _known: dict[int, bool] = field(default_factory=dict)

    def matched_by(self, scope: Scope) -> bool:
        """Whether a scope of the filing matches the subject. Asked once of each."""
        if (known := self._known.get(id(scope))) is None:
            known = self._known[id(scope)] = scope.matches(self.subject)
        return known


class Filing:
    """In which places each of many scopes is filed, and in which places to look for a change."""

    def __init__(self, scopes: Iterable[Scope]) -> None:
        named: dict[Hashable, list[tuple[Place, ...]]] = {}
        crowd: Counter[Place] = Counter()
        self._scopes: dict[Hashable, Scope] = {}
        for scope in scopes:
            if (terms := scope.terms) not in named:
                named[terms] = list(_named(scope))
                self._scopes[terms] = scope
            crowd.update(place for places in named[terms] for place in places)
        self._places = {
            terms: min(choices, key=lambda places: max(crowd[place] for place in places), default=(ANYWHERE,))
            for terms, choices in named.items()
        }
        self._used: dict[str, _Values] = defaultdict(_Values)
        for place in {place for places in self._places.values() for place in places}:
            self._used[place[0]].add(place)

    def places_of(self, scope: Scope) -> tuple[Place, ...]:
        """Where one of the scopes is filed."""
        return self._places[scope.terms]

    def standing_for(self, scope: Scope) -> Scope:
        """The same one for all scopes that say the same."""
        return self._scopes[scope.terms]

    def sought(self, subject: Subject) -> Sought:
        """The subject with the places to look in: whatever concerns it is filed there, and little else."""
        used = self._used
        places = [ANYWHERE] if ANYWHERE[0] in used else []
        for coordinate, value in _shown(subject):
            if coordinate in used:
                places += used[coordinate].naming(value)
        return Sought(subject, places)


class _Values:
    """The places of one coordinate that are used."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], Place] = {}
        self._lengths: dict[str, set[int]] = defaultdict(set)

    def add(self, place: Place) -> None:
        _, how, text = place
        self._places[how, text] = place
        self._lengths[how].add(len(text))

    def naming(self, value: str) -> list[Place]:
        """Those that a value is filed in, or begins or ends with."""
        looked_for = [("is", value)]
        for how, lengths in self._lengths.items():
            if how != "is":
                fitting = (length for length in lengths if length <= len(value))
                looked_for += [(how, value[:length] if how == "begins" else value[-length:]) for length in fitting]
        return [place for each in looked_for if (place := self._places.get(each)) is not None]


class ScopeIndex(Generic[T]):
    """Items found by scope. Of many with the same scope, the scope is looked at once."""

    def __init__(self, items: Iterable[tuple[Scope, T]], filing: Filing | None = None) -> None:
        """`filing` knows the scopes of all of them; one is made if none is given."""
        pairs = list(items)
        self._filing = filing or Filing(scope for scope, _ in pairs)
        self._drawers: dict[Place, dict[Hashable, tuple[Scope, list[tuple[int, T]]]]] = {}
        for number, (scope, item) in enumerate(pairs):
            for place in self._filing.places_of(scope):
                self._drawers.setdefault(place, {}).setdefault(scope.terms, (scope, []))[1].append((number, item))

    def matching(self, subject: Subject) -> list[T]:
        """The items whose scope matches, each once, in the order in which they were given."""
        places = self._filing.sought(subject).places
        found = {number: item for place in places for items in self._alike(place, subject) for number, item in items}
        return [found[number] for number in sorted(found)]

    def each(self, subject: Subject) -> Iterator[T]:
        """The same one after the other, for whoever wants to see only some; nearly in the order given."""
        seen: set[int] = set()
        for place in self._filing.sought(subject).places:
            for number, item in chain.from_iterable(self._alike(place, subject)):
                if number not in seen:
                    seen.add(number)
                    yield item

    def first(self, subject: Subject) -> T | None:
        """One of the items whose scope matches, always the same one, without looking for the others."""
        firsts = (next(self._alike(place, subject), None) for place in self._filing.sought(subject).places)
        found = min((items[0] for items in firsts if items is not None), key=lambda entry: entry[0], default=None)
        return None if found is None else found[1]

    def _alike(self, place: Place, subject: Subject) -> Iterator[list[tuple[int, T]]]:
        return (items for scope, items in self._drawers.get(place, {}).values() if scope.matches(subject))


def _named(scope: Scope) -> Iterator[tuple[Place, ...]]:
    """The places that each coordinate of a scope names, for as many coordinates as can be looked up."""
    lists: Mapping[str, tuple[str, ...]] = {
        "services": scope.services,
        "owners": scope.owners,
        "objectives": scope.objectives,
        "kinds": scope.kinds,
        "environments": scope.environments,
        # A label that a change does not have reads as an empty text, which is to be found nowhere.
        **{f"labels.{label}": (glob,) for label, glob in scope.labels.items() if glob},
    }
    for coordinate, patterns in lists.items():
        places = tuple(dict.fromkeys(_place(coordinate, pattern) for pattern in patterns))
        if places and ANYWHERE not in places:
            yield places


def _place(coordinate: str, pattern: str) -> Place:
    if not is_glob(pattern):
        return coordinate, "is", pattern
    beginning, end = ends_of(pattern)
    if beginning:
        return coordinate, "begins", beginning
    return (coordinate, "ends", end) if end else ANYWHERE


def _shown(subject: Subject) -> Iterator[tuple[str, str]]:
    """The coordinates of a subject with their values."""
    yield "services", subject.service
    yield "owners", subject.owners
    yield "objectives", subject.objective
    yield "kinds", subject.kind
    yield "environments", subject.environment
    for label, value in subject.labels.items():
        yield f"labels.{label}", value
