"""What belongs to no single change: results by day, pressed freezes, notices, tokens."""

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field

from gate.adapters.sql.tables.row import Row

NOT_THAWED = text("thawed_at_ns IS NULL")
"""Written out, because neither database uses a partial index for a condition that is a parameter."""


class DailyResultRow(Row, table=True):
    """How the changes of a service into an environment went on one day (days since the epoch, UTC).

    The track record of a month is the sum of 31 rows at most, however many changes there were.
    """

    __tablename__ = "daily_results"

    service: str = Field(primary_key=True)
    environment: str = Field(primary_key=True)
    day: int = Field(primary_key=True)
    finished: int
    failed: int


class PressedFreezeRow(Row, table=True):
    """A freeze that somebody pressed. The scope is JSON; the index finds those that nobody has thawed."""

    __tablename__ = "pressed_freezes"
    __table_args__ = (
        UniqueConstraint("press_key"),
        Index("ix_pressed_freezes_pressed", "until_ns", sqlite_where=NOT_THAWED, postgresql_where=NOT_THAWED),
    )

    id: str = Field(primary_key=True)
    press_key: str | None
    scope: str
    reason: str
    incident: str | None
    overrun: str
    pressed_by: str
    pressed_at_ns: int = Field(sa_type=BigInteger)
    until_ns: int | None = Field(sa_type=BigInteger)
    thawed_by: str | None
    thawed_at_ns: int | None = Field(sa_type=BigInteger)
    thaw_reason: str | None
    filed_at_ns: int | None = Field(sa_type=BigInteger)
    """When the pull request for it was proposed."""


class NoticeRow(Row, table=True):
    """A notice that is still to be delivered: its canonical JSON, and when it is tried next."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_due_ns", "due_ns"),)

    id: str = Field(primary_key=True)
    notice: bytes
    due_ns: int = Field(sa_type=BigInteger)
    attempts: int
    """In vain."""


class TokenRow(Row, table=True):
    """An API token, of whose secret only the digest is kept. The lists are JSON."""

    __tablename__ = "tokens"

    id: str = Field(primary_key=True)
    name: str
    digest: str
    permissions: str
    services: str
    environments: str
    person: str | None
    made_at_ns: int = Field(sa_type=BigInteger)
    expires_at_ns: int | None = Field(sa_type=BigInteger)
    revoked_at_ns: int | None = Field(sa_type=BigInteger)


class TokenUseRow(Row, table=True):
    """What an identity token was first used for, as long as it could be shown again. The key binds it once."""

    __tablename__ = "token_uses"
    __table_args__ = (Index("ix_token_uses_kept", "kept_until_ns"),)

    token: str = Field(primary_key=True)
    """A digest."""
    request_key: str | None
    change_id: str | None
    """What the request became, or what was named; a change that there is, so no key refers to it."""
    kept_until_ns: int = Field(sa_type=BigInteger)


_tables = Row.metadata.tables

daily_results = _tables["daily_results"]
pressed_freezes = _tables["pressed_freezes"]
notices = _tables["notices"]
tokens = _tables["tokens"]
token_uses = _tables["token_uses"]
