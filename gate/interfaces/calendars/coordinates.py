"""By which of our coordinates Argo CD's are known: an application is a service, a cluster an environment.

A namespace is neither, so it is a label of the service. A house where it is otherwise says so (`--as`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final, Self

from gate.domain.errors import CallerError
from gate.interfaces.calendars.conversion import InexpressibleError
from gate.interfaces.calendars.globs import narrowed

ARGO: Final = ("applications", "namespaces", "clusters")
_OURS: Final = ("environments", "services", "kinds", "owners", "objectives")
_LABEL: Final = "labels."
_MOST: Final = 100
"""Scopes that together are what one window of Argo CD's is about."""

Scope = dict[str, Any]
"""The fields of a scope."""


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Argo CD's coordinates, each with the one of ours that it stands for."""

    ours: Mapping[str, str] = field(
        default_factory=lambda: {
            "applications": "services",
            "namespaces": f"{_LABEL}namespace",
            "clusters": "environments",
        }
    )

    @classmethod
    def of(cls, said: Iterable[str]) -> Self:
        """The usual ones, but for those said as `namespaces=environments`. CallerError."""
        ours = dict(cls().ours)
        for each in said:
            theirs, _, our = each.partition("=")
            if theirs not in ARGO or not (our in _OURS or (our.startswith(_LABEL) and our != _LABEL)):
                raise CallerError(
                    f"--as {each[:80]} says no coordinate",
                    hint=f"Say {'|'.join(ARGO)} = {'|'.join(_OURS)}|labels.NAME, as in namespaces=environments.",
                )
            ours[theirs] = our
        return cls(ours)

    def scopes(self, selected: Mapping[str, Sequence[str]], *, all_of_them: bool) -> list[Scope]:
        """The scopes that together select what these globs of Argo CD's coordinates do: any of them, or all."""
        globs: list[tuple[str, tuple[str, ...]]] = [
            (self.ours[theirs], tuple(dict.fromkeys(values))) for theirs, values in selected.items()
        ]
        if all_of_them:
            return _both([_scopes(ours, values) for ours, values in globs if "*" not in values])
        if any("*" in values for _, values in globs):
            return [{}]
        merged: dict[str, tuple[str, ...]] = {}
        for ours, values in globs:
            merged[ours] = tuple(dict.fromkeys((*merged.get(ours, ()), *values)))
        return [scope for ours, values in merged.items() for scope in _scopes(ours, values)]


def _scopes(ours: str, globs: tuple[str, ...]) -> list[Scope]:
    """One scope, but for a label, which has one glob a scope."""
    if ours.startswith(_LABEL):
        return [{"labels": {ours.removeprefix(_LABEL): glob}} for glob in globs]
    return [{ours: list(globs)}]


def _both(parts: Iterable[list[Scope]]) -> list[Scope]:
    scopes: list[Scope] = [{}]
    for part in parts:
        if len(scopes) * len(part) > _MOST:
            raise InexpressibleError(f"what it is about takes more than {_MOST} scopes")
        scopes = [within(one, other) for one, other in product(scopes, part)]
    return [scope for scope in scopes if all(scope.values())]


def within(scope: Scope, other: Scope) -> Scope:
    """What both select. A list that is empty then selects nothing."""
    joined = dict(scope)
    for name, globs in other.items():
        if name == "labels":
            clash = set(globs) & set(joined.get("labels", {}))
            if any(joined["labels"][label] != globs[label] for label in clash):
                raise InexpressibleError(f"two globs for the label {min(clash)} at once cannot be said in one scope")
            joined["labels"] = joined.get("labels", {}) | globs
        else:
            joined[name] = list(narrowed(joined[name], globs)) if name in joined else list(globs)
    return joined
