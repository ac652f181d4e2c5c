"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _changes()
    _decisions()
    _records()
    _reservations()
    _bypass_uses()
    _waits()
    _daily_results()
    _tokens()


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=True),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("commit_id", sa.String(), nullable=False),
        sa.Column("requester", sa.String(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at_ns", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at_ns", sa.BigInteger(), nullable=True),
        sa.Column("ended_at_ns", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("record_count", sa.Integer(), nullable=False),
        sa.Column("look_again_ns", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sa.UniqueConstraint("request_key", name="uq_changes_request_key"),
    )
    still_open = sa.text("state = 'open'")
    op.create_index(
        "ix_changes_due", "changes", ["look_again_ns"], sqlite_where=still_open, postgresql_where=still_open
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("change_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("change_class", sa.String(), nullable=False),
        sa.Column("risk_class", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("at_ns", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("facts_digest", sa.String(), nullable=False),
        sa.Column("assessment", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.UniqueConstraint("change_id", "sequence", name="uq_decisions_change_id_sequence"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_decisions_change_id"),
    )


def _records() -> None:
    op.create_table(
        "records",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at_ns", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.String(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_records"),
        sa.UniqueConstraint("change_id", "number", name="uq_records_change_id_number"),
        sa.UniqueConstraint("leaf", name="uq_records_leaf"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_records_change_id"),
    )


def _reservations() -> None:
    op.create_table(
        "reservations",
        sa.Column("change_id", sa.String(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("resources", sa.String(), nullable=False),
        sa.Column("started", sa.Boolean(), nullable=False),
        sa.Column("since_ns", sa.BigInteger(), nullable=False),
        sa.Column("until_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name="pk_reservations"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_reservations_change_id"),
    )
    op.create_index("ix_reservations_environment", "reservations", ["environment", "until_ns", "change_id"])
    op.create_index("ix_reservations_team", "reservations", ["environment", "team", "until_ns", "change_id"])
    op.create_table(
        "reserved_resources",
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("until_ns", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("environment", "resource", "until_ns", "change_id", name="pk_reserved_resources"),
        sa.ForeignKeyConstraint(
            ["change_id"], ["reservations.change_id"], name="fk_reserved_resources_change_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_reserved_resources_change_id", "reserved_resources", ["change_id"])
    op.create_table(
        "resource_locks",
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("environment", "resource", name="pk_resource_locks"),
    )


def _bypass_uses() -> None:
    op.create_table(
        "bypass_uses",
        sa.Column("bypass_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.String(), nullable=False),
        sa.Column("at_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bypass_id", "number", name="pk_bypass_uses"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_bypass_uses_change_id"),
    )


def _waits() -> None:
    op.create_table(
        "waits",
        sa.Column("change_id", sa.String(), nullable=False),
        sa.Column("other_change_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", "other_change_id", name="pk_waits"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_waits_change_id"),
    )
    op.create_index("ix_waits_other_change_id", "waits", ["other_change_id"])


def _daily_results() -> None:
    op.create_table(
        "daily_results",
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("finished", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("service", "environment", "day", name="pk_daily_results"),
    )


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("permissions", sa.String(), nullable=False),
        sa.Column("services", sa.String(), nullable=False),
        sa.Column("environments", sa.String(), nullable=False),
        sa.Column("made_at_ns", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ns", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at_ns", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
    )
