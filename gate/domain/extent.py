"""How much a policy revision may hold in all: what every decision, or every trial of a revision, has to go through.

What a single document may hold is said where it is defined; how many bytes and values are read at all, in the
policy_repo adapter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pydantic import BaseModel

from gate.domain.calendar import Incident, Window
from gate.domain.case import CaseTable
from gate.domain.document import Document
from gate.domain.finding import Finding
from gate.domain.process import Lane
from gate.domain.robots import Robot
from gate.domain.scope import MOST_GLOBS, Scope

Entry = tuple[Document, BaseModel]

MOST_MODULES: Final = 2_000
"""Rego modules; each is parsed by itself."""
MOST_CASES: Final = 5_000
"""A trial takes a few milliseconds for each."""
MOST_LANES: Final = 2_000
"""All of them are handed to the policy engine."""
MOST_RECURRING: Final = 20_000
"""Windows that recur. Those that no service is named in are looked at in every decision."""

MOST_ROBOTS: Final = 10_000
"""Pipelines that ask with identity tokens."""


def oversized(by_kind: Mapping[str, Sequence[Entry]], modules: Mapping[str, str]) -> Iterator[Finding]:
    """What there is too much of, with the file in which it becomes too much."""
    entries = [entry for entries in by_kind.values() for entry in entries]
    yield from _beyond(MOST_CASES, "cases", _cases(entries), "Keep those that show something of their own.")
    yield from _beyond(MOST_LANES, "lanes", _lanes(entries), "One lane may name many services and paths.")
    yield from _beyond(MOST_ROBOTS, "robots", _robots(entries), "One robot may ask for many services.")
    yield from _beyond(MOST_RECURRING, "windows that recur", _recurring(entries), "Delete those that are over.")
    yield from _beyond(MOST_GLOBS, "different globs", _new_globs(entries), "Name services, or label them.")
    if len(modules) > MOST_MODULES:
        yield Finding(message=f"more than {MOST_MODULES} Rego modules", path=sorted(modules)[MOST_MODULES])


def globs_of(values: Iterable[BaseModel]) -> Iterator[str]:
    """Every glob of every scope, as often as it is written."""
    for value in values:
        if isinstance(value, Window | Incident | Lane):
            yield from _globs(value.scope)


def _globs(scope: Scope) -> set[str]:
    return scope.globs | (scope.excluded.globs if scope.excluded else set())


def _cases(entries: Iterable[Entry]) -> Iterator[tuple[Document, int]]:
    return ((document, len(value.cases)) for document, value in entries if isinstance(value, CaseTable))


def _lanes(entries: Iterable[Entry]) -> Iterator[tuple[Document, int]]:
    return ((document, 1) for document, value in entries if isinstance(value, Lane))


def _robots(entries: Iterable[Entry]) -> Iterator[tuple[Document, int]]:
    return ((document, 1) for document, value in entries if isinstance(value, Robot))


def _recurring(entries: Iterable[Entry]) -> Iterator[tuple[Document, int]]:
    return ((document, 1) for document, value in entries if isinstance(value, Window) and value.recurs)


def _new_globs(entries: Iterable[Entry]) -> Iterator[tuple[Document, int]]:
    seen: set[str] = set()
    for document, value in entries:
        before = len(seen)
        seen.update(globs_of([value]))
        yield document, len(seen) - before


def _beyond(most: int, what: str, counted: Iterable[tuple[Document, int]], hint: str) -> Iterator[Finding]:
    total = 0
    for document, number in counted:
        total += number
        if total > most:
            yield Finding(message=f"more than {most} {what}", path=document.path, line=document.line_of(()), hint=hint)
            return
