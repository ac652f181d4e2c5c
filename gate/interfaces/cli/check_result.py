"""What `gate check` came to: one value, of which text, JSON, GitHub and JUnit are renderings, with its exit status."""

from dataclasses import dataclass

from gate.domain.errors import GateError
from gate.interfaces.cli.exit_status import OF_OUTCOME, ExitStatus, of_error
from gate.interfaces.wire import ChangeAnswer


@dataclass(frozen=True, slots=True)
class Answered:
    """The gate answered, whatever the outcome."""

    change: ChangeAnswer
    body: str
    """The answer as it came, with whatever a newer gate says besides."""
    url: str
    """The gate's."""

    @property
    def exit_status(self) -> ExitStatus:
        """By outcome alone, but for a change that runs and is to stop."""
        if self.change.state == "started" and self.change.stop_requested:
            return ExitStatus.STOP
        return OF_OUTCOME[self.change.decision.outcome]

    @property
    def place(self) -> str:
        """Where the change can be looked at."""
        return f"{self.url}/v1/changes/{self.change.id}"


@dataclass(frozen=True, slots=True)
class Unanswered:
    """There was no answer, so nothing is approved."""

    error: GateError

    @property
    def exit_status(self) -> ExitStatus:
        """A usage error where the caller can mend it."""
        return of_error(self.error)


CheckResult = Answered | Unanswered
