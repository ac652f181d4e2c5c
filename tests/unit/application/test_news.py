"""Whoever waits for a change hears of it at once, and leaves nothing behind."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import pytest

from gate.application import news
from gate.application.news import News
from tests.builders import HOUR
from tests.house import a_freeze
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio
T = TypeVar("T")

PATIENCE = 3600.0
"""Seconds that nobody here waits: whoever is not woken fails the test much sooner."""


async def woken(waiting: Awaitable[T]) -> T:
    """What somebody who waits is told."""
    async with asyncio.timeout(5):
        return await waiting


@pytest.fixture(autouse=True)
def nobody_looks_by_himself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "ELSEWHERE_SECONDS", PATIENCE)


async def test_what_is_settled_is_answered_at_once(bench: Bench) -> None:
    stored = await bench.submit()
    assert await bench.intake.settled(stored.change.id, PATIENCE) == stored


async def test_whoever_waits_is_let_go_when_the_gate_is_stopped(bench: Bench) -> None:
    stored = await bench.submit(labels={"risk": "high"})
    waiting = asyncio.create_task(bench.intake.settled(stored.change.id, PATIENCE))
    await asyncio.sleep(0)
    bench.intake.let_go()
    assert await woken(waiting) == stored
    assert await woken(bench.intake.settled(stored.change.id, PATIENCE)) == stored


@pytest.mark.parametrize("seconds", [0, -1])
async def test_who_does_not_wait_is_answered_as_it_stands(bench: Bench, seconds: float) -> None:
    stored = await bench.submit(labels={"risk": "high"})
    assert await bench.intake.settled(stored.change.id, seconds) == stored


async def test_a_wait_ends_when_the_change_is_judged_again(bench: Bench) -> None:
    await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    stored = await bench.submit()
    waiting = asyncio.create_task(bench.intake.settled(stored.change.id, PATIENCE))
    await asyncio.sleep(0)
    assert not waiting.done()
    await bench.later(2 * HOUR)
    await bench.watch.judge_due()
    assert (await woken(waiting)).decision.outcome == "approved"


async def test_a_wait_ends_when_the_change_is_withdrawn(bench: Bench) -> None:
    stored = await bench.submit(labels={"risk": "high"})
    waiting = asyncio.create_task(bench.intake.settled(stored.change.id, PATIENCE))
    await asyncio.sleep(0)
    await bench.intake.withdraw(stored.change.id)
    assert (await woken(waiting)).change.state == "withdrawn"


async def test_everybody_who_waits_is_woken(bench: Bench) -> None:
    stored = await bench.submit(labels={"risk": "high"})
    waiting = [asyncio.create_task(bench.intake.settled(stored.change.id, PATIENCE)) for _ in range(3)]
    await asyncio.sleep(0)
    withdrawn = await bench.intake.withdraw(stored.change.id)
    assert await woken(asyncio.gather(*waiting)) == [withdrawn] * 3


async def test_news_that_come_while_one_looks_are_not_missed() -> None:
    told = News()
    seen = iter(["before", "after"])

    async def look() -> str:
        said = next(seen)
        if said == "before":
            told.tell("chg_1")
        return said

    assert await told.when("chg_1", look, lambda said: said == "after", PATIENCE) == "after"


async def test_what_another_gate_decided_is_seen_without_news(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "ELSEWHERE_SECONDS", 0.001)
    other = await bench.another()
    stored = await bench.submit(labels={"risk": "high"})
    waiting = asyncio.create_task(bench.intake.settled(stored.change.id, PATIENCE))
    await asyncio.sleep(0)
    await other.intake.withdraw(stored.change.id)
    assert (await woken(waiting)).change.state == "withdrawn"


async def test_news_of_other_changes_wake_nobody() -> None:
    told = News()
    looks = 0

    async def look() -> int:
        nonlocal looks
        looks += 1
        return looks

    waiting = asyncio.create_task(told.when("chg_1", look, lambda _: False, PATIENCE))
    await asyncio.sleep(0)
    told.tell("chg_2")
    await asyncio.sleep(0)
    waiting.cancel()
    assert looks == 1


@pytest.mark.parametrize("how", ["fails", "gives up", "is cancelled"])
async def test_who_stops_waiting_is_forgotten(how: str) -> None:
    told = News()

    async def look() -> None:
        if how == "fails":
            raise LookupError

    waiting = asyncio.create_task(told.when("chg_1", look, lambda _: False, 0 if how == "gives up" else PATIENCE))
    await asyncio.sleep(0)
    if how == "is cancelled":
        waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled() == (how == "is cancelled")
    assert (waiting.cancelled() or waiting.exception() is not None) == (how != "gives up")
    assert not vars(told)["_waiting"]
