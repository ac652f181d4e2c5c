"""What a conversion between calendars made, and what it could not say: nothing is dropped in silence."""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from gate.domain.finding import Finding

MAX_FILE_BYTES: Final = 1024 * 1024
"""A foreign calendar that is larger is not read."""
MAX_WINDOWS: Final = 1000
"""As many documents as a policy file may hold."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Conversion(Generic[T]):
    """What was made, with a finding for everything that is otherwise than in the original.

    A finding of severity `error` is a loss: a change might be judged otherwise than the original says. A `warning` is
    something to know: a reading that was chosen, or a part without a bearing on when what is closed.
    """

    made: T
    findings: tuple[Finding, ...] = ()

    @property
    def lost(self) -> tuple[Finding, ...]:
        """What could not be expressed."""
        return tuple(finding for finding in self.findings if finding.severity == "error")


@dataclass(frozen=True, slots=True)
class Source:
    """A place in the calendar that is converted, for findings to point at."""

    path: str
    line: int = 0
    field: str = ""

    def lost(self, message: str, hint: str = "") -> Finding:
        """Something here cannot be expressed."""
        return Finding(message=message, path=self.path, line=self.line, field=self.field, hint=hint)

    def noted(self, message: str, hint: str = "") -> Finding:
        """Something here is to be known."""
        return self.lost(message, hint).model_copy(update={"severity": "warning"})

    def at(self, field: str) -> "Source":
        """A field at this place."""
        return Source(self.path, self.line, f"{self.field}.{field}" if self.field else field)


class InexpressibleError(Exception):
    """One window has no exact counterpart. Never leaves this package: whoever converts makes a finding of it."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
