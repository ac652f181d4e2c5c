"""What goes over the wire of changes and decisions: requests and answers, shared with the CLI that calls the gate.

What is said of a step is in `step_wire`, what is on record in `record_wire`, policy in `policy_wire`, the calendar in
`calendar_wire`, freezes in `freeze_wire`, problems in `problem_wire`.

Instants are RFC 3339 text here and integers inside; the rest keeps its domain shape.
"""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from gate.application.active_policy import ActivePolicy
from gate.domain.assessment import ChangeClass, Risk
from gate.domain.change import ChangeRequest, ChangeState, Result, StopRequest
from gate.domain.decision import BypassResult, Decision, Outcome
from gate.domain.facts import ConflictFacts, WindowFacts, WindowKind
from gate.domain.instant import MICROSECOND, NANOSECOND_PER_SECOND, rfc3339
from gate.domain.judgement import StoredChange
from gate.domain.slots import Slot
from gate.interfaces.step_wire import StepAnswer
from gate.interfaces.wire_base import Wire, instant

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


class PlanAsk(BaseModel):
    """When an open change is to start instead."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"planned_start": "2026-11-28T02:00:00Z"}]}
    )

    planned_start: AwareDatetime | None
    """At most 90 days ahead, such as the `start` of one of its `next_slots`; null: as soon as it may."""


class WindowAnswer(Wire):
    """A window that spoke."""

    name: str
    kind: WindowKind
    description: str
    start: str | None
    end: str | None
    incident: str | None = None
    """For a freeze: the incident that it is for."""
    pressed_by: str | None = None
    """For a freeze that was pressed rather than committed: who did."""

    @classmethod
    def of(cls, window: WindowFacts) -> Self:
        """From the domain."""
        return cls(
            name=window.name,
            kind=window.kind,
            description=window.description,
            start=instant(window.start_ns),
            end=instant(window.end_ns),
            incident=window.incident,
            pressed_by=window.pressed_by,
        )


class ConflictAnswer(Wire):
    """Another change, in flight or in line, that spoke."""

    change: str
    service: str
    environment: str
    relation: str
    resource: str
    state: Literal["queued", "approved", "started"]
    since: str | None
    """From when on it takes, or is planned to take, time that this one would take as well."""
    until: str | None
    """When it is out of the way if nothing is heard of it; null for one that is in line itself."""

    @classmethod
    def of(cls, conflict: ConflictFacts) -> Self:
        """From the domain."""
        return cls(
            change=conflict.change,
            service=conflict.service,
            environment=conflict.environment,
            relation=conflict.relation,
            resource=conflict.resource,
            state=conflict.state,
            since=instant(conflict.since_ns),
            until=instant(conflict.until_ns),
        )


class SlotAnswer(Wire):
    """A span in which windows and other changes would let it pass. Advice: the decision about it alone decides."""

    start: str
    end: str
    start_by: str | None
    """It could start at any later instant up to and with this one; null: as far as was looked."""

    @classmethod
    def of(cls, slot: Slot) -> Self:
        """From the domain, to the second, as people start changes, unless the slot is too narrow for that."""
        start_ns = _told_start(slot)
        end_ns, start_by_ns = slot.end_ns + start_ns - slot.start_ns, slot.start_by_ns
        if start_by_ns is not None:
            start_by_ns = max(start_ns, start_by_ns - start_by_ns % NANOSECOND_PER_SECOND)
        return cls(start=rfc3339(start_ns), end=rfc3339(end_ns), start_by=instant(start_by_ns))


def _told_start(slot: Slot) -> int:
    """Not before the slot: whoever plans for it is not told that a fraction of a second is somebody else's."""
    # What is planned is read to the microsecond.
    for unit_ns in (NANOSECOND_PER_SECOND, MICROSECOND):
        start_ns = slot.start_ns + -slot.start_ns % unit_ns
        if slot.start_by_ns is None or start_ns <= slot.start_by_ns:
            return start_ns
    return slot.start_ns


