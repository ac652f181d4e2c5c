"""A store with a past, or with plans: changes by the ten thousand, copied in SQL from one that the gate recorded."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.house import service_name
from gate.adapters.sql.lengths import length_class

_NUMBERS = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count)"


def fill(database: Path, changes: int, services: int) -> None:
    """Copy the newest decided change so often, as finished changes of all services, each with its decision."""
    with sqlite3.connect(database) as connection:
        _name(connection, map(service_name, range(services)))
        arguments = {"count": changes, "services": services}
        ended = {"state": "'finished'", "result": "'succeeded'", "request_key": "NULL", "look_again_ns": "NULL"}
        past = {"id": "'chg_past' || number.n", "service": _SERVICE, **ended}
        _copy(connection, "changes", past, arguments)
        decided = {"id": "'chg_past' || number.n || '.1'", "change_id": "'chg_past' || number.n", "service": _SERVICE}
        _copy(connection, "decisions", decided, arguments)
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@dataclass(frozen=True, slots=True)
class Plan:
    """Reservations of some services in turn: of each, one in each `every_ns` from `start_ns` on.

    Each leaves its service free for `free_ns`, every fiftieth for five times as long.
    """

    reservations: int
    services: Sequence[str]
    start_ns: int
    every_ns: int
    free_ns: int

    @property
    def arguments(self) -> dict[str, int]:
        """What the statements name."""
        long_ns, short_ns = self.every_ns - self.free_ns, self.every_ns - _LONGER * self.free_ns
        return {
            "count": self.reservations,
            "services": len(self.services),
            "start_ns": self.start_ns,
            "every_ns": self.every_ns,
            "long_ns": long_ns,
            "short_ns": short_ns,
            "long_class": length_class(long_ns),
            "short_class": length_class(short_ns),
        }


def reserve(database: Path, plan: Plan) -> None:
    """Copy the newest change, which holds its service, as approved ones that hold services as planned."""
    since = "(:start_ns + number.n / :services * :every_ns)"
    until = f"({since} + iif(number.n % 50, :long_ns, :short_ns))"
    held = {
        "change_id": "'chg_plan' || number.n",
        "service": _SERVICE,
        "length_class": "iif(number.n % 50, :long_class, :short_class)",
        "since_ns": since,
        "until_ns": until,
        "lapses_ns": until,
        **{column: f"replace(template.{column}, :model, {_SERVICE})" for column in ("resource", "resources")},
    }
    with sqlite3.connect(database) as connection:
        _name(connection, plan.services)
        ((newest, model),) = connection.execute(f"SELECT change_id, service FROM reservations {_NEWEST}")  # noqa: S608
        arguments = plan.arguments | {"newest": newest, "model": model}
        change = {"id": held["change_id"], "service": _SERVICE, "request_key": "NULL", "look_again_ns": "NULL"}
        _copy(connection, "changes", change, arguments)
        _copy(connection, "reservations", held, arguments)
        _copy(connection, "reserved_resources", held, arguments, which="WHERE change_id = :newest")
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_LONGER = 5
_NEWEST = "ORDER BY rowid DESC LIMIT 1"
_SERVICE = "(SELECT service FROM name WHERE name.n = number.n % :services)"


def _name(connection: sqlite3.Connection, services: Iterable[str]) -> None:
    connection.execute("CREATE TEMP TABLE name (n INTEGER PRIMARY KEY, service TEXT)")
    connection.executemany("INSERT INTO name VALUES (?, ?)", enumerate(services))


def _copy(
    connection: sqlite3.Connection, table: str, given: dict[str, str], arguments: dict[str, Any], which: str = _NEWEST
) -> None:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(given.get(column, f"template.{column}") for column in columns)
    connection.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) {_NUMBERS} SELECT {values}"  # noqa: S608 -- names of our own tables
        f" FROM number, (SELECT * FROM {table} {which}) AS template",
        arguments,
    )
