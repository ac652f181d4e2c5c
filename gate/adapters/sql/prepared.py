"""Statements as the driver runs them: compiled by SQLAlchemy once, from then on text and values.

For each statement that it runs, SQLAlchemy looks up, builds, notifies and wraps anew, which took two thirds of the
processor time that a decision spent on its database (ADR 6). What it knows of the two databases is in the text.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Executable, Insert
from sqlalchemy.exc import DBAPIError

Values = Mapping[str, Any]
Row = dict[str, Any]
"""What a row holds, by column."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """One text, and how it takes its values."""

    statement: Executable
    """Kept, so that no other one can ever have its id."""
    text: str
    order: Sequence[str] | None
    """The values one after the other; None where the driver takes them by name."""
    fixed: Values
    """Those that the statement brings itself."""
    lists: Mapping[str, Sequence[str]]
    """The names under which the text takes each part of a list."""

    def values(self, given: Values) -> Any:
        """The values as the driver takes them."""
        named: dict[str, Any] = {**self.fixed, **given}
        for name, parts in self.lists.items():
            named.update(zip(parts, given[name], strict=True))
        return named if self.order is None else [named[name] for name in self.order]


class Statements:
    """The texts of all statements for one kind of database, each compiled when it is first run."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect: Final = dialect
        self._prepared: dict[tuple[object, ...], _Prepared] = {}

    def prepared(self, statement: Executable, values: Values) -> _Prepared:
        """The text of a statement for values of this shape."""
        shape = (id(statement), *((n, len(v)) if isinstance(v, list | tuple) else n for n, v in values.items()))
        found = self._prepared.get(shape)
        if found is None:
            found = self._prepared[shape] = self._compiled(statement, values)
        return found

    def _compiled(self, statement: Executable, values: Values) -> _Prepared:
        columns = list(values) if isinstance(statement, Insert) and statement.select is None else None
        compiled: Any = statement.compile(dialect=self.dialect, column_keys=columns)  # type: ignore[attr-defined]  # all have it
        state = compiled.construct_expanded_state(values)
        fixed = {name: value for name, value in compiled.params.items() if name not in values}
        order = state.positiontup if compiled.positional else None
        return _Prepared(statement, state.statement, order, fixed, state.parameter_expansion)


class Rows:
    """What a statement brought back, all of it. Methods are called as those of SQLAlchemy's results."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def all(self) -> list[Row]:
        """Every row."""
        return self._rows

    def one_or_none(self) -> Row | None:
        """The row, None without any. That there is no other is for the statement to see to."""
        return self._rows[0] if self._rows else None

    def one(self) -> Row:
        """The row."""
        return self._rows[0]

    def scalars(self) -> list[Any]:
        """The first column of every row."""
        return [next(iter(row.values())) for row in self._rows]

    def scalar_one_or_none(self) -> Any:
        """The first column of the row, None without any."""
        return next(iter(self.scalars()), None)


class Session:
    """A connection on which prepared statements are run. Transactions are begun and ended on the connection itself."""

    def __init__(self, connection: Connection, statements: Statements) -> None:
        self._statements = statements
        self._connection = connection
        driver: Any = connection.connection.driver_connection
        self._cursor = driver.cursor()

    def execute(self, statement: Executable, values: Values | Sequence[Values] = MappingProxyType({})) -> Rows:
        """Run it: once, or once for each of several values of one shape. DBAPIError."""
        if isinstance(values, Mapping):
            prepared = self._statements.prepared(statement, values)
            self._run(self._cursor.execute, prepared, prepared.values(values))
            return Rows(self._fetched())
        prepared = self._statements.prepared(statement, values[0])
        self._run(self._cursor.executemany, prepared, [prepared.values(each) for each in values])
        return Rows([])

    def _fetched(self) -> list[Row]:
        described = self._cursor.description
        if described is None:
            return []
        names = [column[0] for column in described]
        return [dict(zip(names, row, strict=True)) for row in self._cursor.fetchall()]

    def _run(self, run: Callable[[str, Any], object], prepared: _Prepared, values: Any) -> None:
        dialect = self._statements.dialect
        expected = dialect.loaded_dbapi.Error
        try:
            run(prepared.text, values)
        except expected as error:
            # As SQLAlchemy would raise it, but that values never get into it.
            raise DBAPIError.instance(
                prepared.text,
                None,
                error,
                expected,
                hide_parameters=True,
                connection_invalidated=dialect.is_disconnect(error, None, None),
                dialect=dialect,
            ) from error
