"""What Alembic runs around the migrations: on the connection, and in the transaction, that `schema` has opened."""

from alembic import context

from gate.adapters.sql.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    # SQLite can, too, and half a migration must never be left behind.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
