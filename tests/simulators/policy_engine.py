"""A policy engine in memory. What a bundle *means* is given as Python; how an engine behaves is the port's promise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from pydantic import ValidationError

from gate.domain.assessment import Assessment
from gate.domain.bundle import Bundle
from gate.domain.errors import AssessmentError, EngineBehindError, GateError
from gate.domain.facts import Facts
from gate.domain.finding import Finding
from gate.ports import EngineStatus, RegoTest

Answer = Callable[[Mapping[str, Any]], object]
"""Facts as JSON → what `data.gate.assessment` would be; None where it would be undefined. May raise a GateError."""


@dataclass(frozen=True, slots=True)
class SimulatedPolicy:
    """What OPA would say of a bundle."""

    answer: Answer = lambda _facts: None
    findings: Sequence[Finding] = ()
    tests: Sequence[RegoTest] = ()


class PolicyEngineSimulator:
    """Implements `gate.ports.PolicyEngine`. While `fault` is set, every question fails with it."""

    def __init__(self, meaning: Callable[[Bundle], SimulatedPolicy]) -> None:
        self._meaning = meaning
        self._prepared: dict[str, SimulatedPolicy] = {}
        self._active: str | None = None
        self.fault: GateError | None = None
        self.asked: list[Facts] = []

    @classmethod
    def answering(cls, answer: Answer) -> Self:
        """Every revision compiles, and answers like this."""
        return cls(lambda _bundle: SimulatedPolicy(answer))

    async def prepare(self, bundle: Bundle) -> Sequence[Finding]:
        policy = self._meaning(bundle)
        if not policy.findings:
            self._prepared[bundle.revision] = policy
        return tuple(policy.findings)

    async def run_tests(self, revision: str) -> Sequence[RegoTest]:
        return tuple(self._require(revision).tests)

    async def activate(self, revision: str) -> None:
        self._prepared = {revision: self._require(revision)}
        self._active = revision

    async def discard(self, revision: str) -> None:
        if revision == self._active:
            raise RuntimeError(f"revision {revision} is active")
        self._prepared.pop(revision, None)

    async def assess(self, facts: Facts) -> Assessment:
        self.asked.append(facts)
        if self.fault is not None:
            raise self.fault
        answer = self._require(facts.revision).answer(facts.model_dump(mode="json", by_alias=True))
        if isinstance(answer, dict) and answer.get("revision", facts.revision) != facts.revision:
            raise EngineBehindError(f"judged at {answer['revision']}, not at {facts.revision}")
        try:
            return Assessment.model_validate(answer)
        except ValidationError as cause:
            raise AssessmentError("not an assessment") from cause

    def status(self) -> EngineStatus:
        return EngineStatus("simulator", "0", self._active)

    async def close(self) -> None:
        self._prepared.clear()
        self._active = None

    def _require(self, revision: str) -> SimulatedPolicy:
        try:
            return self._prepared[revision]
        except KeyError:
            raise EngineBehindError(f"revision {revision} is not prepared") from None
