"""How changes went around the process: bypasses used, glasses broken, and the reviews owed for both."""

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from gate.adapters.sql.tables.row import Row

UNWRITTEN = text("written_at_ns IS NULL")
UNANNOUNCED = text("written_at_ns IS NULL AND announced_at_ns IS NULL")
UNFILED = text("filed_at_ns IS NULL")
"""Written out, because neither database uses a partial index for a condition that is a parameter."""


class BypassUseRow(Row, table=True):
    """One use of a bypass. The number is part of the key: of two who claim the last use, one is refused."""

    __tablename__ = "bypass_uses"
    __table_args__ = (ForeignKeyConstraint(["change_id"], ["changes.id"]),)

    bypass_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    change_id: str
    at_ns: int = Field(sa_type=BigInteger)


class BreakGlassRow(Row, table=True):
    """A glass that somebody broke for a change. `lifts` is a JSON list; the index finds what is not filed yet."""

    __tablename__ = "break_glasses"
    __table_args__ = (
        UniqueConstraint("id"),
        ForeignKeyConstraint(["change_id"], ["changes.id"]),
        Index("ix_break_glasses_unfiled", "at_ns", sqlite_where=UNFILED, postgresql_where=UNFILED),
    )

    change_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    id: str
    service: str
    environment: str
    person: str
    shown_by: str
    reason: str
    incident: str
    at_ns: int = Field(sa_type=BigInteger)
    commit_id: str
    artifact: str | None
    lifts: str
    expires_ns: int = Field(sa_type=BigInteger)
    review_within_ns: int = Field(sa_type=BigInteger)
    filed_at_ns: int | None = Field(sa_type=BigInteger)
    """When the pull request for it was proposed."""


class PirRow(Row, table=True):
    """The review that a change owes which used bypasses; what was written is null until it is. Lists are JSON."""

    __tablename__ = "pirs"
    __table_args__ = (
        ForeignKeyConstraint(["change_id"], ["changes.id"]),
        Index("ix_pirs_unwritten", "team", "due_ns", sqlite_where=UNWRITTEN, postgresql_where=UNWRITTEN),
        Index("ix_pirs_due_ns", "due_ns", sqlite_where=UNWRITTEN, postgresql_where=UNWRITTEN),
        Index("ix_pirs_unannounced", "due_ns", sqlite_where=UNANNOUNCED, postgresql_where=UNANNOUNCED),
        Index("ix_pirs_team", "team", "owed_since_ns"),
        Index("ix_pirs_owed_since_ns", "owed_since_ns"),
    )

    change_id: str = Field(primary_key=True)
    service: str
    environment: str
    team: str
    bypasses: str
    uses: int
    """How many grants it used up;"""
    broken: int = Field(sa_column_kwargs={"server_default": "0"})
    """and how many glasses were broken for it."""
    owed_since_ns: int = Field(sa_type=BigInteger)
    due_ns: int = Field(sa_type=BigInteger)
    written_at_ns: int | None = Field(sa_type=BigInteger)
    written_by: str | None
    wrong: str | None
    happened: str | None
    follow_ups: str | None
    announced_at_ns: int | None = Field(sa_type=BigInteger)
    """When it was announced that it is overdue."""


_tables = Row.metadata.tables

bypass_uses = _tables["bypass_uses"]
break_glasses = _tables["break_glasses"]
pirs = _tables["pirs"]
