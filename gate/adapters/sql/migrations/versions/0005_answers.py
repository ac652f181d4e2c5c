"""What people answer to the steps of a change, and whose token it is that shows who does."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("change_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("at_ns", sa.BigInteger(), nullable=False),
        sa.Column("commit_id", sa.String(), nullable=False),
        sa.Column("artifact", sa.String(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("shown_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", "number", name="pk_answers"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_answers_change_id"),
    )
    op.add_column("tokens", sa.Column("person", sa.String(), nullable=True))
