"""The transactions that write: a judgement is recorded, a change is ended.

What must not happen twice is prevented by keys and row locks, never by an isolation level: PostgreSQL runs these at
READ COMMITTED, SQLite one after the other.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Insert

from gate.adapters.sql import statements as sql
from gate.adapters.sql.answers import approvals_of
from gate.adapters.sql.database import Database
from gate.adapters.sql.history import contended_history_of
from gate.adapters.sql.prepared import Session
from gate.adapters.sql.rows import JudgementRows, Values, result_row, stored_change_of
from gate.domain.change import Change, ChangeState, request_key
from gate.domain.errors import FactsMovedError
from gate.domain.judgement import Judgement, StoredChange

_STATES_BEFORE: Final[dict[ChangeState, tuple[ChangeState, ...]]] = {"open": ("open",), "started": ("open", "started")}
"""From which states a judgement can lead to a state. What is over is judged no more."""


def write_judgement(session: Session, database: Database, judgement: Judgement, rows: JudgementRows) -> StoredChange:
    """Write it whole, or raise FactsMovedError because something that it rests on is no longer so."""
    # (1) The changes that it waits for: none of them ends unnoticed from here on.
    change = rows.change | {"look_again_ns": _look_again(session, judgement)}
    # (2) The change itself: entered, or moved on to its next decision.
    if judgement.decision.sequence == 1:
        if (known := _enter(session, database, change)) is not None:
            return known
        record_count = len(rows.records)
    else:
        record_count = _move_on(session, change)
    # (3) What an approval takes from others: locked, and asked for once more; and of any judgement, what it rests on
    #     that people say. Nobody answers from here on, because the change is locked.
    if judgement.decision.outcome == "approved":
        _demand_the_same(session, database, judgement)
    elif judgement.decision.sequence > 1:
        _demand_the_same_answers(session, judgement)
    # (4) What it takes and holds from now on, and what it waits for.
    _use_bypasses(session, database, rows.bypass_uses)
    _hold(session, judgement, rows)
    # (5) The decision itself, and what the ledger will say of it.
    session.execute(sql.NEW_DECISION, rows.decision)
    _write_records(session, rows.records, record_count)
    return StoredChange(judgement.change, judgement.decision, rows.record_id)


def _look_again(session: Session, judgement: Judgement) -> int | None:
    """When it is due: at once, if one of those it waits for has ended since it was judged."""
    if not judgement.waits_on:
        return judgement.look_again_ns
    states = session.execute(sql.HOLD_STILL, {"changes": judgement.waits_on}).scalars()
    if all(state in {"open", "started"} for state in states):
        return judgement.look_again_ns
    return judgement.decision.at_ns


def _enter(session: Session, database: Database, change: Values) -> StoredChange | None:
    """Enter a new change; or return the one that the request key stands for already."""
    if session.execute(database.upserts.enter_change, change).scalar_one_or_none() is not None:
        return None
    known = session.execute(sql.KNOWN, {"request_key": change["request_key"]}).one_or_none()
    if known is None:
        raise FactsMovedError(f"change {change['id']} has been judged meanwhile")
    return stored_change_of(known)


def _move_on(session: Session, change: Values) -> int:
    """Bring a change from its last decision to the next: how many records it has then."""
    moved = {
        "change": change["id"],
        "sequence_before": change["sequence"] - 1,
        "states_before": _STATES_BEFORE[change["state"]],
        "new_state": change["state"],
        "new_started_at_ns": change["started_at_ns"],
        "new_sequence": change["sequence"],
        "new_outcome": change["outcome"],
        "new_look_again_ns": change["look_again_ns"],
        "more_records": change["record_count"],
    }
    return _count_after(session.execute(sql.MOVE_ON, moved).scalar_one_or_none(), change["id"])


def _count_after(record_count: Any, change_id: str) -> int:
    if record_count is None:
        raise FactsMovedError(f"change {change_id} has moved on meanwhile")
    return int(record_count)


def _demand_the_same(session: Session, database: Database, judgement: Judgement) -> None:
    question, held = judgement.question, judgement.reservation
    # What it will hold and what can stand in its way: whoever holds one of these had to lock it too, and is seen here.
    if database.lock_resources is not None:
        resources = sorted({*question.contended, *(held.resources if held else ())})
        session.execute(database.lock_resources, {"environment": question.environment, "resources": resources})
    now = contended_history_of(session, question, is_new=judgement.decision.sequence == 1)
    if not judgement.history.excludes_the_same(now, question.contended):
        raise FactsMovedError(f"another decision took something that change {judgement.change.id} rests on")


def _demand_the_same_answers(session: Session, judgement: Judgement) -> None:
    if judgement.history.approvals != approvals_of(session, judgement.change.id):
        raise FactsMovedError(f"somebody answered to change {judgement.change.id} meanwhile")


def _use_bypasses(session: Session, database: Database, uses: Iterable[Values]) -> None:
    for use in uses:
        if session.execute(database.upserts.use_bypass, use).scalar_one_or_none() is None:
            raise FactsMovedError(f"bypass {use['bypass_id']} was used by another change meanwhile")


def _hold(session: Session, judgement: Judgement, rows: JudgementRows) -> None:
    if judgement.decision.sequence > 1:
        session.execute(sql.LET_GO, {"change": judgement.change.id})
        session.execute(sql.WAIT_NO_MORE, {"change": judgement.change.id})
    _insert(session, sql.RESERVE, rows.reservations)
    _insert(session, sql.RESERVE_RESOURCE, rows.reserved_resources)
    _insert(session, sql.WAIT, rows.waits)


def _write_records(session: Session, records: list[Values], record_count: int) -> None:
    """Number them on from those that the change has already, and write them."""
    first = record_count - len(records) + 1
    _insert(session, sql.NEW_RECORD, [row | {"number": first + place} for place, row in enumerate(records)])


def _insert(session: Session, statement: Insert, rows: list[Values]) -> None:
    if rows:  # without any, SQLAlchemy would insert one row of defaults
        session.execute(statement, rows)


def write_end(
    session: Session, database: Database, change: Change, expected: ChangeState, records: list[Values]
) -> None:
    """End it, let go of what it held, and wake those that waited for it. FactsMovedError if it has moved on."""
    ended = {
        "change": change.id,
        "state_before": expected,
        "new_state": change.state,
        "new_ended_at_ns": change.ended_at_ns,
        "new_result": change.result,
        "more_records": len(records),
    }
    record_count = _count_after(session.execute(sql.END, ended).scalar_one_or_none(), change.id)
    if not change.request.run:
        # Without a run, nothing tells the next request of this kind from this one. An asker's own key stays taken.
        itself = request_key(change.request, change.requester, None)
        session.execute(sql.FORGET_REQUEST_KEY, {"change": change.id, "request_key_before": itself})
    session.execute(sql.LET_GO, {"change": change.id})
    session.execute(sql.WAIT_NO_MORE, {"change": change.id})
    session.execute(sql.WAKE, {"change": change.id, "at_ns": change.ended_at_ns})
    if change.state == "finished":
        session.execute(database.upserts.count_result, result_row(change))
    _write_records(session, records, record_count)
