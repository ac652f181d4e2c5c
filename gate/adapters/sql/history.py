"""Asks the history of one change: a handful of index look-ups, whatever the size of the store."""

from collections.abc import Sequence
from typing import Final

from gate.adapters.sql.answers import approvals_of
from gate.adapters.sql.prepared import Session
from gate.adapters.sql.rows import day_of, reservation_of
from gate.adapters.sql.statements import BYPASS_USES, LOAD_AND_TRACK_RECORD, RESERVATIONS
from gate.domain.facts import Load, TrackRecord
from gate.domain.history import History, HistoryQuestion, Reservation

TRACK_RECORD_DAYS: Final = 30


def history_of(session: Session, question: HistoryQuestion, *, is_new: bool = False) -> History:
    """The whole answer. A change that is new has been answered by nobody yet."""
    today = day_of(question.at_ns)
    counted = session.execute(
        LOAD_AND_TRACK_RECORD,
        {
            "change": question.change,
            "environment": question.environment,
            "team": question.team,
            "service": question.service,
            "at_ns": question.at_ns,
            # The day that the window begins in counts as a whole: a failure is never forgotten early.
            "first_day": today - TRACK_RECORD_DAYS,
            "last_day": today,
        },
    ).one()
    return History(
        reservations=_reservations(session, question, question.resources),
        load=Load(team=counted["team"], environment=counted["environment"]),
        track_record=TrackRecord(days=TRACK_RECORD_DAYS, finished=counted["finished"], failed=counted["failed"]),
        approvals=() if is_new else approvals_of(session, question.change),
        bypass_uses=_bypass_uses(session, question),
    )


def contended_history_of(session: Session, question: HistoryQuestion, *, is_new: bool = False) -> History:
    """Only what one decision can take away from another, to be asked once more when it is taken."""
    return History(
        reservations=_reservations(session, question, question.contended),
        approvals=() if is_new else approvals_of(session, question.change),
        bypass_uses=_bypass_uses(session, question),
    )


def _reservations(session: Session, question: HistoryQuestion, resources: Sequence[str]) -> tuple[Reservation, ...]:
    rows = session.execute(
        RESERVATIONS,
        {
            "change": question.change,
            "environment": question.environment,
            "resources": resources,
            "at_ns": question.at_ns,
        },
    )
    # Sorted here: a database sorts text by its own language, and facts must not depend on that.
    return tuple(sorted((reservation_of(row) for row in rows), key=lambda held: held.change))


def _bypass_uses(session: Session, question: HistoryQuestion) -> dict[str, int]:
    if not question.bypasses:
        return {}
    rows = session.execute(BYPASS_USES, {"bypasses": question.bypasses})
    return dict(sorted((row["bypass_id"], row["uses"]) for row in rows))
