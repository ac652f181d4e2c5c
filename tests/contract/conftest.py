"""Stores of every kind, empty, for whoever tests what a store promises."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from gate.adapters.sql.store import SqlStore
from gate.ports import Store
from tests.databases import KINDS, empty_database, forget_all_rows
from tests.simulators.store import StoreSimulator

OpenStore = Callable[[], Awaitable[Store]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def shared_postgresql() -> Iterator[str]:
    """One schema for all these tests: making its tables takes longer than most of them."""
    with empty_database("postgresql", Path()) as url:
        yield url


@pytest.fixture(params=["simulator", *KINDS])
async def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenStore]:
    """Each call is another gate on the same database."""
    if request.param == "simulator":
        simulator = StoreSimulator()

        async def open_simulator() -> Store:
            return simulator

        yield open_simulator
        return

    async with AsyncExitStack() as stack:
        if request.param == "postgresql":
            url = request.getfixturevalue("shared_postgresql")
            stack.callback(forget_all_rows, url)
        else:
            url = stack.enter_context(empty_database(request.param, tmp_path))

        async def open_sql_store() -> Store:
            store = await SqlStore.open(url)
            stack.push_async_callback(store.close)
            return store

        yield open_sql_store


@pytest.fixture
async def store(open_store: OpenStore) -> Store:
    """The only gate on an empty database."""
    return await open_store()
