"""How long groups take to answer. What was answered before is not counted: nobody wrote down when it was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "daily_answers",
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("waited_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("group_name", "day", name="pk_daily_answers"),
    )
