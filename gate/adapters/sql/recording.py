"""The transactions that write: a judgement is recorded, a change is ended.

What must not happen twice is prevented by keys and row locks, never by an isolation level: PostgreSQL runs these at
READ COMMITTED, SQLite one after the other.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Insert

from gate.adapters.sql import statements as sql
from gate.adapters.sql.answers import approvals_of
from gate.adapters.sql.break_glasses import glasses_of
from gate.adapters.sql.database import Database
from gate.adapters.sql.history import contended_history_of
from gate.adapters.sql.lists import ASK, ASK_NO_MORE
from gate.adapters.sql.outbox import NEW_NOTICE, notice_rows
from gate.adapters.sql.pirs import NEW_PIR, lock_of, pir_rows
from gate.adapters.sql.prepared import Row, Session
from gate.adapters.sql.prerequisites import newest_of_commit
from gate.adapters.sql.red_button import ids_that_hold, keep_presses_out
from gate.adapters.sql.review_load import answer_rows
from gate.adapters.sql.rows import JudgementRows, Values, record_rows, result_row, stored_change_of
from gate.domain.change import Change, ChangeState, request_key
from gate.domain.errors import FactsMovedError
from gate.domain.judgement import Judgement, StoredChange
from gate.domain.prerequisites import unasked
from gate.domain.record import Record
from gate.domain.waiting import Standing, has_moved

_STATES_BEFORE: Final[dict[ChangeState, tuple[ChangeState, ...]]] = {"open": ("open",), "started": ("open", "started")}
"""From which states a judgement can lead to a state. What is over is judged no more."""


def write_judgement(session: Session, database: Database, judgement: Judgement, rows: JudgementRows) -> StoredChange:
    """Write it whole, or raise FactsMovedError because something that it rests on is no longer so.

    Rows of changes are locked in the order of who waits for whom, and resources after them, so that no two transactions
    wait for each other.
    """
    # (0) From here on nobody presses a red button; who did before is known to the judgement, or it is none.
    _demand_the_same_freezes(session, database, judgement)
    # (1) The changes that it waits for: nothing happens to them unnoticed from here on.
    change = rows.change | {"look_again_ns": _look_again(session, database, judgement)}
    # (2) The change itself: entered, or moved on to its next decision.
    if judgement.decision.sequence == 1:
        if (known := _enter(session, database, change)) is not None:
            return known
        record_count = len(rows.records)
    else:
        record_count = _move_on(session, change)
    # (3) Those that wait for it, if what they wait for comes about.
    _stir(session, judgement)
    # (4) What an approval takes from others: locked, and asked for once more; and of any judgement, what it rests on
    #     that people say. Nobody answers from here on, because the change is locked.
    if judgement.decision.outcome == "approved":
        _demand_the_same(session, database, judgement)
    elif judgement.decision.sequence > 1:
        _demand_the_same_answers(session, judgement)
    # (5) What it takes, holds or is in line for from now on, and what it waits for.
    _use_bypasses(session, database, rows.bypass_uses)
    _insert(session, NEW_PIR, pir_rows(judgement.pir))
    _insert(session, database.upserts.count_answer, answer_rows(judgement))
    _hold(session, rows)
    # (6) The decision itself, and what the ledger will say of it.
    session.execute(sql.NEW_DECISION, rows.decision)
    _write_records(session, rows.records, record_count)
    # (7) What is told of it elsewhere.
    _insert(session, NEW_NOTICE, notice_rows(judgement.notices))
    return StoredChange(judgement.change, judgement.decision, rows.record_id)


def _demand_the_same_freezes(session: Session, database: Database, judgement: Judgement) -> None:
    # Whatever the outcome: one that waits for a freeze which is thawed meanwhile would wait in vain.
    keep_presses_out(session, database)
    holding = ids_that_hold(session, judgement.question.at_ns)
    if holding != [freeze.id for freeze in judgement.history.freezes]:
        raise FactsMovedError(f"a freeze was pressed or thawed while change {judgement.change.id} was judged")


def _look_again(session: Session, database: Database, judgement: Judgement) -> int | None:
    """When it is due: at once, if any of those it waits for has moved on since it was judged."""
    is_asked = _is_asked(session, database, judgement.waits_for_asking)
    if is_asked or has_moved(judgement.facts, judgement.waits_on, _standings(session, judgement.waits_on)):
        return judgement.decision.at_ns
    return judgement.look_again_ns


def _is_asked(session: Session, database: Database, awaited: Sequence[str]) -> bool:
    """Whether any of what was not asked for is by now. Whoever asks for it from here on, sees who waits for it."""
    if not awaited:
        return False
    if database.hold_unasked is not None:
        session.execute(database.hold_unasked, {"awaited": awaited})
    return any(newest_of_commit(session, *each.split("/", 1)) is not None for each in awaited)


def _standings(session: Session, changes: Sequence[str]) -> dict[str, Standing]:
    """How they stand, held still."""
    if not changes:
        return {}
    held = session.execute(sql.HOLD_STILL, {"changes": changes}).all()
    times = {row["change_id"]: row for row in session.execute(sql.TIMES, {"changes": changes})}
    return {row["id"]: _standing(row, times.get(row["id"])) for row in held}


def _standing(change: Row, time: Row | None) -> Standing:
    since_ns = None if time is None else time["since_ns"]
    if change["state"] in {"finished", "withdrawn"}:
        return Standing("over")
    if change["state"] == "started":
        return Standing("started", since_ns)
    if change["outcome"] == "approved":
        return Standing("approved", since_ns)
    return Standing("queued", since_ns) if time and time["in_line"] else Standing("open")


def _stir(session: Session, judgement: Judgement) -> None:
    """Take back what the last decision gave it, and wake those that wait on it if they have to look at it again."""
    change, place = judgement.change, judgement.place
    if judgement.decision.sequence == 1:
        asked = unasked(change.request.environment, change.name)
        session.execute(sql.WAKE, {"awaited": asked, "at_ns": judgement.decision.at_ns})
        return
    held = session.execute(sql.LET_GO, {"change": change.id}).one_or_none()
    stood = session.execute(sql.LEAVE_LINE, {"change": change.id}).one_or_none()
    session.execute(sql.WAIT_NO_MORE, {"change": change.id})
    session.execute(ASK_NO_MORE, {"change": change.id})
    gives_up = held is not None and judgement.gives_up(held["since_ns"], held["until_ns"])
    moves = stood is not None and (place is None or tuple(stood.values()) != (*place.turn[:2], place.start_ns))
    if gives_up or moves:
        session.execute(sql.WAKE, {"awaited": change.id, "at_ns": judgement.decision.at_ns})


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
        "new_lapsed_at_ns": change["lapsed_at_ns"],
        "new_sequence": change["sequence"],
        "new_outcome": change["outcome"],
        "new_look_again_ns": change["look_again_ns"],
        "new_plan": change["plan"],
        "new_stop": change["stop"],
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
        # Grants are used up to a budget of the team, so those who use some up come one after the other.
        budget = (lock_of(question.team),) if judgement.uses else ()
        resources = sorted({*question.contended, *(held.resources if held else ()), *budget})
        session.execute(database.lock_resources, {"resources": resources})
    now = contended_history_of(session, question, is_new=judgement.decision.sequence == 1)
    if not judgement.history.excludes_the_same(now, question.contended):
        raise FactsMovedError(f"another decision took something that change {judgement.change.id} rests on")


def _demand_the_same_answers(session: Session, judgement: Judgement) -> None:
    if judgement.history.approvals != approvals_of(session, judgement.change.id):
        raise FactsMovedError(f"somebody answered to change {judgement.change.id} meanwhile")
    if judgement.history.break_glasses != glasses_of(session, judgement.change.id):
        raise FactsMovedError(f"somebody broke the glass for change {judgement.change.id} meanwhile")


def _use_bypasses(session: Session, database: Database, uses: Iterable[Values]) -> None:
    for use in uses:
        if session.execute(database.upserts.use_bypass, use).scalar_one_or_none() is None:
            raise FactsMovedError(f"bypass {use['bypass_id']} was used by another change meanwhile")


def _hold(session: Session, rows: JudgementRows) -> None:
    _insert(session, sql.RESERVE, rows.reservations)
    _insert(session, sql.RESERVE_RESOURCE, rows.reserved_resources)
    _insert(session, sql.LINE_UP, rows.queue_places)
    _insert(session, sql.WAIT, rows.waits)
    _insert(session, ASK, rows.asked_groups)


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
    session.execute(sql.LEAVE_LINE, {"change": change.id})
    session.execute(sql.WAIT_NO_MORE, {"change": change.id})
    session.execute(ASK_NO_MORE, {"change": change.id})
    session.execute(sql.WAKE, {"awaited": change.id, "at_ns": change.ended_at_ns})
    if change.state == "finished":
        session.execute(database.upserts.count_result, result_row(change))
    _write_records(session, records, record_count)


def write_record(session: Session, record: Record) -> None:
    """Number it on from those that its change has, and write it."""
    number = session.execute(sql.ONE_MORE_RECORD, {"change": record.change_id}).scalar_one_or_none()
    session.execute(sql.NEW_RECORD, record_rows([record])[0] | {"number": number})


def write_step_aside(session: Session, change_id: str, at_ns: int, until_ns: int) -> None:
    """Let it be due later and out of line until then, and wake those that waited for its turn."""
    session.execute(sql.POSTPONE, {"change": change_id, "new_look_again_ns": until_ns})
    if session.execute(sql.LEAVE_LINE, {"change": change_id}).one_or_none() is not None:
        session.execute(sql.WAKE, {"awaited": change_id, "at_ns": at_ns})
