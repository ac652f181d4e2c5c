"""PostgreSQL: what happens when the server is not there, restarts, or is set up carelessly."""

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, event, make_url, text

from gate.adapters.sql.database import Database
from gate.adapters.sql.postgresql import postgresql
from gate.adapters.sql.store import SqlStore
from gate.domain.errors import StoreError
from tests.builders import AT_NS, a_change, a_pressed_freeze, a_record
from tests.contract.judging import judge, judged, record
from tests.databases import empty_database, needs_postgresql

pytestmark = [pytest.mark.anyio, pytest.mark.postgresql, needs_postgresql]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with empty_database("postgresql", tmp_path) as address:
        yield address


def end_all_connections(url: str) -> None:
    """What a restart of the server does to those who were connected."""
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'change-gate'"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(ended)


async def test_a_restart_of_the_server_is_not_noticed_by_whoever_asks_after_it(url: str) -> None:
    store = await SqlStore.open(url, connections=2)
    stored = await judge(store, a_change())
    end_all_connections(url)
    assert await store.change(stored.change.id) == stored
    assert (await judge(store, a_change(service="ledger"))).decision.outcome == "approved"
    await store.close()


WRONG: dict[str, Callable[[URL], URL]] = {
    "refused": lambda url: url.set(port=1),
    "password": lambda url: url.set(password="wrong"),  # noqa: S106 -- it is meant to be wrong
    "does not exist": lambda url: url.set(database="nowhere"),
}


@pytest.mark.parametrize("said", WRONG)
async def test_an_address_that_does_not_work_is_told_with_what_to_check_but_no_password(url: str, said: str) -> None:
    address = WRONG[said](make_url(url))
    with pytest.raises(StoreError, match=said) as caught:
        await SqlStore.open(address.render_as_string(hide_password=False))
    assert "GATE_DATABASE_URL" in caught.value.hint
    assert str(address.password) not in f"{caught.value.message} {caught.value.hint} {caught.value.__cause__}"


async def test_a_commit_is_on_the_disk_before_it_is_acknowledged_even_where_the_server_would_not_wait(url: str) -> None:
    careless = make_url(url).update_query_dict({"options": "-csynchronous_commit=off"})
    with postgresql(careless, 2).writing.connect() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"


async def test_a_database_that_takes_no_writes_is_not_ready(url: str) -> None:
    store = await SqlStore.open(url)
    await store.ping()
    await store.close()
    options = make_url(url).query["options"]
    readonly = make_url(url).update_query_dict({"options": f"{options} -cdefault_transaction_read_only=on"})
    store = SqlStore(postgresql(readonly, 2))
    with pytest.raises(StoreError) as caught:
        await store.ping()
    assert "primary" in caught.value.hint
    await store.close()


# The red button: an approval is in the middle of its transaction while somebody presses.


@contextmanager
def nobody_writes_decisions(url: str) -> Iterator[None]:
    """Whoever wants to write one waits, in the middle of its transaction, until left."""
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE decisions IN SHARE MODE")
        yield


async def until_waiting(url: str, number: int) -> None:
    """Until so many of the gate's transactions wait for a lock."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'change-gate' AND wait_event_type = 'Lock'"
    )
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        async with asyncio.timeout(20):
            # Another process is waited for; it announces itself to nobody.
            while (await (await connection.execute(waiting)).fetchone()) != (number,):  # noqa: ASYNC110 -- as said
                await asyncio.sleep(0.01)


async def pressed_in_the_middle(url: str, one: SqlStore, other: SqlStore) -> bool:
    """Press at one gate while an approval of the other is half written: whether the press waited for its end."""
    judgement = await judged(other, a_change())
    freeze = a_pressed_freeze()
    with nobody_writes_decisions(url):
        approving = asyncio.create_task(record(other, judgement))
        await until_waiting(url, 1)
        pressing = asyncio.create_task(one.press(freeze, None, a_record("frozen"), AT_NS))
        both_wait = asyncio.create_task(until_waiting(url, 2))
        await asyncio.wait({pressing, both_wait}, return_when=FIRST_COMPLETED)
        waited = not pressing.done()
        both_wait.cancel()
    await asyncio.gather(pressing, approving)
    return waited


@asynccontextmanager
async def two_gates(url: str, one: Database, other: Database) -> AsyncIterator[tuple[SqlStore, SqlStore]]:
    """Two gates that wait for a lock as long as it takes: here the test decides when it is left, not a clock."""
    await (await SqlStore.open(url)).close()
    for database in (one, other):
        event.listen(database.writing.pool, "connect", wait_without_end)
    stores = SqlStore(one), SqlStore(other)
    yield stores
    for store in stores:
        await store.close()


def wait_without_end(connection: psycopg.Connection, _: object) -> None:
    connection.execute("SET lock_timeout = 0")
    connection.execute("SET statement_timeout = 0")
    connection.commit()


async def test_a_press_waits_for_an_approval_that_is_half_written(url: str) -> None:
    async with two_gates(url, postgresql(make_url(url), 4), postgresql(make_url(url), 4)) as (one, other):
        assert await pressed_in_the_middle(url, one, other)


async def test_a_press_that_would_not_wait_would_be_found(url: str) -> None:
    careless = replace(postgresql(make_url(url), 4), keep_judgements_out=None)
    async with two_gates(url, careless, postgresql(make_url(url), 4)) as (one, other):
        assert not await pressed_in_the_middle(url, one, other)
