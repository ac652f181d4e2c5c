"""Empty databases for tests: a file of SQLite, and a schema of its own in the PostgreSQL that the environment names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final, Literal

import psycopg
import pytest
from sqlalchemy import NullPool, create_engine, make_url

from gate.adapters.sql.tables import Row

Kind = Literal["sqlite", "postgresql"]

_POSTGRESQL_URL: Final = os.environ.get("GATE_TEST_POSTGRESQL_URL", "")

needs_postgresql: Final = pytest.mark.skipif(
    not _POSTGRESQL_URL,
    reason='no PostgreSQL: export GATE_TEST_POSTGRESQL_URL="$(scripts/postgresql start)" to test on one, too',
)
"""For tests of PostgreSQL alone: where there is none, it is they who say so, once for all."""

KINDS: Final = [
    pytest.param("sqlite", id="sqlite"),
    *([pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql)] if _POSTGRESQL_URL else []),
]
"""The databases that are there, as parameters of a fixture."""

_numbers = count(1)


@contextmanager
def empty_database(kind: Kind, folder: Path) -> Iterator[str]:
    """The URL of a database without any tables; what is left in it is removed."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/gate.db"
        return
    schema = f"gate_test_{os.getpid()}_{next(_numbers)}"
    _execute(f"CREATE SCHEMA {schema}")
    try:
        url = make_url(_POSTGRESQL_URL).update_query_dict({"options": f"-csearch_path={schema}"})
        yield url.render_as_string(hide_password=False)
    finally:
        _execute(f"DROP SCHEMA {schema} CASCADE")


def _execute(statement: str) -> None:
    # On a connection of its own: the server may have been restarted since the last one.
    with psycopg.connect(_POSTGRESQL_URL, autocommit=True) as connection:
        connection.execute(statement.encode())


def forget_all_rows(postgresql_url: str) -> None:
    """Empty every table; much quicker than making the tables anew."""
    engine = create_engine(make_url(postgresql_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.begin() as connection:
        for table in reversed(Row.metadata.sorted_tables):
            connection.execute(table.delete())
