"""A store with a past, or with plans: changes by the ten thousand, copied in SQL from one that the gate recorded."""

import sqlite3
from pathlib import Path

from bench.house import service_name

_NUMBERS = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count)"


def fill(database: Path, changes: int, services: int) -> None:
    """Copy the newest decided change so often, as finished changes of all services, each with its decision."""
    with sqlite3.connect(database) as connection:
        names = [(number, service_name(number)) for number in range(services)]
        connection.execute("CREATE TEMP TABLE name (n INTEGER PRIMARY KEY, service TEXT)")
        connection.executemany("INSERT INTO name VALUES (?, ?)", names)
        arguments = {"count": changes, "services": services}
        ended = {"state": "'finished'", "result": "'succeeded'", "request_key": "NULL", "look_again_ns": "NULL"}
        past = {"id": "'chg_past' || number.n", "service": _SERVICE, **ended}
        _copy(connection, "changes", past, arguments)
        decided = {"id": "'chg_past' || number.n || '.1'", "change_id": "'chg_past' || number.n", "service": _SERVICE}
        _copy(connection, "decisions", decided, arguments)
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def reserve(database: Path, reservations: int, start_ns: int, every_ns: int, free_ns: int) -> None:
    """Copy the newest change so often, as approved ones that hold its service: one in each `every_ns`.

    Each leaves its service free for `free_ns`, every fiftieth for five times as long.
    """
    since = "(:start_ns + number.n * :every_ns)"
    until = f"({since} + :every_ns - :free_ns * (CASE WHEN number.n % 50 = 0 THEN 5 ELSE 1 END))"
    arguments = {"count": reservations, "start_ns": start_ns, "every_ns": every_ns, "free_ns": free_ns}
    times = {"since_ns": since, "until_ns": until, "lapses_ns": until}
    with sqlite3.connect(database) as connection:
        copied = {"id": "'chg_plan' || number.n", "request_key": "NULL", "look_again_ns": "NULL"}
        _copy(connection, "changes", copied, arguments)
        for name in ("reservations", "reserved_resources"):
            _copy(connection, name, {"change_id": "'chg_plan' || number.n", **times}, arguments)


_SERVICE = "(SELECT service FROM name WHERE name.n = number.n % :services)"


def _copy(connection: sqlite3.Connection, table: str, given: dict[str, str], arguments: dict[str, int]) -> None:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(given.get(column, f"template.{column}") for column in columns)
    connection.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) {_NUMBERS} SELECT {values}"  # noqa: S608 -- names of our own tables
        f" FROM number, (SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1) AS template",
        arguments,
    )
