"""Runs the steps that a database lacks, by Alembic; configured here, so that there is no alembic.ini to be found."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from gate.domain.errors import StoreError


def run_migrations(connection: Connection, standing: str | None) -> None:
    """From the revision that the database stands at (None: empty) to the newest, in the transaction that is open."""
    config = Config()
    config.set_main_option("script_location", "gate.adapters.sql:migrations")
    scripts = ScriptDirectory.from_config(config)
    if standing not in {None, *(step.revision for step in scripts.walk_revisions())}:
        raise StoreError(
            f"the database is at schema {standing}, which this version of the gate does not know",
            hint="A newer gate has used it. Run that version, or restore the backup that was made before the upgrade.",
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
