"""What a scope can match of all that the catalogue holds, if anything.

Services are bits of a number, so that a question about all of them is one operation. What the catalogue does not say
(the kind of a change, labels of its own) may be anything, so only what is certainly out of reach is said to be.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import reduce
from itertools import islice
from operator import or_
from typing import Final

from gate.domain.catalogue import Catalogue, Service
from gate.domain.naming import nearest
from gate.domain.scope import Scope, Selector, Subject, any_matches, ends_of, is_glob

_MOST_COMPARED: Final = 1_000_000
"""Names. Whoever writes thousands of globs without a beginning is not told which of them match nothing."""
_EXAMPLES: Final = 2
"""Services an environment, and environments."""
_WILD: Final = "*?[]"


class ScopesInCatalogue:
    """The catalogue, asked what scopes match in it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._names = sorted(catalogue.services)
        self._services = [catalogue.services[name] for name in self._names]
        self._all = (1 << len(self._names)) - 1
        self._environments = {
            name: self._those(_runs_in(name, each) for each in self._services) for name in catalogue.environments
        }
        self._by_value = {
            "owners": self._grouped(service.owners for service in self._services),
            "objectives": self._grouped(service.objective for service in self._services),
        }
        self._matched: dict[tuple[str, str], int] = {}
        self._examples: dict[Hashable, tuple[Subject, ...]] = {}
        self._left = _MOST_COMPARED

    def nothing_because(self, scope: Scope) -> str:
        """Why a scope matches nothing in the catalogue, with what was probably meant; an empty text if it may."""
        if not self._names or self._lives(scope) or self._left < 0:
            return ""
        for coordinate, known in self._known().items():
            patterns: tuple[str, ...] = getattr(scope, coordinate)
            if patterns and not any(any_matches([pattern], name) for pattern in patterns for name in known):
                return f"{_WORDS[coordinate]} {', '.join(patterns)}{nearest(patterns[0].strip(_WILD), known)}"
        if scope.excluded and self._lives(scope.model_copy(update={"excluded": None})):
            return "`except` takes out everything that it names"
        return "no service of the catalogue fits all that it names"

    def examples(self, scope: Scope) -> tuple[Subject, ...]:
        """Some of the changes that the scope may match, of different services and environments."""
        if scope.terms not in self._examples:
            found = (
                self._example(scope, environment, self._services[place])
                for environment, services in islice(self._living(scope), _EXAMPLES)
                for place in islice(_places(services), _EXAMPLES)
            )
            self._examples[scope.terms] = tuple(found)
        return self._examples[scope.terms]

    def _example(self, scope: Scope, environment: str, service: Service) -> Subject:
        kind = scope.kinds[0] if scope.kinds else ""
        labels = scope.labels | service.labels
        return Subject(environment, service.name, kind, service.owners, service.objective, labels)

    def holds_within(self, narrow: Scope, wide: Scope) -> bool:
        """Whether all of the catalogue that `narrow` may match is surely matched by `wide`."""
        reached = self._reached(wide, surely=True)
        return all(services & ~reached.get(environment, 0) == 0 for environment, services in self._living(narrow))

    def _living(self, scope: Scope) -> Iterator[tuple[str, int]]:
        """The environments in which services may be matched, and these."""
        return ((environment, found) for environment, found in self._reached(scope, surely=False).items() if found)

    def _reached(self, scope: Scope, *, surely: bool) -> dict[str, int]:
        """In each environment, the services that may be matched; or that surely are, whatever the change."""
        selected, out = self._selected(scope, surely=surely), scope.excluded
        taken_out = self._selected(out, surely=not surely) if out and not out.is_empty else 0
        found: dict[str, int] = {}
        for environment, running in self._environments.items():
            if scope.environments and not any_matches(scope.environments, environment):
                continue
            is_out = out is not None and (not out.environments or any_matches(out.environments, environment))
            found[environment] = selected & running & ~(taken_out if is_out else 0)
        return found

    def _lives(self, scope: Scope) -> bool:
        return next(self._living(scope), None) is not None

    def _selected(self, selector: Selector, *, surely: bool) -> int:
        """The services that may be matched in some environment; or those that surely are, whatever the change."""
        if surely and selector.kinds and "*" not in selector.kinds:
            return 0
        found = self._all
        for coordinate, patterns in (
            ("services", selector.services),
            ("owners", selector.owners),
            ("objectives", selector.objectives),
        ):
            if patterns:
                found &= reduce(or_, (self._matching(coordinate, pattern) for pattern in patterns))
        for label, glob in selector.labels.items():
            found &= self._labelled(label, glob, surely=surely)
        return found

    def _matching(self, coordinate: str, pattern: str) -> int:
        key = (coordinate, pattern)
        if key not in self._matched:
            if coordinate == "services":
                self._matched[key] = self._named(pattern)
            else:
                groups = self._by_value[coordinate]
                self._matched[key] = sum(bits for value, bits in groups.items() if any_matches((pattern,), value))
        return self._matched[key]

    def _named(self, pattern: str) -> int:
        beginning = ends_of(pattern)[0] if is_glob(pattern) else pattern
        low = bisect_left(self._names, beginning)
        high = bisect_left(self._names, f"{beginning}\U0010ffff")
        self._left -= high - low
        if self._left < 0:
            return self._all
        matching = (place for place in range(low, high) if any_matches((pattern,), self._names[place]))
        return sum(1 << place for place in matching)

    def _labelled(self, label: str, glob: str, *, surely: bool) -> int:
        key = (f"label {label} {surely}", glob)
        if key not in self._matched:
            has = (each.labels.get(label) for each in self._services)
            # What the catalogue leaves open, the change itself may say.
            self._matched[key] = self._those(
                not surely if value is None else any_matches((glob,), value) for value in has
            )
        return self._matched[key]

    def _known(self) -> Mapping[str, Iterable[str]]:
        return {"services": self._names, **self._by_value, "environments": self._environments}

    def _those(self, chosen: Iterable[bool]) -> int:
        return sum(1 << place for place, is_chosen in enumerate(chosen) if is_chosen)

    def _grouped(self, values: Iterable[str]) -> dict[str, int]:
        groups: dict[str, int] = {}
        for place, value in enumerate(values):
            groups[value] = groups.get(value, 0) | 1 << place
        return groups


_WORDS: Final = {
    "services": "no service is called",
    "owners": "no service is owned by",
    "objectives": "no service carries the objective",
    "environments": "no environment is called",
}


def _runs_in(environment: str, service: Service) -> bool:
    return not service.environments or environment in service.environments


def _places(bits: int) -> Iterator[int]:
    while bits:
        place = (bits & -bits).bit_length() - 1
        yield place
        bits &= bits - 1
