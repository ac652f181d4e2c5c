"""What goes over the wire about pressed freezes. The rest is in `wire`."""

from typing import Self

from pydantic import BaseModel, ConfigDict, JsonValue

from gate.application.filing import Filing
from gate.domain.calendar import Overrun
from gate.domain.instant import rfc3339, to_ns
from gate.domain.naming import Name
from gate.domain.proposal import ProposalState, proposal_of
from gate.domain.red_button import FreezeRequest, FreezeScope, FreezeState, PressedFreeze, Why
from gate.domain.scope import Scope
from gate.domain.written_instant import ReckonedInstant
from gate.interfaces.wire_base import Wire

_EXAMPLE: dict[str, JsonValue] = {
    "scope": {"environments": ["production"], "services": ["payments"]},
    "reason": "Card payments are charged twice",
    "incident": "INC-2301",
}


class FreezeAsk(BaseModel):
    """What is frozen from now on, and why."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    scope: FreezeScope
    """As in a window of the calendar; `{}` is everything."""
    reason: Why
    """In three words or more, on one line."""
    incident: Name | None = None
    """What repairs it may be let through; `red_button` of process.yaml says whether."""
    overrun: Overrun = "finish"
    """What a change that runs already does: finish, or be told to stop."""
    until: ReckonedInstant | None = None
    """When the freeze ends by itself; when somebody thaws it, where nothing is said."""

    def request(self) -> FreezeRequest:
        """What it asks for."""
        return FreezeRequest(
            scope=self.scope,
            reason=self.reason,
            incident=self.incident,
            overrun=self.overrun,
            until_ns=None if self.until is None else to_ns(self.until),
        )


class ThawAsk(BaseModel):
    """Why a freeze is let go of."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "The fix is out and holds"}]})

    reason: Why
    """In three words or more, on one line."""


class ProposalAnswer(Wire):
    """The pull request that makes a pressed freeze, or a broken glass, a file of the policy repository."""

    state: ProposalState
    branch: str
    file: str
    """The way to it from the folder of the policies."""
    text: str
    """What is in it."""
    trouble: str
    """Why it could not be filed last time; it is tried again."""


class FreezeAnswer(Wire):
    """A pressed freeze, and how it stands."""

    id: str
    state: FreezeState
    scope: Scope
    reason: str
    incident: str | None
    overrun: Overrun
    pressed_by: str
    pressed_at: str
    until: str | None
    thawed_by: str | None
    thawed_at: str | None
    thaw_reason: str | None
    proposal: ProposalAnswer
    links: dict[str, str]

    @classmethod
    def of(cls, freeze: PressedFreeze, filing: Filing, now_ns: int) -> Self:
        """From the domain."""
        proposal, thaw = proposal_of(freeze), freeze.thaw
        state, trouble = filing.state_of(freeze)
        return cls(
            id=freeze.id,
            state=freeze.state_at(now_ns),
            scope=freeze.scope,
            reason=freeze.reason,
            incident=freeze.incident,
            overrun=freeze.overrun,
            pressed_by=freeze.pressed_by,
            pressed_at=rfc3339(freeze.pressed_at_ns),
            until=None if freeze.until_ns is None else rfc3339(freeze.until_ns),
            thawed_by=thaw.by if thaw else None,
            thawed_at=rfc3339(thaw.at_ns) if thaw else None,
            thaw_reason=thaw.reason if thaw else None,
            proposal=ProposalAnswer(
                state=state, branch=proposal.branch, file=proposal.path, text=proposal.text, trouble=trouble
            ),
            links={"self": f"/v1/freezes/{freeze.id}"},
        )
