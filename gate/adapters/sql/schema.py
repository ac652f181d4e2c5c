"""Sees to it that a database has the schema that this program is written for, before anything else is asked of it."""

from typing import Final

from sqlalchemy import Connection, inspect, text

from gate.adapters.sql.database import Database

NEWEST: Final = "0016"
"""The revision that `tables` describes."""


def bring_up_to_date(database: Database) -> None:
    """Run the migrations that are missing, one gate at a time, all or none. StoreError if the database is too new."""
    with database.writing.connect() as connection, connection.begin():
        for statement in database.lock_schema:
            connection.execute(statement)
        standing = _revision(connection)
        if standing != NEWEST:
            # Late, because Alembic takes a third of a second to load, and there is seldom anything to migrate.
            from gate.adapters.sql.migrations.run import run_migrations  # noqa: PLC0415 -- as said

            run_migrations(connection, standing)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
