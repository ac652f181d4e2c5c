"""Whom `gate serve --demo` lets anybody be: three of the default pack, who can review for each other."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gate.application.gate import Gate
from gate.domain.errors import ForbiddenError

NAMES: Final = ("maria", "mei", "ruth")
"""Two who own payments, so that one can review what the other made; and one who looks after the calendar."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Extra:
    """Somebody to choose."""

    name: str
    groups: tuple[str, ...]


def extras(gate: Gate) -> Sequence[Extra]:
    """Those whom the policy in force knows, with their groups."""
    if gate.active.policy is None:
        return ()
    groups = gate.active.policy.catalogue.groups.values()
    found = [Extra(name, tuple(group.name for group in groups if name in group.members)) for name in NAMES]
    return [one for one in found if one.groups]


def chosen(gate: Gate, name: str) -> str:
    """Whom somebody chose to be. ForbiddenError if it is nobody to choose."""
    if name not in {one.name for one in extras(gate)}:
        raise ForbiddenError("there is nobody of this name to choose", hint="Choose one of the names on the page.")
    logger.info("somebody chose to be %s, in a demonstration", name)
    return name
