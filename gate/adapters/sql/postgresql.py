"""PostgreSQL: any number of gates share one database; keys and row locks keep them from taking the same thing twice."""

from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    URL,
    ColumnElement,
    Engine,
    NullPool,
    String,
    bindparam,
    create_engine,
    event,
    false,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert

from gate.adapters.sql.database import Database, Upserts
from gate.adapters.sql.tables import changes, resource_locks

_SESSION: Final = {
    "lock_timeout": "5s",
    "statement_timeout": "10s",
    # A gate that was stopped in the middle of a transaction must not hold its locks for ever.
    "idle_in_transaction_session_timeout": "30s",
}
_CONNECT: Final = {"connect_timeout": 5, "application_name": "change-gate"}
_MIGRATION_LOCK: Final = 0x6761_7465
"""The key of the advisory lock under which one gate at a time migrates."""
_RED_BUTTON_LOCK: Final = 0x6762_7574
"""The key of the advisory lock between those who press and those who record. A row that all of them lock would be
written each time, and be where they all meet; this lock is in memory only, and ends with the transaction."""

_LOCK_RESOURCES: Final = (
    insert(resource_locks)
    .from_select(["resource"], select(func.unnest(bindparam("resources", type_=ARRAY(String)))))
    .on_conflict_do_update(
        index_elements=list(resource_locks.primary_key), set_={"resource": resource_locks.c.resource}, where=false()
    )
)
"""Makes the rows that are missing and locks the others, one by one in the order given, and changes none: a row whose
update is called off by the condition stays locked all the same (PostgreSQL's manual, INSERT, "ON CONFLICT Clause").
As every gate gives them sorted, no two wait for each other."""


def _number_of(unasked: ColumnElement[str]) -> ColumnElement[int]:
    """The advisory lock of what may be asked for; see `prerequisites.unasked`. Two may share one, and only wait."""
    return func.hashtextextended(unasked, 0)


_AWAITED: Final = func.unnest(bindparam("awaited", type_=ARRAY(String))).column_valued("awaited")
_HOLD_UNASKED: Final = select(func.pg_advisory_xact_lock(_number_of(_AWAITED)))
_HELD_BY_ENTERING: Final = func.pg_advisory_xact_lock_shared(
    _number_of(changes.c.environment + "/" + changes.c.service + "@" + changes.c.commit_id)
)
"""Who waits for a change that is not asked for, and who asks for it, take this lock: one of them sees the other."""


def postgresql(url: URL, connections: int) -> Database:
    """One PostgreSQL database, through psycopg. A third of the connections only read."""
    engine = _engine(url)
    readers = max(1, connections // 3)
    return Database(
        writing=engine.execution_options(isolation_level="READ COMMITTED"),
        reading=engine.execution_options(isolation_level="AUTOCOMMIT"),
        writers=max(1, connections - readers),
        readers=readers,
        # The server itself puts the commits of several connections together.
        group=1,
        upserts=Upserts(insert, _HELD_BY_ENTERING),
        lock_resources=_LOCK_RESOURCES,
        keep_presses_out=select(func.pg_advisory_xact_lock_shared(_RED_BUTTON_LOCK)),
        keep_judgements_out=select(func.pg_advisory_xact_lock(_RED_BUTTON_LOCK)),
        hold_unasked=_HOLD_UNASKED,
        lock_schema=(
            text("SET LOCAL lock_timeout = 0"),
            text("SET LOCAL statement_timeout = 0"),
            select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)),
        ),
    )


def _engine(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"), poolclass=NullPool, hide_parameters=True, connect_args=_CONNECT
    )
    event.listen(engine, "connect", _set_up)
    return engine


def _set_up(connection: Any, _: object) -> None:
    with connection.cursor() as cursor:
        for name, value in _SESSION.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
        # What was acknowledged must be on disk, whatever the server's default; a stricter setting is left alone.
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
    connection.commit()
