"""Threads that each own one connection and run whole transactions: one hop from the event loop and back for each."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from gate.adapters.sql.failures import is_worth_another_try, translated
from gate.adapters.sql.prepared import Session, Statements
from gate.domain.errors import GateError, StoreError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Transaction(Generic[T]):
    """What is to be done, and where its answer goes. It may be run again after it was rolled back."""

    work: Callable[[Session], T]
    answer: "Future[T]" = field(default_factory=Future)

    def settle(self, result: T | GateError) -> None:
        if isinstance(result, GateError):
            self.answer.set_exception(result)
        else:
            self.answer.set_result(result)


class TransactionQueue:
    """Transactions wait in one line for whichever thread is free."""

    def __init__(self, engine: Engine, *, threads: int, group: int = 1) -> None:
        """`group`: how many of those that wait may share one commit, each in a savepoint of its own."""
        self._line: SimpleQueue[_Transaction[Any] | None] = SimpleQueue()
        statements = Statements(engine.dialect)
        self._threads = [_ConnectionThread(engine, self._line, group, statements) for _ in range(threads)]
        self._closed = False
        for thread in self._threads:
            thread.start()

    async def run(self, work: Callable[[Session], T]) -> T:
        """What `work` returns, once that is committed. GateError as `work` raised it, StoreError."""
        if self._closed:
            raise StoreError("the store is closed", hint="Ask a gate that is running.")
        transaction = _Transaction(work)
        self._line.put(transaction)
        return await asyncio.wrap_future(transaction.answer)

    async def close(self) -> None:
        """Finish what waits in line, then close the connections."""
        self._closed = True
        for _ in self._threads:
            self._line.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)


class _ConnectionThread(Thread):
    """One thread with one connection, opened when it is first needed and anew after any error of the database."""

    def __init__(
        self, engine: Engine, line: "SimpleQueue[_Transaction[Any] | None]", group: int, statements: Statements
    ) -> None:
        super().__init__(name=f"gate-{engine.name}", daemon=True)
        self._engine = engine
        self._line = line
        self._group = group
        self._statements = statements
        self._connection: Connection | None = None
        self._session: Session | None = None

    def run(self) -> None:
        """Serve until told to end."""
        while taken := self._take():
            # Whoever stopped waiting before it began is left out; what has begun is finished.
            self._settle([transaction for transaction in taken if transaction.answer.set_running_or_notify_cancel()])
        self._disconnect()

    def _take(self) -> Sequence[_Transaction[Any]]:
        """Wait for the next, and take along those that wait behind it. Nothing: the end."""
        taken: list[_Transaction[Any]] = []
        with suppress(Empty):
            while len(taken) < self._group:
                following = self._line.get(block=not taken)
                if following is None:
                    if taken:
                        self._line.put(None)
                    break
                taken.append(following)
        return taken

    def _settle(self, transactions: Sequence[_Transaction[Any]]) -> None:
        if len(transactions) > 1:
            self._settle_together(transactions)
        else:
            for transaction in transactions:
                self._settle_alone(transaction)

    def _settle_together(self, transactions: Sequence[_Transaction[Any]]) -> None:
        """Many decisions, one commit: the disk is waited for once."""
        try:
            with self._transaction() as (connection, session):
                results = [_in_savepoint(connection, session, transaction.work) for transaction in transactions]
        except OperationalError as error:
            for transaction in transactions:
                transaction.answer.set_exception(translated(error))
        except Exception:  # noqa: BLE001 -- whatever one of them did, each gets its own answer now
            for transaction in transactions:
                self._settle_alone(transaction)
        else:
            for transaction, result in zip(transactions, results, strict=True):
                transaction.settle(result)

    def _settle_alone(self, transaction: _Transaction[Any]) -> None:
        try:
            result = self._run_twice_at_most(transaction.work)
        except Exception as error:  # noqa: BLE001 -- it is the caller's, whatever it is; this thread goes on
            transaction.answer.set_exception(translated(error))
        else:
            transaction.answer.set_result(result)

    def _run_twice_at_most(self, work: Callable[[Session], T]) -> T:
        try:
            return self._run(work)
        except DBAPIError as error:
            if not is_worth_another_try(error):
                raise
        return self._run(work)

    def _run(self, work: Callable[[Session], T]) -> T:
        with self._transaction() as (_, session):
            return work(session)

    @contextmanager
    def _transaction(self) -> Iterator[tuple[Connection, Session]]:
        try:
            if self._connection is None or self._session is None:
                self._connection = self._engine.connect()
                self._session = Session(self._connection, self._statements)
            with self._connection.begin():
                yield self._connection, self._session
        except DBAPIError:
            # After an I/O error SQLite would go on as if nothing had been, so a connection that failed is not trusted.
            self._disconnect()
            raise

    def _disconnect(self) -> None:
        connection, self._connection, self._session = self._connection, None, None
        if connection is not None:
            connection.invalidate()
            connection.close()


def _in_savepoint(connection: Connection, session: Session, work: Callable[[Session], T]) -> T | GateError:
    savepoint = connection.begin_nested()
    try:
        result = work(session)
    except GateError as refusal:
        savepoint.rollback()
        return refusal
    # Any other error ends the transaction of all: SQLite may have given it up itself, savepoints included.
    savepoint.commit()
    return result
