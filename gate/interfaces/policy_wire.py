"""What goes over the wire of policy, and of the gate itself. Changes and decisions are in `wire`."""

from typing import Final, Literal, Self

from gate.application.active_policy import ActivePolicy
from gate.domain.errors import PolicyRejectedError
from gate.domain.instant import rfc3339
from gate.domain.policy_set import PolicySet
from gate.interfaces.wire import policy_age_seconds
from gate.interfaces.wire_base import Wire, instant
from gate.ports import EngineStatus

_FINDINGS: Final = 100
"""So many findings are told at once."""


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
            confirmed_at=instant(active.confirmed_at_ns),
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
