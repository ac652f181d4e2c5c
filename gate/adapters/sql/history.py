"""Asks the history of one change: a handful of index look-ups, whatever the size of the store."""

from collections.abc import Sequence
from typing import Any, Final

from gate.adapters.sql.answers import approvals_of
from gate.adapters.sql.break_glasses import glasses_of
from gate.adapters.sql.in_the_way import BUSY, IN_THE_WAY
from gate.adapters.sql.pirs import team_bypasses_of
from gate.adapters.sql.prepared import Session
from gate.adapters.sql.red_button import freezes_that_hold
from gate.adapters.sql.review_load import loads_of
from gate.adapters.sql.rows import day_of, place_of, reservation_of
from gate.adapters.sql.statements import BYPASS_USES, LOAD_AND_TRACK_RECORD
from gate.domain.break_glass import BreakGlass
from gate.domain.facts import Load, TrackRecord
from gate.domain.history import History, HistoryQuestion, Reservation
from gate.domain.queue import Place
from gate.domain.recurrence import Span

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
            "start_ns": question.start_ns,
            # The day that the window begins in counts as a whole: a failure is never forgotten early.
            "first_day": today - TRACK_RECORD_DAYS,
            "last_day": today,
        },
    ).one()
    held, ahead = _in_the_way(session, question, question.resources)
    glasses = () if is_new else glasses_of(session, question.change)
    question = _with(question, glasses)
    return History(
        reservations=held,
        queue=ahead,
        load=Load(team=counted["team"], environment=counted["environment"]),
        track_record=TrackRecord(days=TRACK_RECORD_DAYS, finished=counted["finished"], failed=counted["failed"]),
        approvals=() if is_new else approvals_of(session, question.change),
        team_bypasses=team_bypasses_of(session, question),
        break_glasses=glasses,
        groups=loads_of(session, question),
        freezes=freezes_that_hold(session, question.at_ns),
        **_bypass_uses(session, question),
    )


def contended_history_of(session: Session, question: HistoryQuestion, *, is_new: bool = False) -> History:
    """Only what one decision can take away from another, to be asked once more when it is taken."""
    held, ahead = _in_the_way(session, question, question.contended)
    glasses = () if is_new else glasses_of(session, question.change)
    question = _with(question, glasses)
    return History(
        reservations=held,
        queue=ahead,
        approvals=() if is_new else approvals_of(session, question.change),
        team_bypasses=team_bypasses_of(session, question),
        break_glasses=glasses,
        **_bypass_uses(session, question),
    )


def _with(question: HistoryQuestion, glasses: Sequence[BreakGlass]) -> HistoryQuestion:
    """Glasses that were broken for the change are ways around like the bypasses that name it."""
    if not glasses:
        return question
    return question.model_copy(update={"bypasses": (*question.bypasses, *(glass.id for glass in glasses))})


def busy_by(session: Session, question: HistoryQuestion, until_ns: int) -> list[Span]:
    """When others hold what the change contends for."""
    values = {
        "change": question.change,
        "resources": question.contended,
        "at_ns": question.at_ns,
        "start_ns": question.at_ns,
        "end_ns": until_ns,
    }
    return sorted(Span(row["since_ns"], row["until_ns"]) for row in session.execute(BUSY, values))


def _in_the_way(
    session: Session, question: HistoryQuestion, resources: Sequence[str]
) -> tuple[tuple[Reservation, ...], tuple[Place, ...]]:
    last = question.last_turn
    rows = session.execute(
        IN_THE_WAY,
        {
            "change": question.change,
            "resources": resources,
            "contended": question.contended,
            "at_ns": question.at_ns,
            "start_ns": question.start_ns,
            "end_ns": question.end_ns,
            "last_priority": last.priority,
            "last_in_line_since_ns": last.in_line_since_ns,
        },
    )
    found = rows.all()
    held = (reservation_of(row) for row in found if row["state"] != "queued")
    ahead = filter(question.is_behind, (place_of(row) for row in found if row["state"] == "queued"))
    # Sorted here: a database sorts text by its own language, and facts must not depend on that.
    return tuple(sorted(held, key=lambda each: each.change)), tuple(sorted(ahead, key=lambda each: each.turn))


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
