"""Which changes a window, a lane or an incident is about: globs over the change's coordinates, with exclusions."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from functools import lru_cache
from typing import Annotated, Generic, TypeVar

from pydantic import Field, StringConstraints

from gate.domain.model import Model

Glob = Annotated[str, StringConstraints(max_length=200)]
"""Matches whole names: `*` is any characters, `?` is one, `[a-z]` one of these, anything else itself. Bounded, because
what it takes to understand one grows with more than the square of its length."""
MOST_GLOBS = 10_000
"""Different ones that a policy revision may hold: so many are understood when it is read, and are kept."""

_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Subject:
    """The coordinates of a change that scopes look at."""

    environment: str
    service: str
    kind: str = ""
    owners: str = ""
    objective: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=2 * MOST_GLOBS)
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))


def is_glob(pattern: str) -> bool:
    """Whether a name pattern can match more than itself."""
    return _GLOB.search(pattern) is not None


def any_matches(globs: Iterable[str], name: str) -> bool:
    """Whether one of the globs matches the whole name, case included."""
    return any(glob == name or (is_glob(glob) and _compiled(glob).match(name) is not None) for glob in globs)


def make_ready(globs: Iterable[str]) -> None:
    """Compile these, so that no decision has to wait for it."""
    for glob in globs:
        _compiled(glob)


class Selector(Model):
    """One glob list a coordinate; all named coordinates must match; one that is not named matches everything."""

    environments: tuple[Glob, ...] = ()
    services: tuple[Glob, ...] = ()
    kinds: tuple[Glob, ...] = ()
    owners: tuple[Glob, ...] = ()
    objectives: tuple[Glob, ...] = ()
    labels: dict[str, Glob] = Field(default_factory=dict)

    def selects(self, subject: Subject) -> bool:
        """Whether every coordinate that this selector names matches the subject's."""
        return (
            (not self.environments or any_matches(self.environments, subject.environment))
            and (not self.services or any_matches(self.services, subject.service))
            and (not self.kinds or any_matches(self.kinds, subject.kind))
            and (not self.owners or any_matches(self.owners, subject.owners))
            and (not self.objectives or any_matches(self.objectives, subject.objective))
            and all(any_matches((glob,), subject.labels.get(label, "")) for label, glob in self.labels.items())
        )

    @property
    def globs(self) -> set[str]:
        """Every pattern in it that can match more than itself."""
        named = (self.environments, self.services, self.kinds, self.owners, self.objectives, self.labels.values())
        return {pattern for patterns in named for pattern in patterns if is_glob(pattern)}

    @property
    def is_empty(self) -> bool:
        """Whether it names no coordinate at all."""
        return not (self.environments or self.services or self.kinds or self.owners or self.objectives or self.labels)


class Scope(Selector):
    """A selector with exclusions: `except` takes out what it selects."""

    excluded: Selector | None = Field(default=None, alias="except")

    def matches(self, subject: Subject) -> bool:
        """Whether the subject is selected and not excluded. An empty `except` excludes nothing."""
        if not self.selects(subject):
            return False
        excluded = self.excluded
        return excluded is None or excluded.is_empty or not excluded.selects(subject)


T = TypeVar("T")


class ScopeIndex(Generic[T]):
    """Items found by service without looking at all of them.

    An item whose scope names its services literally is filed under each; the others are *broad* and tried each time.
    """

    def __init__(self, items: Iterable[tuple[Scope, T]]) -> None:
        self._by_service: dict[str, list[tuple[Scope, T]]] = {}
        self._broad: list[tuple[Scope, T]] = []
        for scope, item in items:
            if scope.services and not any(is_glob(name) for name in scope.services):
                for service in dict.fromkeys(scope.services):
                    self._by_service.setdefault(service, []).append((scope, item))
            else:
                self._broad.append((scope, item))

    def matching(self, subject: Subject) -> list[T]:
        """The items whose scope matches, in the order in which they were given within each file."""
        candidates = self._by_service.get(subject.service, []) + self._broad
        return [item for scope, item in candidates if scope.matches(subject)]
