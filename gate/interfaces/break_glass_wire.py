"""What goes over the wire about break-glass. What is answered besides is the change (`wire`)."""

from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict

from gate.application.break_glass import Broken
from gate.application.filing import GlassFiling
from gate.domain.access import Caller
from gate.domain.break_glass import GivenBreakGlass
from gate.domain.change import CommitId, Digest
from gate.domain.instant import rfc3339
from gate.domain.naming import Name
from gate.domain.proposal import bypass_proposal_of
from gate.domain.red_button import Why
from gate.interfaces.freeze_wire import ProposalAnswer
from gate.interfaces.wire import ChangeAnswer
from gate.interfaces.wire_base import Wire

_EXAMPLE: Final[dict[str, Any]] = {
    "reason": "Customers are charged twice and no release manager answers",
    "incident": "INC-2301",
}


class BreakGlassAsk(BaseModel):
    """Why a person goes around the process now, without waiting for anybody."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    reason: Why
    """On one line, in as many words as policy asks for."""
    incident: Name
    commit: CommitId | None = None
    """What they looked at; so below. If the change is of another one, nothing is broken."""
    artifact: Digest | None = None
    by: Name | None = None
    """Who breaks the glass, on a gate that is open to anybody. Elsewhere the token shows it, and this is refused."""

    def given(self, caller: Caller) -> GivenBreakGlass:
        """What whoever the caller is shown to be says. ForbiddenError, UnknownNameError."""
        said = self.model_dump(exclude={"by"})
        return GivenBreakGlass(by=caller.answering(self.by), shown_by=caller.shown_by, **said)


class BreakGlassAnswer(Wire):
    """A broken glass."""

    id: str
    by: str
    reason: str
    incident: str
    at: str
    until: str
    """Until when the change may start on it."""
    may_lift: tuple[str, ...]
    lifts: tuple[str, ...]
    """What it lifts by the decision that is told beside."""
    proposal: ProposalAnswer


class BrokenAnswer(ChangeAnswer):
    """A change for which the glass was broken, with the decision that knows it."""

    break_glass: BreakGlassAnswer

    @classmethod
    def of_broken(cls, broken: Broken, change: ChangeAnswer, filing: GlassFiling) -> Self:
        """From the domain, beside the answer about the change."""
        glass, results = broken.glass, broken.stored.decision.bypasses
        lifts = next((result.lifts for result in results if result.id == glass.id), ())
        proposal, (state, trouble) = bypass_proposal_of(glass, lifts), filing.state_of(glass)
        answer = BreakGlassAnswer(
            id=glass.id,
            by=glass.by,
            reason=glass.reason,
            incident=glass.incident,
            at=rfc3339(glass.at_ns),
            until=rfc3339(glass.expires_ns),
            may_lift=glass.lifts,
            lifts=lifts,
            proposal=ProposalAnswer(
                state=state, branch=proposal.branch, file=proposal.path, text=proposal.text, trouble=trouble
            ),
        )
        return cls(**dict(change), break_glass=answer)
