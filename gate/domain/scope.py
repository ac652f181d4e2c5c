"""Which changes a window, a lane or an incident is about: globs over the change's coordinates, with exclusions."""

import re
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cached_property, lru_cache
from typing import Annotated

from pydantic import Field, StringConstraints

from gate.domain.model import Model

Glob = Annotated[str, StringConstraints(max_length=200)]
"""Matches whole names: `*` is any characters, `?` is one, `[a-z]` one of these, anything else itself. Bounded, because
what it takes to understand one grows with more than the square of its length."""
MOST_GLOBS = 10_000
"""Different ones that a policy revision may hold: so many are understood when it is read, and are kept."""

_GLOB = re.compile(r"[*?\[]")
_ENDS = re.compile(r"([^*?\[]*).*[*?\[\]]([^*?\[\]]*)", re.DOTALL)


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


@lru_cache(maxsize=2 * MOST_GLOBS)
def is_glob(pattern: str) -> bool:
    """Whether a name pattern can match more than itself."""
    return _GLOB.search(pattern) is not None


def ends_of(glob: str) -> tuple[str, str]:
    """What every name begins with that a glob matches, and what it ends with."""
    found = _ENDS.fullmatch(glob)
    return (found[1], found[2]) if found else (glob, glob)


def any_matches(globs: Collection[str], name: str) -> bool:
    """Whether one of the globs matches the whole name, case included."""
    return name in globs or any(is_glob(glob) and _compiled(glob).match(name) is not None for glob in globs)


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
        for coordinate, patterns in self._demands:
            if not any_matches(patterns, getattr(subject, coordinate)):
                return False
        return all(any_matches((glob,), subject.labels.get(label, "")) for label, glob in self.labels.items())

    @cached_property
    def _demands(self) -> list[tuple[str, tuple[str, ...]]]:
        """Coordinates of a subject, by their names there, and the patterns of which one must match."""
        named = (
            ("environment", self.environments),
            ("service", self.services),
            ("kind", self.kinds),
            ("owners", self.owners),
            ("objective", self.objectives),
        )
        return [(coordinate, patterns) for coordinate, patterns in named if patterns and "*" not in patterns]

    @property
    def globs(self) -> set[str]:
        """Every pattern in it that can match more than itself."""
        named = (self.environments, self.services, self.kinds, self.owners, self.objectives, self.labels.values())
        return {pattern for patterns in named for pattern in patterns if is_glob(pattern)}

    @property
    def selected(self) -> Hashable:
        """What it names, for looking up."""
        named = (self.environments, self.services, self.kinds, self.owners, self.objectives)
        return (*named, tuple(sorted(self.labels.items())))

    @property
    def is_empty(self) -> bool:
        """Whether it names no coordinate at all."""
        return not (self.environments or self.services or self.kinds or self.owners or self.objectives or self.labels)


class Scope(Selector):
    """A selector with exclusions: `except` takes out what it selects."""

    excluded: Selector | None = Field(default=None, alias="except")

    @cached_property
    def terms(self) -> Hashable:
        """What it says, for looking up. Scopes with equal terms match the same."""
        return self.selected, self.excluded.selected if self.excluded else None

    def matches(self, subject: Subject) -> bool:
        """Whether the subject is selected and not excluded. An empty `except` excludes nothing."""
        if not self.selects(subject):
            return False
        excluded = self.excluded
        return excluded is None or excluded.is_empty or not excluded.selects(subject)
