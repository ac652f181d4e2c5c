"""A gate is ready when its policy is active, its engine is at that revision, and its store takes writes."""

import asyncio

import pytest

from gate.application.readiness import Readiness
from gate.domain.errors import RepositoryError, StoreError
from tests.simulators.store import StoreSimulator
from tests.unit.application.conftest import Bench, until

pytestmark = pytest.mark.anyio


def readiness(bench: Bench, store: StoreSimulator | None = None) -> Readiness:
    return Readiness(bench.active, bench.engine, store or bench.store)


async def test_a_gate_with_everything_is_ready(bench: Bench) -> None:
    assert await readiness(bench).reasons_against() == ()


async def test_without_a_policy_it_says_why_there_is_none() -> None:
    bench = Bench()
    bench.repository.trouble = RepositoryError("git did not answer")
    await bench.begun()
    assert await readiness(bench).reasons_against() == ("no policy revision is active. git did not answer",)


async def test_an_engine_that_is_behind_is_not_ready(bench: Bench) -> None:
    await bench.engine.close()
    (reason,) = await readiness(bench).reasons_against()
    assert reason == f"the engine is at no revision, the gate at {bench.repository.tip}"


async def test_a_store_that_does_not_answer_is_not_ready_and_is_asked_again(bench: Bench) -> None:
    bench.store.fails_at = bench.store.calls + 1
    looking = readiness(bench)
    (reason,) = await looking.reasons_against()
    assert "database" in reason
    assert await looking.reasons_against() == ()


class SlowStore(StoreSimulator):
    """A store whose answer takes until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.pings = 0

    async def ping(self) -> None:
        self.pings += 1
        await self.go.wait()
        raise StoreError("the disk is full")


async def test_however_many_ask_the_store_is_asked_once(bench: Bench) -> None:
    store = SlowStore()
    looking = readiness(bench, store)
    asking = [asyncio.create_task(looking.reasons_against()) for _ in range(100)]
    await until(lambda: store.pings == 1)
    asking[0].cancel()  # whoever goes away does not take the answer from the others
    store.go.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert answers[1:] == [("the disk is full",)] * 99
    assert store.pings == 1
