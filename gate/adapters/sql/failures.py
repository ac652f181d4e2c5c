"""What a database's errors mean for whoever asked. Neither a statement's values nor a password ever get into them."""

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gate.domain.errors import FactsMovedError, GateError, StoreError

ADDRESS_HINT: Final = (
    "Write GATE_DATABASE_URL as sqlite:///path/to/gate.db or postgresql://user:password@host:port/database."
)

_SQLITE_HINTS: Final = {
    sqlite3.SQLITE_BUSY: "Another process holds the database; end it, or give each gate its own file.",
    sqlite3.SQLITE_READONLY: "Let the gate's user write the database file and its folder.",
    sqlite3.SQLITE_IOERR: "Check the disk that holds the state directory.",
    sqlite3.SQLITE_FULL: "Free some space on the disk that holds the state directory.",
    sqlite3.SQLITE_CANTOPEN: "Check that the state directory is there and that the gate's user may write it.",
    sqlite3.SQLITE_CORRUPT: "Stop the gate and restore the database from its backup.",
    sqlite3.SQLITE_NOTADB: "The file is no SQLite database; check GATE_DATABASE_URL, or restore it from its backup.",
}
"""By primary result code, https://www.sqlite.org/rescode.html."""

_POSTGRESQL_HINTS: Final = {
    "": "Check that PostgreSQL runs, and that GATE_DATABASE_URL names its host, database, user and password.",
    "25": "GATE_DATABASE_URL names a server that takes no writes; name the primary.",
    "42": "Give the gate's user the right to use and to create tables in its schema.",
    "53": "The server is out of connections, memory or disk space.",
    "55": "Another transaction holds a lock for long; look for it in pg_stat_activity.",
    "57": "The server is shutting down, or a statement took too long.",
}
"""By class of SQLSTATE, PostgreSQL's manual, appendix A; without one, there is no connection."""

_IN_EACH_OTHERS_WAY: Final = {"40001", "40P01"}
"""serialization_failure, deadlock_detected."""


def is_worth_another_try(error: DBAPIError) -> bool:
    """Whether the same transaction may simply be run again.

    Where the connection was lost at its commit, it may have been committed in truth. That does no harm: every write
    is guarded by a key or a sequence, so that the second try writes nothing twice.
    """
    return error.connection_invalidated or _sqlstate(error) in _IN_EACH_OTHERS_WAY


def translated(error: Exception) -> Exception:
    """A database's error as the domain knows it, with the original as its cause; any other error as it is."""
    if not isinstance(error, SQLAlchemyError):
        return error
    failure = _in_words_of_the_domain(error)
    failure.__cause__ = error
    return failure


def _in_words_of_the_domain(error: SQLAlchemyError) -> GateError:
    if not isinstance(error, DBAPIError) or error.orig is None:
        return StoreError(f"the database cannot be used: {type(error).__name__}", hint=ADDRESS_HINT)
    if _sqlstate(error) in _IN_EACH_OTHERS_WAY:
        return FactsMovedError("another transaction was in the way twice")
    said = str(error.orig).partition("\n")[0]
    return StoreError(f"the database gave no answer: {said}", hint=_hint(error.orig))


def _hint(error: BaseException) -> str:
    if isinstance(error, sqlite3.Error):
        # The low byte is the primary code. Errors that Python itself raises have none.
        return _SQLITE_HINTS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "")
    return _POSTGRESQL_HINTS.get((getattr(error, "sqlstate", None) or "")[:2], "")


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
