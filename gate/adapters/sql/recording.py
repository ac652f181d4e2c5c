"""The transactions that write: a judgement is recorded, a change is ended.

What must not happen twice is prevented by keys and row locks, never by an isolation level: PostgreSQL runs these at
READ COMMITTED, SQLite one after the other.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, Insert

from gate.adapters.sql import statements as sql
from gate.adapters.sql.database import Database
from gate.adapters.sql.history import contended_history_of
from gate.adapters.sql.rows import JudgementRows, Values, result_row, stored_change_of
from gate.domain.change import Change, ChangeState, request_key
from gate.domain.errors import FactsMovedError
from gate.domain.judgement import Judgement, StoredChange

_STATES_BEFORE: Final[dict[ChangeState, tuple[ChangeState, ...]]] = {"open": ("open",), "started": ("open", "started")}
"""From which states a judgement can lead to a state. What is over is judged no more."""


def write_judgement(
    connection: Connection, database: Database, judgement: Judgement, rows: JudgementRows
) -> StoredChange:
    """Write it whole, or raise FactsMovedError because something that it rests on is no longer so."""
    # (1) The changes that it waits for: none of them ends unnoticed from here on.
    change = rows.change | {"look_again_ns": _look_again(connection, judgement)}
    # (2) The change itself: entered, or moved on to its next decision.
    if judgement.decision.sequence == 1:
        if (known := _enter(connection, database, change)) is not None:
            return known
        record_count = len(rows.records)
    else:
        record_count = _move_on(connection, change)
    # (3) What an approval takes from others: locked, and asked for once more.
    if judgement.decision.outcome == "approved":
        _demand_the_same(connection, database, judgement)
    # (4) What it takes and holds from now on, and what it waits for.
    _use_bypasses(connection, database, rows.bypass_uses)
    _hold(connection, judgement, rows)
    # (5) The decision itself, and what the ledger will say of it.
    connection.execute(sql.NEW_DECISION, rows.decision)
    _write_records(connection, rows.records, record_count)
    return StoredChange(judgement.change, judgement.decision, rows.record_id)


def _look_again(connection: Connection, judgement: Judgement) -> int | None:
    """When it is due: at once, if one of those it waits for has ended since it was judged."""
    if not judgement.waits_on:
        return judgement.look_again_ns
    states = connection.execute(sql.HOLD_STILL, {"changes": judgement.waits_on}).scalars()
    if all(state in {"open", "started"} for state in states):
        return judgement.look_again_ns
    return judgement.decision.at_ns


def _enter(connection: Connection, database: Database, change: Values) -> StoredChange | None:
    """Enter a new change; or return the one that the request key stands for already."""
    if connection.execute(database.upserts.enter_change, change).scalar_one_or_none() is not None:
        return None
    known = connection.execute(sql.KNOWN, {"request_key": change["request_key"]}).mappings().one_or_none()
    if known is None:
        raise FactsMovedError(f"change {change['id']} has been judged meanwhile")
    return stored_change_of(known)


def _move_on(connection: Connection, change: Values) -> int:
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
    return _count_after(connection.execute(sql.MOVE_ON, moved).scalar_one_or_none(), change["id"])


def _count_after(record_count: Any, change_id: str) -> int:
    if record_count is None:
        raise FactsMovedError(f"change {change_id} has moved on meanwhile")
    return int(record_count)


def _demand_the_same(connection: Connection, database: Database, judgement: Judgement) -> None:
    question, held = judgement.question, judgement.reservation
    # What it will hold and what can stand in its way: whoever holds one of these had to lock it too, and is seen here.
    if database.lock_resources is not None:
        resources = sorted({*question.contended, *(held.resources if held else ())})
        connection.execute(database.lock_resources, {"environment": question.environment, "resources": resources})
    if not judgement.history.excludes_the_same(contended_history_of(connection, question), question.contended):
        raise FactsMovedError(f"another decision took something that change {judgement.change.id} rests on")


def _use_bypasses(connection: Connection, database: Database, uses: Iterable[Values]) -> None:
    for use in uses:
        if connection.execute(database.upserts.use_bypass, use).scalar_one_or_none() is None:
            raise FactsMovedError(f"bypass {use['bypass_id']} was used by another change meanwhile")


def _hold(connection: Connection, judgement: Judgement, rows: JudgementRows) -> None:
    if judgement.decision.sequence > 1:
        connection.execute(sql.LET_GO, {"change": judgement.change.id})
        connection.execute(sql.WAIT_NO_MORE, {"change": judgement.change.id})
    _insert(connection, sql.RESERVE, rows.reservations)
    _insert(connection, sql.RESERVE_RESOURCE, rows.reserved_resources)
    _insert(connection, sql.WAIT, rows.waits)


def _write_records(connection: Connection, records: list[Values], record_count: int) -> None:
    """Number them on from those that the change has already, and write them."""
    first = record_count - len(records) + 1
    _insert(connection, sql.NEW_RECORD, [row | {"number": first + place} for place, row in enumerate(records)])


def _insert(connection: Connection, statement: Insert, rows: list[Values]) -> None:
    if rows:  # without any, SQLAlchemy would insert one row of defaults
        connection.execute(statement, rows)


def write_end(
    connection: Connection, database: Database, change: Change, expected: ChangeState, records: list[Values]
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
    record_count = _count_after(connection.execute(sql.END, ended).scalar_one_or_none(), change.id)
    if not change.request.run:
        # Without a run, nothing tells the next request of this kind from this one. An asker's own key stays taken.
        itself = request_key(change.request, change.requester, None)
        connection.execute(sql.FORGET_REQUEST_KEY, {"change": change.id, "request_key_before": itself})
    connection.execute(sql.LET_GO, {"change": change.id})
    connection.execute(sql.WAIT_NO_MORE, {"change": change.id})
    connection.execute(sql.WAKE, {"change": change.id, "at_ns": change.ended_at_ns})
    if change.state == "finished":
        connection.execute(database.upserts.count_result, result_row(change))
    _write_records(connection, records, record_count)
