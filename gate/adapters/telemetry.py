"""What is counted and timed, for Prometheus. Labels are what policy names: never a caller, a commit or a change."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from gate.domain.decision import Decision
from gate.ports import EngineStatus, Stage

_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class PrometheusMeter:
    """`gate.ports.Meter` with a registry of its own, so that two gates in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._stages = Histogram(
            "gate_stage_seconds", "Time in each stage of the path.", ["stage"], buckets=_SECONDS, registry=self.registry
        )
        self._stage = {name: self._stages.labels(name) for name in get_args(Stage)}
        self._decisions = Counter(
            "gate_decisions", "Decisions recorded.", ["outcome", "change_class", "environment"], registry=self.registry
        )
        self._rejected = Counter(
            "gate_policy_revisions_rejected", "Policy revisions that were rejected.", registry=self.registry
        )
        self._freezes = Gauge(
            "gate_freezes_holding", "Pressed freezes that hold; NaN while nobody knows.", registry=self.registry
        )
        self.freezes_holding(None)  # no gate is shown as free of them before somebody has looked

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Time a stage, however it ends."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self._stage[name].observe(time.perf_counter() - begun)

    def decided(self, decision: Decision, environment: str) -> None:
        """Count a decision that is on record."""
        self._decisions.labels(decision.outcome, decision.change_class, environment).inc()

    def revision_rejected(self) -> None:
        """Count a rejected revision."""
        self._rejected.inc()

    def freezes_holding(self, number: int | None) -> None:
        """Show how many pressed freezes hold now; None: nobody knows."""
        self._freezes.set(math.nan if number is None else number)

    def watch(self, policy_age_seconds: Callable[[], float], engine: Callable[[], EngineStatus]) -> None:
        """What is read when somebody looks, rather than counted when it happens."""
        age = Gauge(
            "gate_policy_age_seconds",
            "Seconds since the policy repository confirmed the active revision; -1 if it never did.",
            registry=self.registry,
        )
        age.set_function(policy_age_seconds)
        restarts = Gauge("gate_engine_restarts", "Times the policy engine was started anew.", registry=self.registry)
        restarts.set_function(lambda: engine().restarts)

    def exposition(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)
