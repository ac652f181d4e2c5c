"""The reviews that changes owe which went around the process. What went around before owes none."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

UNWRITTEN = sa.text("written_at_ns IS NULL")


def upgrade() -> None:
    op.create_table(
        "pirs",
        sa.Column("change_id", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("bypasses", sa.String(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("owed_since_ns", sa.BigInteger(), nullable=False),
        sa.Column("due_ns", sa.BigInteger(), nullable=False),
        sa.Column("written_at_ns", sa.BigInteger(), nullable=True),
        sa.Column("written_by", sa.String(), nullable=True),
        sa.Column("wrong", sa.String(), nullable=True),
        sa.Column("happened", sa.String(), nullable=True),
        sa.Column("follow_ups", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("change_id", name="pk_pirs"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_pirs_change_id"),
    )
    for name, columns in (("ix_pirs_unwritten", ["team", "due_ns"]), ("ix_pirs_due_ns", ["due_ns"])):
        op.create_index(name, "pirs", columns, sqlite_where=UNWRITTEN, postgresql_where=UNWRITTEN)
    op.create_index("ix_pirs_team", "pirs", ["team", "owed_since_ns"])
    op.create_index("ix_pirs_owed_since_ns", "pirs", ["owed_since_ns"])
