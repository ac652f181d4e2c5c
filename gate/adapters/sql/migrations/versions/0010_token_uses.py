"""What identity tokens were used for."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "token_uses",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=True),
        sa.Column("change_id", sa.String(), nullable=True),
        sa.Column("kept_until_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_token_uses"),
    )
    op.create_index("ix_token_uses_kept", "token_uses", ["kept_until_ns"])
