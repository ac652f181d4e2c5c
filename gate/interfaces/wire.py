"""What goes over the wire: requests and answers of the HTTP interface, shared with the CLI that calls it.

Instants are RFC 3339 text here and integers inside; the rest keeps its domain shape.
"""

import json
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from gate.application.active_policy import ActivePolicy
from gate.domain.assessment import ChangeClass, Need, Reason, Risk, Status, Verdict
from gate.domain.bypass import Bypass
from gate.domain.change import ChangeRequest, ChangeState, Result
from gate.domain.decision import BypassResult, Decision, Outcome, StepResult
from gate.domain.errors import PolicyRejectedError
from gate.domain.facts import ConflictFacts, WindowFacts
from gate.domain.instant import NANOSECOND_PER_SECOND, rfc3339
from gate.domain.judgement import StoredChange
from gate.domain.policy_set import PolicySet
from gate.domain.record import Record
from gate.ports import EngineStatus

_EXAMPLE: dict[str, JsonValue] = {
    "service": "web-shop",
    "environment": "production",
    "commit": "4f0c2f6d1f0d4c3b8a7e6d5c4b3a29181716151413121110"[:40],
    "run": "build-1842",
    "paths": ["flags/checkout.yaml"],
    "size": {"files": 1, "lines": 2},
    "evidence": [{"kind": "tests", "status": "passed"}],
    "author": "maria",
}


_FINDINGS: Final = 100
"""So many findings are told at once."""


class Wire(BaseModel):
    """An answer: what the gate says, never what it was told to believe."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class ChangeAsk(ChangeRequest):
    """What a pipeline sends to `POST /v1/changes`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    def request(self) -> ChangeRequest:
        """The change request that it asks."""
        # Validated a moment ago, as this very shape: once is enough.
        return ChangeRequest.model_construct(**dict(self))


class FinishAsk(BaseModel):
    """How a started change went."""

    model_config = ConfigDict(extra="forbid")

    result: Result


def _rfc3339(instant_ns: int | None) -> str | None:
    return None if instant_ns is None else rfc3339(instant_ns)


class StepAnswer(Wire):
    """One required step: what policy says of it, and who, what or when would change that."""

    step: str
    status: Status
    """What counts: a lifted step is satisfied."""
    verdict: Status
    """What policy said, lifted or not."""
    reasons: tuple[Reason, ...]
    until: str | None
    """For `waiting`: from when time may satisfy it. For `satisfied`: until when it is so, where approvals expire."""
    needs: tuple[Need, ...]
    lifted_by: str | None
    added_by: str | None

    @classmethod
    def of(cls, result: StepResult) -> Self:
        """From the domain."""
        verdict: Verdict = result.verdict
        return cls(
            step=result.step,
            status="satisfied" if result.lifted_by else verdict.status,
            verdict=verdict.status,
            reasons=verdict.reasons,
            until=_rfc3339(verdict.until_ns),
            needs=verdict.needs,
            lifted_by=result.lifted_by,
            added_by=result.added_by,
        )


class WindowAnswer(Wire):
    """A window that spoke."""

    name: str
    kind: Literal["freeze", "maintenance", "advisory"]
    description: str
    start: str | None
    end: str | None

    @classmethod
    def of(cls, window: WindowFacts) -> Self:
        """From the domain."""
        return cls(
            name=window.name,
            kind=window.kind,
            description=window.description,
            start=_rfc3339(window.start_ns),
            end=_rfc3339(window.end_ns),
        )


class ConflictAnswer(Wire):
    """Another change in flight that spoke."""

    change: str
    service: str
    relation: str
    resource: str
    until: str

    @classmethod
    def of(cls, conflict: ConflictFacts) -> Self:
        """From the domain."""
        return cls(
            change=conflict.change,
            service=conflict.service,
            relation=conflict.relation,
            resource=conflict.resource,
            until=rfc3339(conflict.until_ns),
        )


class DecisionAnswer(Wire):
    """A decision, whole."""

    id: str
    outcome: Outcome
    change_class: ChangeClass = Field(alias="class")
    lane: str | None
    risk: Risk
    steps: tuple[StepAnswer, ...]
    bypasses: tuple[BypassResult, ...]
    windows: tuple[WindowAnswer, ...]
    conflicts: tuple[ConflictAnswer, ...]
    decided_at: str
    passes_at: str | None
    """For `waiting`: the earliest instant at which time alone may let it pass; null if nobody knows."""
    valid_until: str | None
    """For `approved`: until when the change may start on this answer."""
    revision: str
    """The commit of the policy repository that it was judged at."""
    record: str
    """The record by which the ledger proves it."""

    @classmethod
    def of(cls, decision: Decision, record_id: str) -> Self:
        """From the domain."""
        return cls(
            id=decision.id,
            outcome=decision.outcome,
            change_class=decision.change_class,
            lane=decision.lane,
            risk=decision.risk,
            steps=tuple(StepAnswer.of(step) for step in decision.steps),
            bypasses=decision.bypasses,
            windows=tuple(WindowAnswer.of(window) for window in decision.windows),
            conflicts=tuple(ConflictAnswer.of(conflict) for conflict in decision.conflicts),
            decided_at=rfc3339(decision.at_ns),
            passes_at=_rfc3339(decision.passes_at_ns),
            valid_until=_rfc3339(decision.valid_until_ns),
            revision=decision.revision,
            record=record_id,
        )


