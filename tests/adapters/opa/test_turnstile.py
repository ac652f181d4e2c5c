"""The bounded queue in front of an engine."""

import asyncio

import pytest

from gate.adapters.opa.limits import Limits
from gate.adapters.opa.turnstile import Turnstile
from gate.domain.errors import EngineBusyError

pytestmark = pytest.mark.anyio


async def enter(turnstile: Turnstile, leave: asyncio.Event) -> None:
    async with turnstile.passage():
        await leave.wait()


async def test_a_question_beyond_the_queue_is_turned_away_at_once() -> None:
    turnstile, leave = Turnstile(1, Limits(waiting=1)), asyncio.Event()
    inside = [asyncio.create_task(enter(turnstile, leave)) for _ in range(2)]
    await asyncio.sleep(0)

    with pytest.raises(EngineBusyError, match="2 questions"):
        await enter(turnstile, leave)

    leave.set()
    await asyncio.gather(*inside)


async def test_a_question_that_left_makes_room() -> None:
    turnstile, leave = Turnstile(1, Limits(waiting=0)), asyncio.Event()
    leave.set()

    await enter(turnstile, leave)
    await enter(turnstile, leave)


async def test_a_queue_that_does_not_move_is_given_up() -> None:
    turnstile, leave = Turnstile(1, Limits(patience_s=0)), asyncio.Event()
    inside = asyncio.create_task(enter(turnstile, leave))
    await asyncio.sleep(0)

    with pytest.raises(EngineBusyError, match="no place"):
        await enter(turnstile, leave)

    leave.set()
    await inside


async def test_it_is_empty_when_the_last_question_has_left_however_it_left() -> None:
    turnstile, leave = Turnstile(1, Limits()), asyncio.Event()
    questions = [asyncio.create_task(enter(turnstile, leave)) for _ in range(2)]
    emptied = asyncio.create_task(turnstile.emptied())
    await asyncio.sleep(0)
    questions[1].cancel()
    await asyncio.wait(questions[1:])
    assert not emptied.done()

    leave.set()
    await emptied
    assert questions[0].done()
