"""Post-implementation reviews: owed in the transaction in which a bypass is used, written once, listed, counted."""

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ScalarSelect, bindparam, func, insert, literal_column, select, update

from gate.adapters.sql.outbox import NEW_NOTICE, notice_rows
from gate.adapters.sql.prepared import Row, Session
from gate.adapters.sql.rows import Values, record_rows
from gate.adapters.sql.statements import COUNTED_AT_MOST, NEW_RECORD, ONE_MORE_RECORD
from gate.adapters.sql.tables import UNANNOUNCED, pirs
from gate.domain.facts import TeamBypasses
from gate.domain.history import HistoryQuestion
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.notice import Notice
from gate.domain.pir import Pir, WrittenPir
from gate.domain.record import Record

DAYS: Final = 30
"""So long a grant counts that a team used up."""
MOST_TOLD: Final = 1000
_DAY_NS: Final = 86_400 * NANOSECOND_PER_SECOND
_UNWRITTEN: Final = pirs.c.written_at_ns.is_(None)
_OF_TEAM: Final = pirs.c.team == bindparam("team")


def _counted(column: Any, *which: Any) -> ScalarSelect[int]:
    """Up to a limit, so that it costs the same whatever a team owes."""
    some = select(column.label("number")).where(_OF_TEAM, *which).limit(literal_column(str(COUNTED_AT_MOST))).subquery()
    return select(func.coalesce(func.sum(some.c.number), 0)).scalar_subquery()


_TEAM_BYPASSES: Final = select(
    _counted(literal_column("1"), _UNWRITTEN, pirs.c.due_ns <= bindparam("at_ns")).label("pirs_overdue"),
    _counted(pirs.c.uses, pirs.c.owed_since_ns > bindparam("since_ns")).label("used"),
    _counted(pirs.c.broken, pirs.c.owed_since_ns > bindparam("since_ns")).label("broken"),
)
NEW_PIR: Final = insert(pirs)
_PIR: Final = select(pirs).where(pirs.c.change_id == bindparam("change"))
_NEWEST: Final = (
    select(pirs).order_by(pirs.c.owed_since_ns.desc(), pirs.c.change_id.desc()).limit(literal_column(str(MOST_TOLD)))
)
_OVERDUE: Final = (
    select(pirs)
    .where(_UNWRITTEN, pirs.c.due_ns <= bindparam("at_ns"))
    .order_by(pirs.c.due_ns, pirs.c.change_id)
    .limit(literal_column(str(MOST_TOLD)))
)
_UNANNOUNCED: Final = (
    select(pirs)
    .where(UNANNOUNCED, pirs.c.due_ns <= bindparam("at_ns"))
    .order_by(pirs.c.due_ns, pirs.c.change_id)
    .limit(bindparam("limit"))
)
_ANNOUNCE: Final = (
    update(pirs)
    .where(UNANNOUNCED, pirs.c.change_id == bindparam("change"))
    .values(announced_at_ns=bindparam("at_ns"))
    .returning(pirs.c.change_id)
)
_WRITE: Final = (
    update(pirs)
    .where(_UNWRITTEN, pirs.c.change_id == bindparam("change"))
    .values(
        written_at_ns=bindparam("at_ns"),
        written_by=bindparam("by"),
        wrong=bindparam("found_wrong"),
        happened=bindparam("what_happened"),
        follow_ups=bindparam("follows"),
    )
    .returning(pirs.c.change_id)
)


def team_bypasses_of(session: Session, question: HistoryQuestion) -> TeamBypasses:
    """How the team stands; not asked where no bypass names the change."""
    if not question.bypasses:
        return TeamBypasses()
    asked = {"team": question.team, "at_ns": question.at_ns, "since_ns": question.at_ns - DAYS * _DAY_NS}
    row = session.execute(_TEAM_BYPASSES, asked).one()
    return TeamBypasses(days=DAYS, used=row["used"], broken=row["broken"], pirs_overdue=row["pirs_overdue"])


def lock_of(team: str) -> str:
    """What those lock who use up a grant of a team, so that no two use up the last of its budget."""
    return f"bypasses of {team}"


def pir_rows(pir: Pir | None) -> list[Values]:
    """The row of what is owed."""
    if pir is None:
        return []
    return [
        {
            "change_id": pir.change,
            "service": pir.service,
            "environment": pir.environment,
            "team": pir.team,
            "bypasses": json.dumps(pir.bypasses),
            "uses": len(pir.bypasses) - pir.broken,
            "broken": pir.broken,
            "owed_since_ns": pir.owed_since_ns,
            "due_ns": pir.due_ns,
        }
    ]


def read_pir(session: Session, change_id: str) -> Pir | None:
    """What a change owes or has written."""
    row = session.execute(_PIR, {"change": change_id}).one_or_none()
    return None if row is None else _pir_of(row)


def read_pirs(session: Session, overdue_at_ns: int | None) -> list[Pir]:
    """Those that are overdue at an instant, the longest first; or all, newest first."""
    rows = session.execute(_NEWEST) if overdue_at_ns is None else session.execute(_OVERDUE, {"at_ns": overdue_at_ns})
    return [_pir_of(row) for row in rows]


def unannounced_pirs(session: Session, overdue_at_ns: int, limit: int) -> list[Pir]:
    """Those that are overdue and not announced, the longest first."""
    return [_pir_of(row) for row in session.execute(_UNANNOUNCED, {"at_ns": overdue_at_ns, "limit": limit})]


def announce_pir(session: Session, change_id: str, at_ns: int, told: Sequence[Notice]) -> bool:
    """Mark it, and put what is told of it into the outbox; False, and nothing written, if there is nothing to tell."""
    if session.execute(_ANNOUNCE, {"change": change_id, "at_ns": at_ns}).one_or_none() is None:
        return False
    if rows := notice_rows(told):
        session.execute(NEW_NOTICE, rows)
    return True


def write_pir(session: Session, change_id: str, written: WrittenPir, record: Record) -> bool:
    """Write it, and the record of it; False, and nothing written, if none is owed any more."""
    values = {
        "change": change_id,
        "at_ns": written.at_ns,
        "by": written.by,
        "found_wrong": written.wrong,
        "what_happened": written.happened,
        "follows": json.dumps(written.follow_ups),
    }
    if session.execute(_WRITE, values).one_or_none() is None:
        return False
    number = session.execute(ONE_MORE_RECORD, {"change": change_id}).scalar_one_or_none()
    session.execute(NEW_RECORD, record_rows([record])[0] | {"number": number})
    return True


def _pir_of(row: Row) -> Pir:
    written = None
    if row["written_at_ns"] is not None:
        written = WrittenPir(
            by=row["written_by"],
            at_ns=row["written_at_ns"],
            wrong=row["wrong"],
            happened=row["happened"],
            follow_ups=tuple(json.loads(row["follow_ups"])),
        )
    return Pir(
        change=row["change_id"],
        service=row["service"],
        environment=row["environment"],
        team=row["team"],
        bypasses=tuple(json.loads(row["bypasses"])),
        broken=row["broken"],
        owed_since_ns=row["owed_since_ns"],
        due_ns=row["due_ns"],
        written=written,
    )
