"""A change may be planned for another start than was asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("changes", sa.Column("plan", sa.String(), nullable=True))
