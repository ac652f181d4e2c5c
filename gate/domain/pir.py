"""A post-implementation review (PIR): what a change owes that went around the process, and what came of it.

That overdue ones close the way around for their team is for policy to say (`rego/bypass.rego`).
"""

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from gate.domain.change import Change
from gate.domain.facts import Facts
from gate.domain.model import Model
from gate.domain.review import SAYS_SOMETHING

Wrong = Literal["process_wrong", "bypass_wrong", "neither"]
"""What ought to have been otherwise: the process does not fit, the bypass ought not to have been, or nothing."""

Happened = Annotated[str, StringConstraints(pattern=SAYS_SOMETHING, max_length=4000)]
FollowUp = Annotated[str, StringConstraints(pattern=SAYS_SOMETHING, max_length=500)]


class PirFindings(Model):
    """What somebody writes who looked at what came of it."""

    happened: Happened
    wrong: Wrong
    follow_ups: Annotated[tuple[FollowUp, ...], Field(max_length=20)] = ()


class WrittenPir(PirFindings):
    """The same on record. It is never changed."""

    by: str
    at_ns: int


class Pir(Model):
    """What one change owes, and whether it was written."""

    change: str
    service: str
    environment: str
    team: str
    """The owners of the service when the change started."""
    bypasses: Annotated[tuple[str, ...], Field(min_length=1)]
    """What it used: bypasses, and glasses that were broken for it."""
    broken: int = 0
    """How many of these are glasses."""
    owed_since_ns: int
    due_ns: int
    """From this instant on it is overdue."""
    written: WrittenPir | None = None

    def is_overdue(self, at_ns: int) -> bool:
        """Whether it ought to have been written by then."""
        return self.written is None and self.due_ns <= at_ns


def owed_by(change: Change, facts: Facts, uses: Collection[str]) -> Pir | None:
    """What a change owes that starts on these bypasses; None where it uses none. The soonest date of all holds.

    Whoever broke the glass looks back in any case: an alarm that turned out to be needless is one to learn from, too.
    """
    used = [bypass for bypass in facts.bypasses if bypass.id in uses or bypass.break_glass is not None]
    if not used:
        return None
    return Pir(
        change=change.id,
        service=facts.service.name,
        environment=facts.environment.name,
        team=facts.service.owners,
        bypasses=tuple(bypass.id for bypass in used),
        broken=sum(bypass.break_glass is not None for bypass in used),
        owed_since_ns=facts.at_ns,
        due_ns=facts.at_ns + min(bypass.review_within_ns for bypass in used),
    )
