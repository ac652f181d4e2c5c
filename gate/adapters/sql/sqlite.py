"""SQLite: one file, one writer at a time, a commit that is on the disk before it is acknowledged."""

import os
import sqlite3
import time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.dialects.sqlite import insert

from gate.adapters.sql.database import Database, Upserts
from gate.domain.errors import StoreError

_WAITS_SECONDS: Final = 5.0
"""How long to wait for another process that is writing."""
_LOOKS_AGAIN_SECONDS: Final = 0.01
_READERS: Final = 2
_GROUP: Final = 32


def sqlite(url: URL) -> Database:
    """One SQLite file in WAL mode, made if it is not there. Several processes of one machine may share it."""
    writing = _engine(url)
    _make_file(url)
    event.listen(writing, "begin", _begin)
    return Database(
        writing=writing,
        reading=_engine(url).execution_options(isolation_level="AUTOCOMMIT"),
        writers=1,
        readers=_READERS,
        group=_GROUP,
        upserts=Upserts(insert),
        # Whoever writes has had the whole file to itself since BEGIN IMMEDIATE.
        lock_resources=None,
        keep_presses_out=None,
        keep_judgements_out=None,
        hold_unasked=None,
        lock_schema=(),
    )


def _make_file(url: URL) -> None:
    if not url.database or url.database == ":memory:":
        raise StoreError(
            "a store in memory would forget every decision",
            hint="Name a file: GATE_DATABASE_URL=sqlite:///path/to/gate.db.",
        )
    file = Path(url.database)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Readable by nobody else; SQLite gives its log the same rights.
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(
            f"the database file {file} cannot be opened: {error.strerror}",
            hint="Check GATE_STATE_DIR or GATE_DATABASE_URL, and who may write there.",
        ) from error


def _engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        # isolation_level None: the driver begins no transaction by itself, so that ours can be IMMEDIATE.
        connect_args={"timeout": _WAITS_SECONDS, "isolation_level": None},
    )
    event.listen(engine, "connect", _set_up)
    return engine


def _begin(connection: Connection) -> None:
    # IMMEDIATE takes the write lock now: a transaction that began by reading could find what it read outdated when it
    # first writes, and would then fail without waiting.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _set_up(connection: Any, _: object) -> None:
    mode = _begin_log(connection)
    if mode != "wal":
        raise StoreError(
            f"SQLite keeps its journal in mode {mode!r} here, not in a write-ahead log",
            hint="Put the state directory on a local disk; network file systems cannot hold a write-ahead log.",
        )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_log(connection: sqlite3.Connection) -> str:
    """In which mode the journal is kept. SQLite does not wait by itself while another process begins the log."""
    until_s = time.monotonic() + _WAITS_SECONDS
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return str(mode)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                raise
            time.sleep(_LOOKS_AGAIN_SECONDS)
