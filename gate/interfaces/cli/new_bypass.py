"""A bypass that a policy brings, with what it would come to: what speaks against it, as findings on its lines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from gate.domain.bypass import Bypass
from gate.domain.bypass_trial import CURED_ELSEWHERE, NOBODY_ENTITLED
from gate.domain.document import Document, Place
from gate.domain.finding import Finding
from gate.interfaces.bypass_wire import BypassTrialAnswer

_USED_UP: Final = "used_up"
_SPOKEN_OF: Final[Mapping[str, Place]] = {
    "never_lifted": ("skip",),
    NOBODY_ENTITLED: ("skip",),
    "step_name_taken": ("add",),
    "expired": ("expires",),
    "too_long": ("expires",),
    "too_long_without_commit": ("expires",),
    _USED_UP: ("uses",),
    "too_many_uses": ("uses",),
    "reason_too_short": ("reason",),
}
"""What is said against a bypass → the field that it shows in."""


@dataclass(frozen=True, slots=True)
class NewBypass:
    """A bypass, where it is written, and how it was tried."""

    bypass: Bypass
    document: Document
    alone: BypassTrialAnswer
    """By the policy that brings it, on what it says itself: what forbids it there, forbids it."""
    trials: tuple[BypassTrialAnswer, ...]
    """One for each change that it was tried on."""
    source: str
    """In words: what it was tried on."""

    def findings(self) -> Iterator[Finding]:
        """What speaks against it, whoever grants it: errors where it can never be honoured, else warnings."""
        said = {reason.code: reason.message for reason in self.alone.objections}
        never = {code for code in said if code not in CURED_ELSEWHERE}
        for trial in self.trials:
            for reason in trial.objections:
                said.setdefault(reason.code, reason.message)
                if reason.code == _USED_UP:
                    never.add(reason.code)
        for code, message in said.items():
            yield self._finding(code, message, "error" if code in never else "warning")

    def line_of(self, *place: str | int) -> int:
        """The line of a field."""
        return self.document.line_of(place)

    def _finding(self, code: str, message: str, severity: Literal["error", "warning"]) -> Finding:
        place = _SPOKEN_OF.get(code, ())
        return Finding(
            message=message,
            path=self.document.path,
            line=self.document.line_of(place or ("id",)),
            field=".".join(map(str, place)),
            severity=severity,
        )
