"""What is wrong in a policy repository, and where."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from gate.domain.model import Model

_LONGEST = 1000


def _cut(text: str) -> str:
    # Findings quote what they found, and travel into logs, records and pages: nobody may fill these.
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


_Text = Annotated[str, AfterValidator(_cut)]


class Finding(Model):
    """One thing to mend: a sentence, with its file, line (from 1; 0 if unknown) and field. Long texts are cut."""

    message: _Text
    path: _Text = ""
    line: int = 0
    field: _Text = ""
    hint: _Text = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """`path:line: field: message (hint)`, the form editors and people both follow; `warning:` before the field."""
        place = f"{self.path}:{self.line}: " if self.line else f"{self.path}: " if self.path else ""
        warning = "warning: " if self.severity == "warning" else ""
        field = f"{self.field}: " if self.field else ""
        return f"{place}{warning}{field}{self.message}" + (f" ({self.hint})" if self.hint else "")
