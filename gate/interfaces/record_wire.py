"""What goes over the wire of what is on record: what happened to a change, and a decision with all that it rests on."""

import json
from typing import Any, Final, Self

from gate.domain.instant import rfc3339
from gate.domain.record import Record
from gate.interfaces.wire import DecisionAnswer
from gate.interfaces.wire_base import Wire

_TOLD: Final = ("by", "step", "comment", "reason", "outcome", "result", "happened")


class RecordAnswer(Wire):
    """One thing that happened to a change."""

    id: str
    kind: str
    at: str
    by: str = ""
    """Who did it; empty for what the gate does by itself."""
    step: str = ""
    """For people's answers: the step, and what they said; for `commented`, only that."""
    comment: str = ""
    planned_start: str | None = None
    """For `planned`: when it is to start since; null: as soon as it may."""
    reason: str = ""
    """Why, where the record says so."""
    outcome: str = ""
    """For `decided`."""
    result: str = ""
    """For `finished`: how it went."""
    happened: str = ""
    """For `pir`: what came of it."""

    @classmethod
    def of(cls, record: Record) -> Self:
        """From the domain."""
        said = json.loads(record.body)
        told = {name: said.get(name, "") for name in _TOLD}
        start = said["to"] if record.kind == "planned" else None
        return cls(id=record.id, kind=record.kind, at=rfc3339(record.at_ns), planned_start=start, **told)


class RecordedDecisionAnswer(Wire):
    """A decision with everything that it rests on: facts and revision are enough to derive it again."""

    decision: DecisionAnswer
    facts: dict[str, Any]
    assessment: dict[str, Any]
    history: tuple[RecordAnswer, ...]
