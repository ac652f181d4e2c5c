"""Looks up what must be finished before a change, and walks on from there to see whether it leads back to it."""

from collections import deque
from collections.abc import Mapping
from typing import Final

from gate.domain.change import Change
from gate.domain.errors import CallerError, UnknownNameError
from gate.domain.prerequisites import Prerequisites, is_id, standing
from gate.ports import Store

MOST_FOLLOWED: Final = 100
"""Changes that are walked through. What hangs together by more of them is no plan that anybody understands."""

Path = tuple[str, ...]
"""The names from the change on."""


async def look_up(change: Change, store: Store) -> Prerequisites:
    """How the changes stand that it names. UnknownNameError for an id that nobody has, CallerError for a tangle."""
    request = change.request
    found = await store.named(request.environment, request.depends_on)
    for name in request.depends_on:
        if is_id(name) and name not in found:
            raise UnknownNameError(
                f"no change is called {name!r}",
                hint="A change that is not asked for yet is named service@commit.",
                field="depends_on",
            )
    return Prerequisites(standing(request.depends_on, found), await _circle(change, found, store))


async def _circle(change: Change, found: Mapping[str, Change], store: Store) -> Path:
    """The names from the change back to it, by the shortest way; empty where there is none."""
    ahead: deque[tuple[Change, Path, Mapping[str, Change]]] = deque([(change, (change.name,), found)])
    followed = {change.id}
    while ahead:
        current, path, named = ahead.popleft()
        for name in current.request.depends_on:
            if _is_called(change, name, current.request.environment):
                return (*path, change.name)
            other = named.get(name)
            # What is over waits for nobody any more, and what is not asked for names nobody yet.
            if other is None or other.is_over or other.id in followed or not other.request.depends_on:
                continue
            _demand_followable(change, followed)
            followed.add(other.id)
            ahead.append((other, (*path, name), await store.named(other.request.environment, other.request.depends_on)))
    return ()


def _is_called(change: Change, name: str, environment: str) -> bool:
    return name == change.id or (environment == change.request.environment and name == change.name)


def _demand_followable(change: Change, followed: set[str]) -> None:
    if len(followed) >= MOST_FOLLOWED:
        raise CallerError(
            f"change {change.name} would wait for more than {MOST_FOLLOWED} others that wait for each other",
            hint="Name in `depends_on` only what it follows directly, and split the plan.",
            field="depends_on",
        )
