"""What is wrong in a policy repository, and where."""

from typing import Literal

from gate.domain.model import Model


class Finding(Model):
    """One thing to mend: a sentence, with its file, line (from 1; 0 if unknown) and field."""

    message: str
    path: str = ""
    line: int = 0
    field: str = ""
    hint: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """`path:line: field: message (hint)`, the form editors and people both follow."""
        place = f"{self.path}:{self.line}: " if self.line else f"{self.path}: " if self.path else ""
        field = f"{self.field}: " if self.field else ""
        return f"{place}{field}{self.message}" + (f" ({self.hint})" if self.hint else "")
