"""What SQLite and PostgreSQL do differently, as far as the store has to know. Everything else is written once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, Executable, Table

from gate.adapters.sql.tables import bypass_uses, changes, daily_answers, daily_results, token_uses


class Upserts:
    """The inserts that may meet a row that is there: both databases know them, SQLAlchemy in a dialect of each."""

    def __init__(self, insert: Callable[[Table], Any], *held_by_entering: ColumnElement[Any]) -> None:
        self.enter_change = insert(changes).on_conflict_do_nothing().returning(changes.c.id, *held_by_entering)
        """A new change; returns nothing if its id or its request key is taken."""
        self.use_bypass = insert(bypass_uses).on_conflict_do_nothing().returning(bypass_uses.c.number)
        """One numbered use of a bypass; returns nothing if that number is taken."""
        self.use_token = insert(token_uses).on_conflict_do_nothing().returning(token_uses.c.token)
        """The first use of an identity token; returns nothing if it was used before."""
        self.count_result = _adding(insert(daily_results), daily_results, "finished", "failed")
        """Adds to the results of a day."""
        self.count_answer = _adding(insert(daily_answers), daily_answers, "answered", "waited_ns")
        """The same for the answers of a group."""


def _adding(row: Any, table: Table, *columns: str) -> Any:
    """Adds the row to the one that is there already under its key."""
    added = {name: table.c[name] + row.excluded[name] for name in columns}
    return row.on_conflict_do_update(index_elements=list(table.primary_key), set_=added)


@dataclass(frozen=True)
class Database:
    """One database at one address. Connecting happens later, where the connection is used."""

    writing: Engine
    """Its transactions write."""
    reading: Engine
    """No transactions: every statement sees what was committed before it."""
    writers: int
    """How many transactions that write can run at once."""
    readers: int
    group: int
    """How many waiting writes may share one commit."""
    upserts: Upserts
    lock_resources: Executable | None
    """Keeps every other transaction that locks one of `resources` out until this one ends."""
    hold_unasked: Executable | None
    """Lets no change enter that is one of `awaited` until this transaction ends."""
    keep_presses_out: Executable | None
    """Keeps everybody out who executes the next one, until this transaction ends; not others who execute this one."""
    keep_judgements_out: Executable | None
    lock_schema: tuple[Executable, ...]
    """Keeps every other gate that is about to migrate out until this transaction ends."""
