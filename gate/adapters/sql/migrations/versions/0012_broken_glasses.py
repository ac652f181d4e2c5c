"""Glasses that are broken for changes, and that a review was announced as overdue."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

UNFILED = sa.text("filed_at_ns IS NULL")
UNANNOUNCED = sa.text("written_at_ns IS NULL AND announced_at_ns IS NULL")


def upgrade() -> None:
    op.create_table(
        "break_glasses",
        sa.Column("change_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("shown_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("at_ns", sa.BigInteger(), nullable=False),
        sa.Column("commit_id", sa.String(), nullable=False),
        sa.Column("artifact", sa.String(), nullable=True),
        sa.Column("lifts", sa.String(), nullable=False),
        sa.Column("expires_ns", sa.BigInteger(), nullable=False),
        sa.Column("review_within_ns", sa.BigInteger(), nullable=False),
        sa.Column("filed_at_ns", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("change_id", "number", name="pk_break_glasses"),
        sa.UniqueConstraint("id", name="uq_break_glasses_id"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_break_glasses_change_id"),
    )
    op.create_index(
        "ix_break_glasses_unfiled", "break_glasses", ["at_ns"], sqlite_where=UNFILED, postgresql_where=UNFILED
    )
    op.add_column("pirs", sa.Column("broken", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("pirs", sa.Column("announced_at_ns", sa.BigInteger(), nullable=True))
    op.create_index("ix_pirs_unannounced", "pirs", ["due_ns"], sqlite_where=UNANNOUNCED, postgresql_where=UNANNOUNCED)