class ChangeAnswer(Wire):
    """A change, where it stands, and the latest decision about it."""

    id: str
    service: str
    environment: str
    commit: str
    artifact: str | None = None
    author: str | None = None
    state: ChangeState
    result: Result | None
    requester: str
    asked_at: str
    started_at: str | None
    ended_at: str | None
    decision: DecisionAnswer
    policy_age_seconds: int | None
    """How long ago the policy repository last confirmed the active revision; null if never."""
    links: dict[str, str]

    @classmethod
    def of(cls, stored: StoredChange, active: ActivePolicy, now_ns: int) -> Self:
        """From the domain."""
        change = stored.change
        return cls(
            id=change.id,
            service=change.request.service,
            environment=change.request.environment,
            commit=change.request.commit,
            artifact=change.request.artifact,
            author=change.request.author,
            state=change.state,
            result=change.result,
            requester=change.requester,
            asked_at=rfc3339(change.asked_at_ns),
            started_at=_rfc3339(change.started_at_ns),
            ended_at=_rfc3339(change.ended_at_ns),
            decision=DecisionAnswer.of(stored.decision, stored.record_id),
            policy_age_seconds=policy_age_seconds(active, now_ns),
            links={"self": f"/v1/changes/{change.id}", "decision": f"/v1/decisions/{stored.decision.id}"},
        )


def policy_age_seconds(active: ActivePolicy, now_ns: int) -> int | None:
    """Whole seconds since the repository last answered."""
    if active.confirmed_at_ns is None:
        return None
    return max(0, now_ns - active.confirmed_at_ns) // NANOSECOND_PER_SECOND


class RecordAnswer(Wire):
    """One thing that happened to a change."""

    id: str
    kind: str
    at: str
    by: str = ""
    """Who did it; empty for what the gate does by itself."""
    step: str = ""
    """For people's answers: the step, and what they said."""
    comment: str = ""

    @classmethod
    def of(cls, record: Record) -> Self:
        """From the domain."""
        said = json.loads(record.body)
        told = {name: said.get(name, "") for name in ("by", "step", "comment")}
        return cls(id=record.id, kind=record.kind, at=rfc3339(record.at_ns), **told)


class RecordedDecisionAnswer(Wire):
    """A decision with everything that it rests on: facts and revision are enough to derive it again."""

    decision: DecisionAnswer
    facts: dict[str, Any]
    assessment: dict[str, Any]
    history: tuple[RecordAnswer, ...]


class FindingAnswer(Wire):
    """Why a revision was rejected."""

    message: str
    path: str
    line: int
    field: str
    hint: str

    @classmethod
    def of_rejection(cls, rejected: PolicyRejectedError) -> tuple[Self, ...]:
        """From the domain: the first hundred."""
        told = rejected.findings[:_FINDINGS]
        return tuple(cls.model_validate(finding.model_dump(exclude={"severity"})) for finding in told)


class PolicyAnswer(Wire):
    """Which revision decisions are judged at, and how fresh it is."""

    revision: str
    committed_at: str
    confirmed_at: str | None
    age_seconds: int | None
    stale: bool
    trouble: str
    """Why the repository could not be asked last time; empty if it could."""
    rejected_revision: str | None
    findings: tuple[FindingAnswer, ...]
    documents: int
    services: int
    windows: int
    lanes: int
    bypasses: int
    engine: str
    engine_version: str

    @classmethod
    def of(cls, policy: PolicySet, active: ActivePolicy, engine: EngineStatus, now_ns: int) -> Self:
        """From the domain."""
        rejected = active.rejected
        return cls(
            revision=policy.revision,
            committed_at=rfc3339(policy.committed_at_ns),
            confirmed_at=_rfc3339(active.confirmed_at_ns),
            age_seconds=policy_age_seconds(active, now_ns),
            stale=active.is_stale(now_ns),
            trouble=active.trouble,
            rejected_revision=rejected.revision if rejected else None,
            findings=FindingAnswer.of_rejection(rejected) if rejected else (),
            documents=policy.documents,
            services=len(policy.catalogue.services),
            windows=len(policy.calendar.windows),
            lanes=len(policy.lanes),
            bypasses=len(policy.bypasses),
            engine=engine.kind,
            engine_version=engine.version,
        )


class BypassAnswer(Wire):
    """A bypass of the active revision."""

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

    @classmethod
    def of(cls, bypass: Bypass) -> Self:
        """From the domain."""
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
        )


class HealthAnswer(Wire):
    """Whether the process lives."""

    status: Literal["alive"] = "alive"
    version: str


class ReadyAnswer(Wire):
    """Whether decisions can be made: policy loaded, engine at that revision, store writable."""

    ready: bool
    revision: str | None
    engine_revision: str | None
    reasons: tuple[str, ...]


class LookingAnswer(Wire):
    """The hint was heard."""

    status: Literal["looking"] = "looking"


class Mistake(Wire):
    """What is wrong with one field of a request; with the request as a whole, where no field is named."""

    field: str
    message: str


class Problem(Wire):
    """RFC 9457: what went wrong, where, and what to do next."""

    type: str
    title: str
    status: int
    detail: str
    hint: str = ""
    field: str = ""
    errors: tuple[Mistake, ...] = ()
    """For a request that is not valid: each of its mistakes."""
    findings: tuple[FindingAnswer, ...] = ()
    """For a policy revision that is rejected: why."""
    change: ChangeAnswer | None = None
    """For a change that may not start: the change, judged once more."""
