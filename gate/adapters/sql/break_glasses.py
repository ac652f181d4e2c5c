"""Broken glasses: the transaction that keeps one, and what is asked of them."""

import json
from typing import Final

from sqlalchemy import bindparam, func, insert, select, update

from gate.adapters.sql import statements as sql
from gate.adapters.sql.prepared import Row, Session
from gate.adapters.sql.rows import Values, record_rows
from gate.adapters.sql.tables import UNFILED, break_glasses
from gate.domain.break_glass import BreakGlass
from gate.domain.errors import FactsMovedError
from gate.domain.record import Record

_glasses = break_glasses.c
_OF_CHANGE: Final = select(break_glasses).where(_glasses.change_id == bindparam("change")).order_by(_glasses.number)
_LAST: Final = select(func.max(_glasses.number)).where(_glasses.change_id == bindparam("change"))
_NEW: Final = insert(break_glasses)
_UNFILED: Final = select(break_glasses).where(UNFILED).order_by(_glasses.at_ns, _glasses.id).limit(bindparam("limit"))
_FILE: Final = (
    update(break_glasses)
    .where(_glasses.id == bindparam("glass"), _glasses.filed_at_ns.is_(None))
    .values(filed_at_ns=bindparam("filed"))
)


def glasses_of(session: Session, change_id: str) -> tuple[BreakGlass, ...]:
    """Those that were broken for a change, oldest first."""
    return tuple(_glass_of(row) for row in session.execute(_OF_CHANGE, {"change": change_id}))


def write_glass(session: Session, glass: BreakGlass, record: Record) -> None:
    """Keep it, and make the change due. FactsMovedError if it is not open, or has a glass of that number."""
    told = {"change": glass.change, "at_ns": glass.at_ns}
    record_count = session.execute(sql.ANSWERED, told).scalar_one_or_none()
    if record_count is None:
        raise FactsMovedError(f"change {glass.change} is not open any more")
    last = session.execute(_LAST, {"change": glass.change}).scalar_one_or_none()
    if glass.number != (last or 0) + 1:
        raise FactsMovedError(f"the glass of change {glass.change} was broken by somebody else meanwhile")
    session.execute(_NEW, _row(glass))
    session.execute(sql.NEW_RECORD, record_rows([record])[0] | {"number": record_count})


def unfiled_glasses(session: Session, limit: int) -> list[BreakGlass]:
    """Those that are not proposed to the policy repository, oldest first."""
    return [_glass_of(row) for row in session.execute(_UNFILED, {"limit": limit})]


def file_glass(session: Session, glass_id: str, at_ns: int) -> None:
    """Remember that it was proposed."""
    session.execute(_FILE, {"glass": glass_id, "filed": at_ns})


def _row(glass: BreakGlass) -> Values:
    row = glass.model_dump(exclude={"change", "by", "commit", "lifts"})
    renamed = {"change_id": glass.change, "person": glass.by, "commit_id": glass.commit}
    return row | renamed | {"lifts": json.dumps(glass.lifts)}


def _glass_of(row: Row) -> BreakGlass:
    told = dict(row)
    renamed = {"change": told.pop("change_id"), "by": told.pop("person"), "commit": told.pop("commit_id")}
    return BreakGlass(**told | renamed | {"lifts": tuple(json.loads(told["lifts"]))})
