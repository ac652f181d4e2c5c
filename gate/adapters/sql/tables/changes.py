"""Changes, what was decided about them, and what happened."""

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from gate.adapters.sql.tables.row import Row

OPEN = text("state = 'open'")
NOT_OVER = text("state IN ('open', 'started')")
"""Written out, because neither database uses a partial index for a condition that is a parameter."""


class ChangeRow(Row, table=True):
    """A change, where it stands, and when it is to be looked at again by itself."""

    __tablename__ = "changes"
    __table_args__ = (
        UniqueConstraint("request_key"),
        Index("ix_changes_due", "look_again_ns", "asked_at_ns", "id", sqlite_where=NOT_OVER, postgresql_where=NOT_OVER),
        Index("ix_changes_commit", "commit_id", "service", "environment"),
        Index("ix_changes_asked", "asked_at_ns", "id"),
        Index("ix_changes_service_asked", "service", "asked_at_ns", "id"),
        Index("ix_changes_requester_asked", "requester", "asked_at_ns", "id"),
    )

    id: str = Field(primary_key=True)
    request_key: str | None
    """None once the same may be asked again."""
    service: str
    environment: str
    commit_id: str
    requester: str
    request: bytes
    asked_at_ns: int = Field(sa_type=BigInteger)
    lapsed_at_ns: int | None = Field(sa_type=BigInteger)
    state: str
    started_at_ns: int | None = Field(sa_type=BigInteger)
    ended_at_ns: int | None = Field(sa_type=BigInteger)
    result: str | None
    sequence: int
    """Of its latest decision, whose outcome this is:"""
    outcome: str
    record_count: int
    look_again_ns: int | None = Field(sa_type=BigInteger)
    plan: str | None
    """JSON: another start than was asked for."""
    stop: str | None
    """JSON: when and why it was told to stop."""
    title: str
    """What lists tell of it; what they look through for a text:"""
    words: str


class DecisionRow(Row, table=True):
    """A decision, and the exact bytes of what it was made of. The other columns are for whoever asks the database."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("change_id", "sequence"),
        ForeignKeyConstraint(["change_id"], ["changes.id"]),
    )

    id: str = Field(primary_key=True)
    change_id: str
    sequence: int
    service: str
    environment: str
    outcome: str
    change_class: str
    risk_class: str
    revision: str
    at_ns: int = Field(sa_type=BigInteger)
    facts: bytes
    facts_digest: str
    assessment: bytes
    decision: bytes
    record_id: str


class RecordRow(Row, table=True):
    """What happened.

    `number` is the how-maniest record of its change this is: instants can be equal, and nothing else says which was
    first. `leaf` is its place in the ledger's tree, given later and by one hand; until then it has none.
    """

    __tablename__ = "records"
    __table_args__ = (
        UniqueConstraint("change_id", "number"),
        UniqueConstraint("leaf"),
        ForeignKeyConstraint(["change_id"], ["changes.id"]),
    )

    id: str = Field(primary_key=True)
    kind: str
    at_ns: int = Field(sa_type=BigInteger)
    change_id: str | None
    number: int | None
    body: bytes
    leaf: int | None = Field(sa_type=BigInteger)


_tables = Row.metadata.tables

changes = _tables["changes"]
decisions = _tables["decisions"]
records = _tables["records"]
