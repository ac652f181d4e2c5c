"""A YAML document of the policy repository, parsed but not yet understood. The policy_repo adapter parses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Place = tuple[str | int, ...]
"""The way to a field inside a document: ("steps", "freeze", "bypass") or ("add", 0, "needs")."""


@dataclass(frozen=True, slots=True)
class Document:
    """One `---` part of a YAML file: plain dicts, lists, str, int, bool, None, and the line of every field."""

    path: str
    fields: Mapping[str, Any]
    lines: Mapping[Place, int] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """What the document says it is, `""` if it does not say."""
        kind = self.fields.get("kind", "")
        return kind if isinstance(kind, str) else ""

    def line_of(self, place: Place) -> int:
        """The line of a field, or of the nearest field around it that has one."""
        for length in range(len(place), -1, -1):
            line = self.lines.get(place[:length])
            if line is not None:
                return line
        return 0
