"""The meter of a gate that nobody measures."""

from contextlib import AbstractContextManager, nullcontext

from gate.domain.decision import Decision
from gate.ports import Stage


class Unmetered:
    """`gate.ports.Meter` that keeps nothing."""

    def stage(self, name: Stage) -> AbstractContextManager[None]:  # noqa: ARG002 -- the port's shape
        """Nothing is timed."""
        return nullcontext()

    def decided(self, decision: Decision, environment: str) -> None:
        """Nothing is counted."""

    def revision_rejected(self) -> None:
        """Nothing is counted."""

    def freezes_holding(self, number: int | None) -> None:
        """Nothing is shown."""
