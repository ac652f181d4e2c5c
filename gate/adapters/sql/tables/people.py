"""What people say to changes: whom each asks, what was answered, and how long that took."""

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index
from sqlmodel import Field

from gate.adapters.sql.tables.row import Row


class AnswerRow(Row, table=True):
    """What somebody answered to a step. The number is part of the key: of two who answer at once, one looks again."""

    __tablename__ = "answers"
    __table_args__ = (ForeignKeyConstraint(["change_id"], ["changes.id"]),)

    change_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    step: str
    person: str
    answer: str
    at_ns: int = Field(sa_type=BigInteger)
    commit_id: str
    artifact: str | None
    comment: str
    shown_by: str


class AskedGroupRow(Row, table=True):
    """Which groups an open change in review waits for: one row a group, by which people find what they can answer."""

    __tablename__ = "asked_groups"
    __table_args__ = (
        ForeignKeyConstraint(["change_id"], ["changes.id"]),
        Index("ix_asked_groups_change_id", "change_id"),
        {"sqlite_with_rowid": False},
    )

    group_name: str = Field(primary_key=True)
    asked_at_ns: int = Field(primary_key=True, sa_type=BigInteger)
    change_id: str = Field(primary_key=True)


class DailyAnswersRow(Row, table=True):
    """How many answers of a group were given in one UTC day (days since the epoch), and how long they took together."""

    __tablename__ = "daily_answers"

    group_name: str = Field(primary_key=True)
    day: int = Field(primary_key=True)
    answered: int
    waited_ns: int = Field(sa_type=BigInteger)


_tables = Row.metadata.tables

answers = _tables["answers"]
asked_groups = _tables["asked_groups"]
daily_answers = _tables["daily_answers"]
