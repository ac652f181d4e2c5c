"""A window with the document that it was written in, so that whoever finds something can say where."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from gate.domain.calendar import Window
from gate.domain.document import Document
from gate.domain.finding import Finding
from gate.domain.instant import from_ns
from gate.domain.recurrence import Span


@dataclass(frozen=True, eq=False)
class WindowEntry:
    """One window of a calendar."""

    document: Document
    window: Window
    first: Span | None
    """The first occurrence that is not over yet; None if it is over for good."""

    @property
    def place(self) -> str:
        """`black-friday (calendar/freezes.yaml:2)`."""
        return f"{self.window.name} ({self.document.path}:{self.document.line_of(('name',))})"

    @property
    def length(self) -> timedelta:
        """How long it is on the wall each time; without a known end, longer than anything."""
        return self.window.spans.length

    def wall(self, instant_ns: int) -> datetime:
        """What a clock of the window's zone shows at an instant."""
        return from_ns(instant_ns).astimezone(self.window.spans.zone).replace(tzinfo=None)

    def told(self, instant_ns: int) -> str:
        """The same to read, to the minute."""
        return self.wall(instant_ns).isoformat(timespec="minutes")

    def error(self, name: str, message: str, hint: str = "") -> Finding:
        """What keeps a revision from becoming active."""
        return self._finding(name, message, hint, "error")

    def warning(self, name: str, message: str, hint: str = "") -> Finding:
        """What may be meant, and should be looked at."""
        return self._finding(name, message, hint, "warning")

    def _finding(self, name: str, message: str, hint: str, severity: Literal["error", "warning"]) -> Finding:
        place = tuple(int(part) if part.isdecimal() else part for part in name.split("."))
        line = self.document.line_of(place)
        said = f"{self.window.name} {message}"
        return Finding(message=said, path=self.document.path, line=line, field=name, hint=hint, severity=severity)
