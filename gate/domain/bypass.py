"""A bypass: which steps one change may skip, which one-time steps it takes instead, until when, and why."""

from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from gate.domain.assessment import StepId
from gate.domain.catalogue import Positive
from gate.domain.change import CommitId
from gate.domain.instant import to_ns
from gate.domain.model import Model
from gate.domain.naming import Name
from gate.domain.process import SeveralNeeds
from gate.domain.proof import Shown
from gate.domain.written_instant import WrittenInstant

NEVER_LIFTED: frozenset[str] = frozenset({"segregation_of_duties"})
"""Steps that no policy can make bypassable: whoever asks may not be the one who approves."""

MOST_SKIPPED: Final = 100
MOST_ADDED: Final = 20
"""One-time steps of one bypass. How long judging takes depends on how many there are, and anybody may try one out."""


def _liftable(step: str) -> str:
    if step in NEVER_LIFTED:
        msg = f"{step} is never lifted; take it out of `skip`"
        raise ValueError(msg)
    return step


class BypassTarget(Model):
    """The change that a bypass is for. Globs are refused: a bypass is for one case."""

    service: Name
    environment: Name
    commit: CommitId | None = None


class AddedStep(Model):
    """A one-time step, invented for this change instead of what is skipped."""

    step: StepId
    needs: SeveralNeeds
    description: str = ""


class Bypass(Model):
    """One file of `bypasses/`, merged: a grant."""

    kind: Literal["Bypass"]
    id: Name
    change: BypassTarget
    skip: Annotated[
        tuple[Annotated[StepId, AfterValidator(_liftable)], ...], Field(min_length=1, max_length=MOST_SKIPPED)
    ]
    add: Annotated[tuple[AddedStep, ...], Field(max_length=MOST_ADDED)] = ()
    reason: Annotated[str, Field(min_length=1, max_length=4000)]
    ticket: Annotated[str, Field(min_length=1, max_length=200)]
    requested_by: Name
    expires: WrittenInstant
    uses: Annotated[int, Field(ge=1, le=100)] = 1
    review_due: Positive = timedelta(days=5)

    @property
    def expires_ns(self) -> int:
        """The instant from which it is worth nothing."""
        return to_ns(self.expires)

    def is_for(self, service: str, environment: str, commit: str) -> bool:
        """Whether it names this change."""
        target = self.change
        return (
            target.service == service
            and target.environment == environment
            and (target.commit is None or target.commit == commit)
        )


class Origin(Model):
    """The commit on the branch that brought a file's present content, and who made it."""

    commit: str
    author: str
    """E-mail address of the author, as the commit states it."""
    committer: str
    """E-mail address of the committer: on bare git, whoever merged."""
    at_ns: int
    parents: int
    shown: dict[Literal["forge", "signature"], Shown] = Field(default_factory=dict)
    """What was looked into because policy accepts it. Who committed, the commit itself says."""
