"""What must be finished first: names that stand for changes, asked for already or not yet.

Looking them up, and walking on from them, happens in the application.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gate.domain.catalogue import Catalogue
from gate.domain.change import Change
from gate.domain.errors import CircularError, UnknownNameError
from gate.domain.facts import PrerequisiteFacts

_SHOWN: Final = 12
"""So much of a commit id tells it from others."""


@dataclass(frozen=True, slots=True)
class Prerequisites:
    """How the changes stand that a change names, and the circle that they make with it, if they do."""

    named: tuple[PrerequisiteFacts, ...] = ()
    circle: tuple[str, ...] = ()


NO_PREREQUISITES: Final = Prerequisites()


def demand_no_circle(prerequisites: Prerequisites) -> None:
    """CircularError where the change would wait for changes that wait for it."""
    if prerequisites.circle:
        raise CircularError(
            f"the change would wait for itself: {in_words(prerequisites.circle)}",
            circle=prerequisites.circle,
            hint="Take one of the names out of `depends_on`; withdraw the change that has it, if it is asked already.",
        )


def demand_known(prerequisites: Prerequisites, catalogue: Catalogue) -> None:
    """UnknownNameError for a change that nobody can ask for, so that it would be waited for in vain."""
    for one in prerequisites.named:
        if one.change is not None or is_id(one.name):
            continue
        try:
            catalogue.service(one.name.partition("@")[0])
        except UnknownNameError as error:
            raise UnknownNameError(error.message, hint=error.hint, field="depends_on") from error


def in_words(circle: Iterable[str]) -> str:
    """The circle with commits cut to what people read."""
    return " → ".join(name if is_id(name) else name[: name.index("@") + 1 + _SHOWN] for name in circle)


def is_id(name: str) -> bool:
    """Whether it names one change by its id; else it is `service@commit`."""
    return "@" not in name


def unasked(environment: str, name: str) -> str:
    """What is waited for in place of a change that nobody has asked for yet."""
    return f"{environment}/{name}"


def standing(names: tuple[str, ...], found: Mapping[str, Change]) -> tuple[PrerequisiteFacts, ...]:
    """How each of them stands, in the order in which they are named, each once."""
    return tuple(_standing(name, found.get(name)) for name in dict.fromkeys(names))


def _standing(name: str, change: Change | None) -> PrerequisiteFacts:
    if change is None:
        return PrerequisiteFacts(name=name, change=None, state=None, result=None)
    return PrerequisiteFacts(name=name, change=change.id, state=change.state, result=change.result)
