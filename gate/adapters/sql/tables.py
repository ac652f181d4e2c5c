"""The tables, as SQLModel classes: the schema and its names. What is asked of them is in `statements`.

Rules that hold for all of them: instants are 64-bit nanoseconds; what is judged, hashed or proven is kept as the exact
bytes (never as a JSON type, which would give back other bytes); what must happen once only is a key, not a check.
"""

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, MetaData, UniqueConstraint, text
from sqlmodel import Field, SQLModel

OPEN = text("state = 'open'")
NOT_OVER = text("state IN ('open', 'started')")
NOT_THAWED = text("thawed_at_ns IS NULL")
UNWRITTEN = text("written_at_ns IS NULL")
UNANNOUNCED = text("written_at_ns IS NULL AND announced_at_ns IS NULL")
UNFILED = text("filed_at_ns IS NULL")
"""Written out, because neither database uses a partial index for a condition that is a parameter."""


class Row(SQLModel):
    """What all tables share: one catalogue of them, and names for their constraints that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        }
    )


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


class ReservationRow(Row, table=True):
    """What a change in flight holds: one row a change, by which load is counted.

    `length_class` says how long it is at most (`lengths`), so that those around an instant are found by their start
    alone, without looking at all that have ended and all that are planned.
    """

    __tablename__ = "reservations"
    __table_args__ = (
        ForeignKeyConstraint(["change_id"], ["changes.id"]),
        Index("ix_reservations_environment", "environment", "length_class", "since_ns", "until_ns", "lapses_ns"),
        Index("ix_reservations_team", "environment", "team", "length_class", "since_ns", "until_ns", "lapses_ns"),
    )

    change_id: str = Field(primary_key=True)
    environment: str
    service: str
    team: str
    resources: str
    """A JSON list of all of them, so that whoever finds the change by one of them need not look for the others."""
    state: str
    length_class: int
    since_ns: int = Field(sa_type=BigInteger)
    until_ns: int = Field(sa_type=BigInteger)
    lapses_ns: int = Field(sa_type=BigInteger)


class ReservedResourceRow(Row, table=True):
    """Which changes hold a resource: one row a resource of a reservation, by which conflicts are found.

    It carries the times as well, so that those of another time are never looked at.
    """

    __tablename__ = "reserved_resources"
    __table_args__ = (
        ForeignKeyConstraint(["change_id"], ["reservations.change_id"], ondelete="CASCADE"),
        Index("ix_reserved_resources_change_id", "change_id"),
        {"sqlite_with_rowid": False},
    )

    resource: str = Field(primary_key=True)
    length_class: int = Field(primary_key=True)
    since_ns: int = Field(primary_key=True, sa_type=BigInteger)
    change_id: str = Field(primary_key=True)
    until_ns: int = Field(sa_type=BigInteger)
    lapses_ns: int = Field(sa_type=BigInteger)


class QueuePlaceRow(Row, table=True):
    """Which changes are in line for a resource, in the order of their turns: one row a resource of a place."""

    __tablename__ = "queue_places"
    __table_args__ = (
        ForeignKeyConstraint(["change_id"], ["changes.id"]),
        Index("ix_queue_places_change_id", "change_id"),
        {"sqlite_with_rowid": False},
    )

    resource: str = Field(primary_key=True)
    priority: int = Field(primary_key=True)
    in_line_since_ns: int = Field(primary_key=True, sa_type=BigInteger)
    change_id: str = Field(primary_key=True)
    environment: str
    service: str
    resources: str
    """As in `reservations`."""
    change_class: str
    start_ns: int = Field(sa_type=BigInteger)
    until_ns: int = Field(sa_type=BigInteger)


class ResourceLockRow(Row, table=True):
    """What two gates that share a PostgreSQL lock before one of them takes a resource. SQLite locks as a whole."""

    __tablename__ = "resource_locks"

    resource: str = Field(primary_key=True)


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


class BypassUseRow(Row, table=True):
    """One use of a bypass. The number is part of the key: of two who claim the last use, one is refused."""

    __tablename__ = "bypass_uses"
    __table_args__ = (ForeignKeyConstraint(["change_id"], ["changes.id"]),)

    bypass_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    change_id: str
    at_ns: int = Field(sa_type=BigInteger)


class WaitRow(Row, table=True):
    """A change that is judged again when something happens to another one."""

    __tablename__ = "waits"
    __table_args__ = (ForeignKeyConstraint(["change_id"], ["changes.id"]), Index("ix_waits_awaited", "awaited"))

    change_id: str = Field(primary_key=True)
    awaited: str = Field(primary_key=True)
    """The other's id; or, while nobody has asked for it, `environment/service@commit`."""


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


class DailyAnswersRow(Row, table=True):
    """How many answers of a group were given in one UTC day (days since the epoch), and how long they took together."""

    __tablename__ = "daily_answers"

    group_name: str = Field(primary_key=True)
    day: int = Field(primary_key=True)
    answered: int
    waited_ns: int = Field(sa_type=BigInteger)


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

changes = _tables["changes"]
decisions = _tables["decisions"]
records = _tables["records"]
reservations = _tables["reservations"]
reserved_resources = _tables["reserved_resources"]
queue_places = _tables["queue_places"]
resource_locks = _tables["resource_locks"]
answers = _tables["answers"]
break_glasses = _tables["break_glasses"]
asked_groups = _tables["asked_groups"]
bypass_uses = _tables["bypass_uses"]
waits = _tables["waits"]
daily_results = _tables["daily_results"]
daily_answers = _tables["daily_answers"]
pressed_freezes = _tables["pressed_freezes"]
notices = _tables["notices"]
pirs = _tables["pirs"]
tokens = _tables["tokens"]
token_uses = _tables["token_uses"]