class DecisionAnswer(Wire):
    """A decision, whole."""

    id: str
    outcome: Outcome
    change_class: ChangeClass = Field(alias="class")
    lane: str | None
    risk: Risk
    steps: tuple[StepAnswer, ...]
    bypasses: tuple[BypassResult, ...]
    """Bypasses that name the change and glasses that were broken for it. One that is honoured and lifts nothing is not
    used up."""
    windows: tuple[WindowAnswer, ...]
    conflicts: tuple[ConflictAnswer, ...]
    decided_at: str
    starts_at: str | None
    """When it would start: when it was decided, or when it is planned."""
    passes_at: str | None
    """For `waiting`: the earliest instant at which time alone may let it pass; null if nobody knows."""
    place: int | None
    """For `waiting`, where nothing but other changes is in the way: its place in line, 1 for the next."""
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
            steps=tuple(StepAnswer.of(step, decision.bypasses) for step in decision.steps),
            bypasses=decision.bypasses,
            windows=tuple(WindowAnswer.of(window) for window in decision.windows),
            conflicts=tuple(ConflictAnswer.of(conflict) for conflict in decision.conflicts),
            decided_at=rfc3339(decision.at_ns),
            starts_at=instant(decision.starts_at_ns),
            passes_at=instant(decision.passes_at_ns),
            place=decision.place,
            valid_until=instant(decision.valid_until_ns),
            revision=decision.revision,
            record=record_id,
        )


class StopAnswer(Wire):
    """A change that runs was told to stop."""

    at: str
    reason: str
    window: str
    """The window that closed on it."""

    @classmethod
    def of(cls, stop: StopRequest) -> Self:
        """From the domain."""
        return cls(at=rfc3339(stop.at_ns), reason=stop.reason, window=stop.window)


class ChangeAnswer(Wire):
    """A change, where it stands, and the latest decision about it."""

    id: str
    service: str
    environment: str
    commit: str
    artifact: str | None = None
    author: str | None = None
    diff_url: str = ""
    state: ChangeState
    result: Result | None
    requester: str
    asked_at: str
    planned_start: str | None
    started_at: str | None
    ended_at: str | None
    stop_requested: StopAnswer | None = None
    """Not null once a running change is told to stop: undo or end the deployment, then say how it went (`finish`)."""
    decision: DecisionAnswer
    next_slots: tuple[SlotAnswer, ...] = ()
    """Where closed time or another change stands in the way: the next times at which neither would, as of now."""
    policy_age_seconds: int | None
    """How long ago the policy repository last confirmed the active revision; null if never."""
    links: dict[str, str]

    @classmethod
    def of(cls, stored: StoredChange, active: ActivePolicy, now_ns: int, offered: Iterable[Slot] = ()) -> Self:
        """From the domain."""
        change = stored.change
        return cls(
            id=change.id,
            service=change.request.service,
            environment=change.request.environment,
            commit=change.request.commit,
            artifact=change.request.artifact,
            author=change.request.author,
            diff_url=change.request.diff_url,
            state=change.state,
            result=change.result,
            requester=change.requester,
            asked_at=rfc3339(change.asked_at_ns),
            planned_start=instant(change.planned_start_ns),
            started_at=instant(change.started_at_ns),
            ended_at=instant(change.ended_at_ns),
            stop_requested=None if change.stop is None else StopAnswer.of(change.stop),
            decision=DecisionAnswer.of(stored.decision, stored.record_id),
            next_slots=tuple(SlotAnswer.of(slot) for slot in offered),
            policy_age_seconds=policy_age_seconds(active, now_ns),
            links={"self": f"/v1/changes/{change.id}", "decision": f"/v1/decisions/{stored.decision.id}"},
        )


def policy_age_seconds(active: ActivePolicy, now_ns: int) -> int | None:
    """Whole seconds since the repository last answered."""
    if active.confirmed_at_ns is None:
        return None
    return max(0, now_ns - active.confirmed_at_ns) // NANOSECOND_PER_SECOND
