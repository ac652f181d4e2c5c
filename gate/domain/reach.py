"""Which windows may hold for changes of which little is known yet: a service, an environment, or neither.

A change that is asked for has all coordinates, and its windows are found by `Calendar`. Whoever looks at a calendar
knows fewer: the kind of a change and its own labels are yet to come.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from gate.domain.catalogue import Catalogue
from gate.domain.scope import Scope, Selector, any_matches


class Reach(IntEnum):
    """Whether a scope holds for the changes that are meant."""

    NEVER = 0
    SOMETIMES = 1
    """For some of them: it depends on what is not known."""
    ALWAYS = 2


@dataclass(frozen=True, slots=True)
class Known:
    """The coordinates that are known of a change. None: any."""

    environment: str | None = None
    service: str | None = None
    owners: str | None = None
    objective: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, catalogue: Catalogue, service: str | None, environment: str | None) -> Self:
        """What the catalogue knows of them. UnknownNameError with the nearest names."""
        if environment is not None:
            catalogue.environment(environment)
        if service is None:
            return cls(environment)
        found = catalogue.service(service)
        return cls(environment, found.name, found.owners, found.objective, found.labels)

    def within(self, scope: Scope) -> Reach:
        """Whether the scope holds for all changes of which this is known, for some, or for none."""
        selected = self._selected(scope)
        excluded = self._excluded(scope.excluded)
        if selected is Reach.NEVER or excluded is Reach.ALWAYS:
            return Reach.NEVER
        return Reach.SOMETIMES if Reach.SOMETIMES in {selected, excluded} else Reach.ALWAYS

    def _excluded(self, selector: Selector | None) -> Reach:
        return Reach.NEVER if selector is None or selector.is_empty else self._selected(selector)

    def _selected(self, selector: Selector) -> Reach:
        named = [
            (selector.environments, self.environment),
            (selector.services, self.service),
            (selector.kinds, None),
            (selector.owners, self.owners),
            (selector.objectives, self.objective),
            *(((glob,), self.labels.get(label)) for label, glob in selector.labels.items()),
        ]
        return min((_matched(globs, value) for globs, value in named if globs), default=Reach.ALWAYS)


def _matched(globs: Collection[str], value: str | None) -> Reach:
    if "*" in globs:
        return Reach.ALWAYS
    if value is None:
        return Reach.SOMETIMES
    return Reach.ALWAYS if any_matches(globs, value) else Reach.NEVER
