"""What goes over the wire of bypasses: how those in force stand, and what a new one would come to."""

from datetime import timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import ConfigDict, Field

from gate.application.bypasses import BypassStanding
from gate.domain.assessment import Reason, Status
from gate.domain.bypass import MOST_ADDED, AddedStep, Bypass
from gate.domain.bypass_trial import BypassTrial, Skipped
from gate.domain.decision import Outcome
from gate.domain.duration import lasting_at_most
from gate.domain.instant import rfc3339
from gate.domain.naming import Name
from gate.domain.process import MOST_NEEDS, Needs
from gate.domain.written_instant import ReckonedInstant
from gate.interfaces.step_wire import StepAnswer
from gate.interfaces.wire_base import Wire, instant

_EXAMPLE: Final[dict[str, Any]] = {
    "kind": "Bypass",
    "id": "2026-11-27-double-charge",
    "change": {"service": "payments", "environment": "production"},
    "skip": ["freeze"],
    "reason": "This bug is charging customers twice, so waiting costs what the freeze protects.",
    "ticket": "INC-2291",
    "requested_by": "maria",
    "expires": "2026-11-27T20:00:00Z",
}


_Duration = Annotated[timedelta, lasting_at_most(timedelta(days=366))]


class NeedsAsk(Needs):
    """How many approvals of which group a one-time step takes."""

    expires: _Duration | None = None


class AddedStepAsk(AddedStep):
    """A one-time step. What it needs is always a list here."""

    needs: Annotated[tuple[NeedsAsk, ...], Field(min_length=1, max_length=MOST_NEEDS)]


class BypassAsk(Bypass):
    """A bypass that is not in force, as its file says it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    # The same as in a file, where strict JSON sees to the form.
    add: Annotated[tuple[AddedStepAsk, ...], Field(max_length=MOST_ADDED)] = ()
    expires: ReckonedInstant
    review_due: _Duration = timedelta(days=5)
    author: Name | None = None
    """Who wrote the file, as far as is known: they may not grant it."""

    def bypass(self) -> Bypass:
        """The file alone."""
        return Bypass.model_validate({name: getattr(self, name) for name in Bypass.model_fields})


class BypassAnswer(Wire):
    """A bypass of the active revision, and how it stands."""

    id: str
    service: str
    environment: str
    commit: str | None
    skip: tuple[str, ...]
    reason: str
    ticket: str
    requested_by: str
    expires: str
    uses: int
    used: int
    left: int
    """How many changes may use it yet."""
    state: Literal["granted", "consumed", "expired", "refused"]
    """`granted`: a change that it names can use it now. `refused`: `reasons` say why not."""
    granted_by: str | None
    reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, standing: BypassStanding) -> Self:
        """From the domain."""
        bypass = standing.bypass
        return cls(
            id=bypass.id,
            service=bypass.change.service,
            environment=bypass.change.environment,
            commit=bypass.change.commit,
            skip=bypass.skip,
            reason=bypass.reason,
            ticket=bypass.ticket,
            requested_by=bypass.requested_by,
            expires=rfc3339(bypass.expires_ns),
            uses=bypass.uses,
            used=standing.used,
            left=standing.left,
            state=standing.state,
            granted_by=standing.grant.by if standing.grant else None,
            reasons=standing.reasons,
        )


class SkippedAnswer(Wire):
    """A step that a bypass skips: what it says all the same, and who may let it be skipped."""

    step: str
    verdict: Status | None
    """Null where it is not demanded of the change."""
    reasons: tuple[Reason, ...]
    until: str | None
    lifted_by: str | None
    """The bypass that would lift it; null where nothing has to be lifted, or it does not count."""
    group: str | None
    """Whose members may let it be skipped; null where nobody may."""
    people: tuple[str, ...]
    """Of them, who is not involved."""

    @classmethod
    def of(cls, skipped: Skipped) -> Self:
        """From the domain."""
        verdict = skipped.verdict
        return cls(
            step=skipped.step,
            verdict=verdict.status if verdict else None,
            reasons=verdict.reasons if verdict else (),
            until=instant(verdict.until_ns) if verdict else None,
            lifted_by=skipped.lifted_by,
            group=skipped.group,
            people=skipped.people,
        )


class BypassTrialAnswer(Wire):
    """What a bypass would come to, were it granted now by somebody who may. Nothing of it is recorded."""

    bypass: str
    change: str | None
    """The open change that it was judged with; null where none is known, and one was made of what the bypass says."""
    service: str
    environment: str
    commit: str | None
    revision: str
    """Of the policy by which it was judged."""
    judged_at: str
    without: Outcome
    """The outcome as long as nobody grants it."""
    outcome: Outcome
    """The outcome, were it granted now."""
    steps: tuple[StepAnswer, ...]
    skipped: tuple[SkippedAnswer, ...]
    skips_nothing: bool
    """Every step that it skips passes, or is not demanded: it would not be used up."""
    granters: tuple[str, ...]
    """Who may grant all of it alone."""
    objections: tuple[Reason, ...]
    """What speaks against it, whoever grants it."""
    forbidden: bool
    """It can never be honoured as it is written."""

    @classmethod
    def of(cls, trial: BypassTrial) -> Self:
        """From the domain."""
        request, decision = trial.change.request, trial.decision
        return cls(
            bypass=trial.bypass.id,
            change=trial.change.id if trial.is_known else None,
            service=request.service,
            environment=request.environment,
            commit=request.commit if trial.is_known else trial.bypass.change.commit,
            revision=decision.revision,
            judged_at=rfc3339(decision.at_ns),
            without=trial.without,
            outcome=decision.outcome,
            steps=tuple(StepAnswer.of(step) for step in decision.steps),
            skipped=tuple(SkippedAnswer.of(each) for each in trial.skipped),
            skips_nothing=trial.skips_nothing,
            granters=trial.granters,
            objections=trial.objections,
            forbidden=trial.forbidden,
        )
