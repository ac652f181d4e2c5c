"""What all tables share."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel


class Row(SQLModel):
    """What all tables share: one catalogue of them, and names for their constraints that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        }
    )
