"""What happened, said once and never changed: the entries of the ledger. Facts are past tense."""

from typing import Any, Final, Literal

from gate.domain.canonical import canonical_json
from gate.domain.instant import rfc3339
from gate.domain.model import Model

RecordKind = Literal[
    "submitted",
    "planned",
    "decided",
    "started",
    "finished",
    "stop_requested",
    "withdrawn",
    "frozen",
    "thawed",
    "step_approved",
    "step_vetoed",
    "answer_withdrawn",
    "glass_broken",
    "commented",
    "pir",
    "policy_activated",
    "policy_rejected",
    "token_made",
    "token_revoked",
]
FORMAT: Final = 1


class Record(Model):
    """One thing that happened. `body` is the exact canonical JSON that is kept."""

    id: str
    kind: RecordKind
    at_ns: int
    change_id: str | None
    body: bytes

    @classmethod
    def of(cls, kind: RecordKind, record_id: str, at_ns: int, change_id: str | None, **said: Any) -> "Record":
        """A record whose body says when, what and about which change, and whatever else is given."""
        head = {"format": FORMAT, "id": record_id, "kind": kind, "at": rfc3339(at_ns), "change": change_id}
        return cls(id=record_id, kind=kind, at_ns=at_ns, change_id=change_id, body=canonical_json(head | said))
