"""The queue of transactions: those that share a commit do not share their failures."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import make_url, text

from gate.adapters.sql.prepared import Session
from gate.adapters.sql.sqlite import sqlite
from gate.adapters.sql.transactions import TransactionQueue
from gate.domain.errors import FactsMovedError, StoreError

pytestmark = pytest.mark.anyio

Work = Callable[[Session], int]


@pytest.fixture
async def queue(tmp_path: Path) -> AsyncIterator[TransactionQueue]:
    queue = TransactionQueue(sqlite(make_url(f"sqlite:///{tmp_path}/x.db")).writing, threads=1, group=32)
    await queue.run(lambda session: session.execute(text("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")) and 0)
    yield queue
    await queue.close()


def writing(number: int) -> Work:
    def work(session: Session) -> int:
        session.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": number})
        return number

    return work


def failing(error: Exception) -> Work:
    def work(session: Session) -> int:
        writing(99)(session)
        raise error

    return work


def all_numbers(session: Session) -> list[int]:
    return list(session.execute(text("SELECT n FROM numbers ORDER BY n")).scalars())


async def together(queue: TransactionQueue, *works: Work) -> list[int | BaseException]:
    """Let the transactions wait in line behind one that holds the thread, so that they are taken together."""
    async with occupied(queue):
        waiting = [asyncio.ensure_future(queue.run(work)) for work in works]
        await asyncio.sleep(0)
    return await asyncio.gather(*waiting, return_exceptions=True)


@asynccontextmanager
async def occupied(queue: TransactionQueue) -> AsyncIterator[None]:
    """The queue's only thread is busy with another transaction."""
    begun, free = Event(), Event()

    def hold(_: Session) -> None:
        begun.set()
        free.wait()

    first = asyncio.ensure_future(queue.run(hold))
    await asyncio.to_thread(begun.wait)
    yield
    free.set()
    await first


async def test_each_gets_its_own_answer(queue: TransactionQueue) -> None:
    assert await together(queue, writing(1), writing(2), writing(3)) == [1, 2, 3]
    assert await queue.run(all_numbers) == [1, 2, 3]


async def test_one_that_finds_its_facts_moved_leaves_the_others_and_nothing_of_itself(queue: TransactionQueue) -> None:
    moved = FactsMovedError("moved")
    assert await together(queue, writing(1), failing(moved), writing(2)) == [1, moved, 2]
    assert await queue.run(all_numbers) == [1, 2]


async def test_one_that_is_defective_fails_alone(queue: TransactionQueue) -> None:
    defect = ZeroDivisionError()
    assert await together(queue, writing(1), failing(defect), writing(2)) == [1, defect, 2]
    assert await queue.run(all_numbers) == [1, 2]


async def test_one_that_breaks_a_key_fails_alone(queue: TransactionQueue) -> None:
    first, second, third = await together(queue, writing(1), writing(1), writing(2))
    assert (first, third) == (1, 2)
    assert isinstance(second, StoreError)


async def test_one_whose_caller_has_left_is_not_begun(queue: TransactionQueue) -> None:
    async with occupied(queue):
        left = asyncio.ensure_future(queue.run(writing(1)))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.sleep(0)
    assert await queue.run(all_numbers) == []


async def test_what_waits_in_line_is_finished_before_the_queue_closes(queue: TransactionQueue) -> None:
    waiting = [asyncio.ensure_future(queue.run(writing(number))) for number in range(5)]
    await asyncio.sleep(0)
    await queue.close()
    assert [await work for work in waiting] == [0, 1, 2, 3, 4]
    with pytest.raises(StoreError):
        await queue.run(writing(5))
