"""Whose turn it is among the changes that exclude each other. Which of them do, policy says; the order is the gate's.

The order is total and the same for every gate and every resource: the priority of the change's class, then since when
it has been in line, then its id. Whoever waits, waits only for those before it, so that no two wait for each other; and
nobody who comes later goes before, so that everybody's turn comes (see docs/adr/0009).
"""

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from gate.domain.assessment import ChangeClass, StepId
from gate.domain.facts import ConflictFacts
from gate.domain.model import Model

CONFLICT: Final[StepId] = "conflict"
"""The step whose changes take turns."""
PRIORITY: Final[dict[ChangeClass, int]] = {"emergency": 0, "normal": 1, "standard": 1}
"""Lower goes first."""
MOST_TOLD: Final = 100
"""So many of those in line are told to one that asks, the first ones."""


class Turn(NamedTuple):
    """Where in the order a change stands. Compares as the order does."""

    priority: int
    in_line_since_ns: int
    change: str


def turn_of(change_class: ChangeClass, in_line_since_ns: int, change: str) -> Turn:
    """The turn of a change of this class."""
    return Turn(PRIORITY[change_class], in_line_since_ns, change)


class Place(Model):
    """A change that waits its turn: what it waits for, and where in the order it stands."""

    change: str
    environment: str
    service: str
    resources: tuple[str, ...]
    """What it will hold."""
    change_class: ChangeClass
    in_line_since_ns: int
    start_ns: int
    """When it was planned to start or, where it was not planned, when it was asked for; and until when it would run:"""
    until_ns: int

    @property
    def turn(self) -> Turn:
        """Where in the order it stands."""
        return turn_of(self.change_class, self.in_line_since_ns, self.change)

    def claims(self, start_ns: int, end_ns: int, at_ns: int) -> bool:
        """Whether it has a claim, at an instant, on any of `[start_ns, end_ns)`.

        One that is planned for later claims the time that it is planned for. One whose time has come claims all time
        from now on: a change that reserves the time after it must not keep it waiting for longer.
        """
        return self.start_ns <= at_ns or (self.start_ns < end_ns and start_ns < self.until_ns)


def waits_its_turn(standing_in_the_way: Collection[StepId]) -> bool:
    """Whether a change whose turn it was would go: only who could go is in line, or others would wait in vain."""
    return set(standing_in_the_way) == {CONFLICT}


def number_in_line(conflicts: Iterable[ConflictFacts], turn: Turn) -> int:
    """1 for the one whose turn is next. Beyond `MOST_TOLD` it is at least that."""
    return 1 + len({one.change for one in conflicts if is_ahead(one, turn)})


def is_ahead(conflict: ConflictFacts, turn: Turn) -> bool:
    """Whether the other change is in line, before this turn."""
    if conflict.change_class is None or conflict.in_line_since_ns is None:
        return False
    return turn_of(conflict.change_class, conflict.in_line_since_ns, conflict.change) < turn
