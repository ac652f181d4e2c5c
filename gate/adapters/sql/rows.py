"""Domain values to table rows and back. What is done with rows is in `statements`, `history` and `recording`."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gate.adapters.sql.lengths import length_class
from gate.adapters.sql.prepared import Row
from gate.domain.asked import groups_asked
from gate.domain.canonical import canonical, digest
from gate.domain.change import Change, ChangeRequest, Plan, StopRequest
from gate.domain.decision import Decision
from gate.domain.history import Reservation
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.judgement import Judgement, RecordedDecision, StoredChange
from gate.domain.listing import title_of, words_of
from gate.domain.queue import Place
from gate.domain.record import Record

Values = dict[str, Any]
"""What a row holds, by column."""

DAY_NS: Final = 86_400 * NANOSECOND_PER_SECOND


def day_of(instant_ns: int) -> int:
    """The UTC day of an instant, counted from the epoch."""
    return instant_ns // DAY_NS


@dataclass(frozen=True, slots=True)
class JudgementRows:
    """Everything that one judgement writes, put together before the database is locked."""

    change: Values
    decision: Values
    records: list[Values]
    reservations: list[Values]
    reserved_resources: list[Values]
    queue_places: list[Values]
    waits: list[Values]
    asked_groups: list[Values]
    bypass_uses: list[Values]

    @classmethod
    def of(cls, judgement: Judgement, records: Sequence[Record]) -> "JudgementRows":
        """The rows of a judgement. ValueError unless one of the records says that it was decided."""
        change_id = judgement.change.id
        held = judgement.reservation
        return cls(
            change=_change_row(judgement, len(records)),
            decision=_decision_row(judgement, _deciding(records).id),
            records=record_rows(records),
            reservations=[] if held is None else [_reservation_row(held)],
            reserved_resources=[] if held is None else _resource_rows(held),
            queue_places=[] if judgement.place is None else _place_rows(judgement.place),
            waits=[
                {"change_id": change_id, "awaited": awaited}
                for awaited in (*judgement.waits_on, *judgement.waits_for_asking)
            ],
            asked_groups=[
                {"group_name": group, "asked_at_ns": judgement.change.asked_at_ns, "change_id": change_id}
                for group in groups_asked(judgement.change, judgement.decision)
            ],
            bypass_uses=_use_rows(judgement),
        )

    @property
    def record_id(self) -> str:
        """The record by which the ledger can prove the decision."""
        return str(self.decision["record_id"])


def _deciding(records: Iterable[Record]) -> Record:
    for record in records:
        if record.kind == "decided":
            return record
    raise ValueError("a judgement is written together with its record of kind `decided`")


def _change_row(judgement: Judgement, record_count: int) -> Values:
    change = judgement.change
    return {
        "id": change.id,
        "request_key": judgement.request_key,
        "service": change.request.service,
        "environment": change.request.environment,
        "commit_id": change.request.commit,
        "requester": change.requester,
        "request": canonical(change.request),
        "asked_at_ns": change.asked_at_ns,
        "lapsed_at_ns": change.lapsed_at_ns,
        "state": change.state,
        "started_at_ns": change.started_at_ns,
        "ended_at_ns": change.ended_at_ns,
        "result": change.result,
        "sequence": judgement.decision.sequence,
        "outcome": judgement.decision.outcome,
        "record_count": record_count,
        "look_again_ns": judgement.look_again_ns,
        "plan": change.plan and change.plan.model_dump_json(),
        "stop": change.stop and change.stop.model_dump_json(),
        "title": _text(title_of(change.request)),
        "words": _text(words_of(change)),
    }


def _text(said: str) -> str:
    """What PostgreSQL keeps as text: everything but NUL."""
    return said.replace("\0", "")


def _decision_row(judgement: Judgement, record_id: str) -> Values:
    decision, request = judgement.decision, judgement.change.request
    return {
        "id": decision.id,
        "change_id": decision.change_id,
        "sequence": decision.sequence,
        "service": request.service,
        "environment": request.environment,
        "outcome": decision.outcome,
        "change_class": decision.change_class,
        "risk_class": decision.risk.risk_class,
        "revision": decision.revision,
        "at_ns": decision.at_ns,
        "facts": judgement.facts_bytes,
        "facts_digest": digest(judgement.facts_bytes),
        "assessment": judgement.assessment_bytes,
        "decision": judgement.decision_bytes,
        "record_id": record_id,
    }


def _reservation_row(held: Reservation) -> Values:
    return {
        "change_id": held.change,
        "environment": held.environment,
        "service": held.service,
        "team": held.team,
        "resources": json.dumps(held.resources),
        "state": held.state,
        "length_class": length_class(held.until_ns - held.since_ns),
        "since_ns": held.since_ns,
        "until_ns": held.until_ns,
        "lapses_ns": held.lapses_ns,
    }


def _resource_rows(held: Reservation) -> list[Values]:
    shared = {
        "length_class": length_class(held.until_ns - held.since_ns),
        "since_ns": held.since_ns,
        "change_id": held.change,
        "until_ns": held.until_ns,
        "lapses_ns": held.lapses_ns,
    }
    return [shared | {"resource": resource} for resource in held.resources]


def _place_rows(place: Place) -> list[Values]:
    shared = {
        "priority": place.turn.priority,
        "in_line_since_ns": place.in_line_since_ns,
        "change_id": place.change,
        "environment": place.environment,
        "service": place.service,
        "resources": json.dumps(place.resources),
        "change_class": place.change_class,
        "start_ns": place.start_ns,
        "until_ns": place.until_ns,
    }
    return [shared | {"resource": resource} for resource in place.resources]


def _use_rows(judgement: Judgement) -> list[Values]:
    used = judgement.history.bypass_uses
    shared = {"change_id": judgement.change.id, "at_ns": judgement.decision.at_ns}
    # Sorted, so that two who use the same ones come to them in the same order.
    return [shared | {"bypass_id": bypass, "number": used.get(bypass, 0) + 1} for bypass in sorted(judgement.uses)]


def record_rows(records: Iterable[Record]) -> list[Values]:
    """The rows of records, not yet numbered within their change."""
    return [
        {
            "id": record.id,
            "kind": record.kind,
            "at_ns": record.at_ns,
            "change_id": record.change_id,
            "number": None,
            "body": record.body,
        }
        for record in records
    ]


def result_row(change: Change) -> Values:
    """One more change that finished on the day on which it ended."""
    return {
        "service": change.request.service,
        "environment": change.request.environment,
        "day": day_of(change.ended_at_ns or 0),
        "finished": 1,
        "failed": int(change.result in {"failed", "rolled_back"}),
    }


def stored_change_of(row: Row) -> StoredChange:
    """A change joined with its latest decision."""
    return StoredChange(change_of(row), Decision.model_validate_json(row["latest_decision"]), row["latest_record_id"])


def change_of(row: Row) -> Change:
    """A change by itself."""
    return Change(
        id=row["id"],
        request=ChangeRequest.model_validate_json(row["request"]),
        requester=row["requester"],
        asked_at_ns=row["asked_at_ns"],
        lapsed_at_ns=row["lapsed_at_ns"],
        state=row["state"],
        started_at_ns=row["started_at_ns"],
        ended_at_ns=row["ended_at_ns"],
        result=row["result"],
        plan=row["plan"] and Plan.model_validate_json(row["plan"]),
        stop=row["stop"] and StopRequest.model_validate_json(row["stop"]),
    )


def recorded_decision_of(row: Row) -> RecordedDecision:
    """A decision with its exact bytes."""
    decision = Decision.model_validate_json(row["decision"])
    return RecordedDecision(decision, row["facts"], row["assessment"], row["record_id"])


def record_of(row: Row) -> Record:
    """What happened."""
    return Record(id=row["id"], kind=row["kind"], at_ns=row["at_ns"], change_id=row["change_id"], body=row["body"])


def reservation_of(row: Row) -> Reservation:
    """What a change holds."""
    return Reservation(
        change=row["change_id"],
        environment=row["environment"],
        service=row["service"],
        team=row["team"],
        resources=tuple(json.loads(row["resources"])),
        state=row["state"],
        since_ns=row["since_ns"],
        until_ns=row["until_ns"],
        lapses_ns=row["lapses_ns"],
    )


def place_of(row: Row) -> Place:
    """Where a change stands in line."""
    return Place(
        change=row["change_id"],
        environment=row["environment"],
        service=row["service"],
        resources=tuple(json.loads(row["resources"])),
        change_class=row["change_class"],
        in_line_since_ns=row["in_line_since_ns"],
        start_ns=row["since_ns"],
        until_ns=row["until_ns"],
    )
