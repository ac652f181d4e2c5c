"""What changes hold, are in line for, and wait for."""

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index
from sqlmodel import Field

from gate.adapters.sql.tables.row import Row


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


class WaitRow(Row, table=True):
    """A change that is judged again when something happens to another one."""

    __tablename__ = "waits"
    __table_args__ = (ForeignKeyConstraint(["change_id"], ["changes.id"]), Index("ix_waits_awaited", "awaited"))

    change_id: str = Field(primary_key=True)
    awaited: str = Field(primary_key=True)
    """The other's id; or, while nobody has asked for it, `environment/service@commit`."""


_tables = Row.metadata.tables

reservations = _tables["reservations"]
reserved_resources = _tables["reserved_resources"]
queue_places = _tables["queue_places"]
resource_locks = _tables["resource_locks"]
waits = _tables["waits"]
