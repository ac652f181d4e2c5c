"""Whoever watches the gate sees how many pressed freezes hold."""

import asyncio
from contextlib import suppress

import pytest

from gate.application import freeze_count
from tests.builders import HOUR
from tests.unit.application.conftest import Bench, until

pytestmark = pytest.mark.anyio


async def test_a_freeze_is_counted_while_it_holds_wherever_it_was_pressed(bench: Bench) -> None:
    other = await bench.another()
    await bench.red_button.count.tell()
    freeze = await other.press()
    await bench.red_button.count.tell()
    await other.red_button.thaw(freeze.id, "The fix is out", "maria")
    await bench.red_button.count.tell()
    assert bench.meter.frozen == [0, 1, 0]


async def test_a_freeze_that_ends_by_itself_is_counted_no_more(bench: Bench) -> None:
    await bench.press(until_ns=bench.clock.now_ns() + HOUR)
    await bench.later(2 * HOUR)
    await bench.red_button.count.tell()
    assert bench.meter.frozen == [0]


async def test_while_the_store_does_not_answer_nobody_knows(bench: Bench) -> None:
    await bench.store.close()
    await bench.red_button.count.tell()
    assert bench.meter.frozen == [None]


async def test_it_is_counted_again_and_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freeze_count, "EVERY_SECONDS", 0)
    counting = asyncio.create_task(bench.red_button.count.run())
    await until(lambda: len(bench.meter.frozen) > 2)
    counting.cancel()
    with suppress(asyncio.CancelledError):
        await counting
