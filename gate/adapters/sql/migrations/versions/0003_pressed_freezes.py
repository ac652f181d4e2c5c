"""Freezes that somebody pressed, and changes that are looked at while they run."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "pressed_freezes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("press_key", sa.String(), nullable=True),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=True),
        sa.Column("overrun", sa.String(), nullable=False),
        sa.Column("pressed_by", sa.String(), nullable=False),
        sa.Column("pressed_at_ns", sa.BigInteger(), nullable=False),
        sa.Column("until_ns", sa.BigInteger(), nullable=True),
        sa.Column("thawed_by", sa.String(), nullable=True),
        sa.Column("thawed_at_ns", sa.BigInteger(), nullable=True),
        sa.Column("thaw_reason", sa.String(), nullable=True),
        sa.Column("filed_at_ns", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_pressed_freezes"),
        sa.UniqueConstraint("press_key", name="uq_pressed_freezes_press_key"),
    )
    not_thawed = sa.text("thawed_at_ns IS NULL")
    op.create_index(
        "ix_pressed_freezes_pressed",
        "pressed_freezes",
        ["until_ns"],
        sqlite_where=not_thawed,
        postgresql_where=not_thawed,
    )
    op.add_column("changes", sa.Column("stop", sa.String(), nullable=True))
    op.drop_index("ix_changes_due", "changes")
    not_over = sa.text("state IN ('open', 'started')")
    op.create_index("ix_changes_due", "changes", ["look_again_ns"], sqlite_where=not_over, postgresql_where=not_over)
