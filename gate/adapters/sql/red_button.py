"""Pressed freezes: the transactions that press and thaw, and what is asked of them.

No approval and no start may slip past a press. Whoever records a judgement keeps presses out until it is committed, and
asks which freezes hold once more; whoever presses or thaws keeps all of those out. So a judgement is either committed
before the press is, or it is seen not to know of it. On SQLite the immediate transaction does this.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, insert, or_, select, update

from gate.adapters.sql.database import Database
from gate.adapters.sql.prepared import Row, Session
from gate.adapters.sql.rows import Values, record_rows
from gate.adapters.sql.statements import NEW_RECORD, RUNS, due_by
from gate.adapters.sql.tables import NOT_THAWED, OPEN, changes, pressed_freezes
from gate.domain.errors import LimitReachedError
from gate.domain.record import Record
from gate.domain.red_button import MOST_IN_FORCE, MOST_TOLD, PressedFreeze, Thaw, literal_names
from gate.domain.scope import Scope

_freezes = pressed_freezes.c
_THAWED: Final = {"by": "thawed_by", "at_ns": "thawed_at_ns", "reason": "thaw_reason"}
_HOLDS: Final = and_(NOT_THAWED, or_(_freezes.until_ns.is_(None), _freezes.until_ns > bindparam("at_ns")))

_HOLDING: Final = select(pressed_freezes).where(_HOLDS)
_IDS_HOLDING: Final = select(_freezes.id).where(_HOLDS)
_COUNT_HOLDING: Final = select(func.count()).select_from(pressed_freezes).where(_HOLDS)
_NEWEST_FIRST: Final = (_freezes.pressed_at_ns.desc(), _freezes.id.desc())
_SINCE: Final = (
    select(pressed_freezes)
    .where(_freezes.pressed_at_ns >= bindparam("since_ns"))
    .order_by(*_NEWEST_FIRST)
    .limit(MOST_TOLD)
)
_SINCE_HOLDING: Final = _SINCE.where(_HOLDS)
_FREEZE: Final = select(pressed_freezes).where(_freezes.id == bindparam("freeze"))
_KNOWN: Final = select(pressed_freezes).where(_freezes.press_key == bindparam("key"))
_PRESS: Final = insert(pressed_freezes)
_THAW: Final = (
    update(pressed_freezes)
    .where(_freezes.id == bindparam("freeze"), _HOLDS)
    .values(thawed_by=bindparam("by"), thawed_at_ns=bindparam("at_ns"), thaw_reason=bindparam("why"))
    .returning(_freezes.id)
)
_FILE: Final = (
    update(pressed_freezes)
    .where(_freezes.id == bindparam("freeze"), _freezes.filed_at_ns.is_(None))
    .values(filed_at_ns=bindparam("at_ns"))
)
_CONCERNED: Final = due_by(
    or_(and_(OPEN, changes.c.asked_at_ns >= bindparam("asked_since_ns")), RUNS),
    or_(bindparam("any_service"), changes.c.service.in_(bindparam("services", expanding=True))),
    or_(bindparam("any_environment"), changes.c.environment.in_(bindparam("environments", expanding=True))),
)
"""What a freeze may concern. Only the catalogue knows owners, objectives and labels: some are looked at in vain."""


def write_press(
    session: Session,
    database: Database,
    freeze: PressedFreeze,
    press_key: str | None,
    record: Record,
    asked_since_ns: int,
) -> PressedFreeze:
    """Press, once for each key. LimitReachedError."""
    _keep_all_out(session, database)
    known = session.execute(_KNOWN, {"key": press_key}).one_or_none()
    if known is not None:
        return _freeze_of(known)
    if session.execute(_COUNT_HOLDING, {"at_ns": freeze.pressed_at_ns}).scalar_one_or_none() >= MOST_IN_FORCE:
        raise LimitReachedError(
            f"{MOST_IN_FORCE} pressed freezes hold already", hint="Thaw those that are over, or commit them to git."
        )
    session.execute(_PRESS, _row(freeze) | {"press_key": press_key})
    session.execute(NEW_RECORD, record_rows([record]))
    _make_due(session, freeze, freeze.pressed_at_ns, asked_since_ns)
    return freeze


def write_thaw(
    session: Session, database: Database, freeze_id: str, thaw: Thaw, record: Record, asked_since_ns: int
) -> PressedFreeze | None:
    """Thaw what holds; the freeze as it then stands."""
    _keep_all_out(session, database)
    told = {"freeze": freeze_id, "by": thaw.by, "at_ns": thaw.at_ns, "why": thaw.reason}
    thawed = session.execute(_THAW, told).scalar_one_or_none()
    freeze = read_freeze(session, freeze_id)
    if freeze is not None and thawed is not None:
        session.execute(NEW_RECORD, record_rows([record]))
        _make_due(session, freeze, thaw.at_ns, asked_since_ns)
    return freeze


def read_freeze(session: Session, freeze_id: str) -> PressedFreeze | None:
    """A freeze, however it stands."""
    found = session.execute(_FREEZE, {"freeze": freeze_id}).one_or_none()
    return None if found is None else _freeze_of(found)


def read_freezes(session: Session, holding_at_ns: int | None, pressed_since_ns: int) -> Sequence[PressedFreeze]:
    """Freezes, newest first."""
    if holding_at_ns is None:
        rows = session.execute(_SINCE, {"since_ns": pressed_since_ns})
    else:
        rows = session.execute(_SINCE_HOLDING, {"since_ns": pressed_since_ns, "at_ns": holding_at_ns})
    return [_freeze_of(row) for row in rows]


def write_filing(session: Session, freeze_id: str, at_ns: int) -> None:
    """Remember that it was proposed to the policy repository."""
    session.execute(_FILE, {"freeze": freeze_id, "at_ns": at_ns})


def freezes_that_hold(session: Session, at_ns: int) -> tuple[PressedFreeze, ...]:
    """All that hold, by id: as for reservations, not in an order that a database chooses."""
    rows = session.execute(_HOLDING, {"at_ns": at_ns})
    return tuple(sorted((_freeze_of(row) for row in rows), key=lambda freeze: freeze.id))


def ids_that_hold(session: Session, at_ns: int) -> list[str]:
    """Their ids alone: what a freeze says never changes while it holds."""
    return sorted(session.execute(_IDS_HOLDING, {"at_ns": at_ns}).scalars())


def keep_presses_out(session: Session, database: Database) -> None:
    """Until this transaction ends, nobody presses or thaws. Any number may do this at once."""
    if database.keep_presses_out is not None:
        session.execute(database.keep_presses_out)


def _keep_all_out(session: Session, database: Database) -> None:
    if database.keep_judgements_out is not None:
        session.execute(database.keep_judgements_out)


def _make_due(session: Session, freeze: PressedFreeze, at_ns: int, asked_since_ns: int) -> None:
    services, environments = literal_names(freeze.scope.services), literal_names(freeze.scope.environments)
    concerned = {
        "at_ns": at_ns,
        "asked_since_ns": asked_since_ns,
        "any_service": services is None,
        "services": services or (),
        "any_environment": environments is None,
        "environments": environments or (),
    }
    session.execute(_CONCERNED, concerned)


def _row(freeze: PressedFreeze) -> Values:
    row = freeze.model_dump(exclude={"scope", "thaw"}) | {"scope": freeze.scope.model_dump_json(by_alias=True)}
    return row | {column: getattr(freeze.thaw, name, None) for name, column in _THAWED.items()}


_KEPT: Final = tuple(column.name for column in pressed_freezes.columns if column.name != "press_key")


def _freeze_of(row: Row) -> PressedFreeze:
    return _freeze(tuple(row[name] for name in _KEPT))


@lru_cache(maxsize=MOST_IN_FORCE)
def _freeze(kept: tuple[Any, ...]) -> PressedFreeze:
    # Every judgement reads all that hold, twice, and they hardly ever change: so each is understood once.
    told = dict(zip(_KEPT, kept, strict=True))
    thawed = {name: told.pop(column) for name, column in _THAWED.items()}
    thaw = None if thawed["at_ns"] is None else Thaw(**thawed)
    return PressedFreeze(scope=Scope.model_validate_json(told.pop("scope")), thaw=thaw, **told)
