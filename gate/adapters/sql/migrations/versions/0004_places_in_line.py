"""Reservations have a beginning and may lapse; resources say where they are; changes stand in line for them."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_HOUR_NS = 3_600_000_000_000


def upgrade() -> None:
    _changes()
    held = op.get_bind().execute(sa.text("SELECT * FROM reservations")).mappings().all()
    for table in ("reserved_resources", "reservations", "resource_locks"):
        op.drop_table(table)
    _reservations()
    _queue_places()
    _keep([dict(row) for row in held])
    op.create_table(
        "resource_locks",
        sa.Column("resource", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("resource", name="pk_resource_locks"),
    )
    op.drop_index("ix_waits_other_change_id", "waits")
    op.execute("ALTER TABLE waits RENAME COLUMN other_change_id TO awaited")
    op.create_index("ix_waits_awaited", "waits", ["awaited"])


def _changes() -> None:
    op.add_column("changes", sa.Column("lapsed_at_ns", sa.BigInteger(), nullable=True))
    op.drop_index("ix_changes_due", "changes")
    not_over = sa.text("state IN ('open', 'started')")
    op.create_index(
        "ix_changes_due",
        "changes",
        ["look_again_ns", "asked_at_ns", "id"],
        sqlite_where=not_over,
        postgresql_where=not_over,
    )
    op.create_index("ix_changes_commit", "changes", ["commit_id", "service", "environment"])


def _reservations() -> None:
    op.create_table(
        "reservations",
        sa.Column("change_id", sa.String(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("resources", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("length_class", sa.Integer(), nullable=False),
        sa.Column("since_ns", sa.BigInteger(), nullable=False),
        sa.Column("until_ns", sa.BigInteger(), nullable=False),
        sa.Column("lapses_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name="pk_reservations"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_reservations_change_id"),
    )
    times = ["length_class", "since_ns", "until_ns", "lapses_ns"]
    op.create_index("ix_reservations_environment", "reservations", ["environment", *times])
    op.create_index("ix_reservations_team", "reservations", ["environment", "team", *times])
    op.create_table(
        "reserved_resources",
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("length_class", sa.Integer(), nullable=False),
        sa.Column("since_ns", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.String(), nullable=False),
        sa.Column("until_ns", sa.BigInteger(), nullable=False),
        sa.Column("lapses_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("resource", "length_class", "since_ns", "change_id", name="pk_reserved_resources"),
        sa.ForeignKeyConstraint(
            ["change_id"], ["reservations.change_id"], name="fk_reserved_resources_change_id", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reserved_resources_change_id", "reserved_resources", ["change_id"])


def _queue_places() -> None:
    op.create_table(
        "queue_places",
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("in_line_since_ns", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.String(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("resources", sa.String(), nullable=False),
        sa.Column("change_class", sa.String(), nullable=False),
        sa.Column("start_ns", sa.BigInteger(), nullable=False),
        sa.Column("until_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("resource", "priority", "in_line_since_ns", "change_id", name="pk_queue_places"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_queue_places_change_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_queue_places_change_id", "queue_places", ["change_id"])


def _keep(held: list[dict[str, Any]]) -> None:
    """What was held is held on: since it was decided, until the same instant, by names that say where."""
    reservations, resources = [], []
    for row in held:
        names = [f"{row['environment']}/{name}" for name in json.loads(row["resources"])]
        times = {"since_ns": row["since_ns"], "until_ns": row["until_ns"], "lapses_ns": row["until_ns"]}
        times["length_class"] = _length_class(row["until_ns"] - row["since_ns"])
        resources += [times | {"resource": name, "change_id": row["change_id"]} for name in names]
        reservations.append(
            {name: row[name] for name in ("change_id", "environment", "service", "team")}
            | times
            | {"resources": json.dumps(names), "state": "started" if row["started"] else "approved"}
        )
    _insert("reservations", reservations)
    _insert("reserved_resources", resources)


def _insert(table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        op.bulk_insert(sa.table(table, *(sa.column(name) for name in rows[0])), rows)


def _length_class(length_ns: int) -> int:
    """As `lengths` had it when this was written: eight times as long from class to class, from an hour on."""
    return next(number for number in range(6) if length_ns <= _HOUR_NS * 8**number)
