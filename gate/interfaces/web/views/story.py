"""What happened to a change, as the page tells it: records in words, the newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gate.domain.record import Record
from gate.interfaces.record_wire import RecordAnswer
from gate.interfaces.web.moments import Moment

SHOWN: Final = 200
_HAPPENED: Final[Mapping[str, str]] = {
    "submitted": "asked for it",
    "decided": "Judged",
    "planned": "planned another start",
    "started": "started it",
    "stop_requested": "Told to stop",
    "finished": "finished it",
    "withdrawn": "took it back",
    "step_approved": "approved",
    "step_vetoed": "vetoed",
    "answer_withdrawn": "took back an answer to",
    "commented": "said",
    "glass_broken": "broke the glass",
    "pir": "wrote the review",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened."""

    id: str
    kind: str
    at: Moment
    by: str
    what: str
    step: str
    said: str
    outcome: str
    """For `decided`; how it went, for `finished`."""


def story(records: Sequence[Record], now_ns: int) -> list[Happening]:
    """The newest of what happened. Looks that came to the same as the one before are told once, by the first."""
    told: list[Happening] = []
    for record in records:
        happening = _happening(record, now_ns)
        is_same = happening.kind == "decided" and happening.outcome == _last_outcome(told)
        if not is_same:
            told.append(happening)
    return told[-SHOWN:][::-1]


def _happening(record: Record, now_ns: int) -> Happening:
    answer = RecordAnswer.of(record)
    return Happening(
        id=record.id,
        kind=record.kind,
        at=Moment.of(record.at_ns, now_ns),
        by=answer.by,
        what=_HAPPENED.get(record.kind, record.kind.replace("_", " ")),
        step=answer.step,
        said=answer.comment or answer.reason or answer.happened,
        outcome=answer.outcome or answer.result,
    )


def _last_outcome(told: Sequence[Happening]) -> str:
    return next((each.outcome for each in reversed(told) if each.kind == "decided"), "")
