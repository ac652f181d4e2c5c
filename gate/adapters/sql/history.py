"""Asks the history of one change: a handful of index look-ups, whatever the size of the store."""

from collections.abc import Sequence
from typing import Any, Final

from gate.adapters.sql.prepared import Session
from gate.adapters.sql.red_button import freezes_that_hold
from gate.adapters.sql.rows import day_of, reservation_of
from gate.adapters.sql.statements import BUSY, BYPASS_USES, LOAD_AND_TRACK_RECORD, RESERVATIONS
from gate.domain.facts import Load, TrackRecord
from gate.domain.history import History, HistoryQuestion, Reservation
from gate.domain.recurrence import Span

TRACK_RECORD_DAYS: Final = 30


def history_of(session: Session, question: HistoryQuestion) -> History:
    """The whole answer."""
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
        freezes=freezes_that_hold(session, question.at_ns),
        **_bypass_uses(session, question),
    )


def contended_history_of(session: Session, question: HistoryQuestion) -> History:
    """Only what one decision can take away from another, to be asked once more when it is taken."""
    return History(
        reservations=_reservations(session, question, question.contended),
        **_bypass_uses(session, question),
    )


def busy_by(session: Session, question: HistoryQuestion, until_ns: int) -> list[Span]:
    """When others hold what the change contends for."""
    values = {
        "change": question.change,
        "environment": question.environment,
        "resources": question.contended,
        "at_ns": question.at_ns,
        "before_ns": until_ns,
    }
    return sorted(Span(row["since_ns"], row["until_ns"]) for row in session.execute(BUSY, values))


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


def _bypass_uses(session: Session, question: HistoryQuestion) -> dict[str, Any]:
    """How often others used each bypass, and which ones the change itself has."""
    if not question.bypasses:
        return {}
    asked = {"bypasses": question.bypasses, "change": question.change}
    rows = sorted(session.execute(BYPASS_USES, asked), key=lambda row: str(row["bypass_id"]))
    others = {row["bypass_id"]: row["uses"] - row["by_itself"] for row in rows}
    return {
        "bypass_uses": {bypass: uses for bypass, uses in others.items() if uses},
        "bypasses_taken": tuple(row["bypass_id"] for row in rows if row["by_itself"]),
    }
