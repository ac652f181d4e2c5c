"""However many want to know, one question is asked at a time."""

import asyncio

import pytest

from gate.application.shared import Shared
from tests.unit.application.conftest import until

pytestmark = pytest.mark.anyio


class Oracle:
    """Answers with a number when it is let go, the next time with the next; or fails, while it has a fault."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.fault: Exception | None = None
        self.asked = 0

    async def __call__(self) -> int:
        self.asked += 1
        await self.go.wait()
        if self.fault is not None:
            raise self.fault
        return self.asked


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()


async def test_all_who_ask_meanwhile_get_the_same_answer(oracle: Oracle) -> None:
    shared = Shared(oracle)
    asking = [asyncio.create_task(shared.answer()) for _ in range(100)]
    await until(lambda: oracle.asked == 1)
    oracle.go.set()
    assert await asyncio.gather(*asking) == [1] * 100
    assert await shared.answer() == 2


async def test_a_failure_is_shared_and_tried_again(oracle: Oracle) -> None:
    shared, oracle.fault = Shared(oracle), ZeroDivisionError()
    oracle.go.set()
    answers = await asyncio.gather(*(shared.answer() for _ in range(3)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {ZeroDivisionError}
    assert oracle.asked == 1
    oracle.fault = None
    assert await shared.answer() == 2


async def test_whoever_goes_away_does_not_take_the_answer_from_the_others(oracle: Oracle) -> None:
    shared = Shared(oracle)
    leaving, staying = asyncio.create_task(shared.answer()), asyncio.create_task(shared.answer())
    await until(lambda: oracle.asked == 1)
    leaving.cancel()
    oracle.go.set()
    assert await staying == 1


async def test_a_failure_that_nobody_waits_for_any_more_is_quiet(oracle: Oracle) -> None:
    shared, oracle.fault = Shared(oracle), ZeroDivisionError()
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    leaving = asyncio.create_task(shared.answer())
    await until(lambda: oracle.asked == 1)
    leaving.cancel()
    oracle.go.set()
    await asyncio.gather(leaving, return_exceptions=True)
    await asyncio.sleep(0)
    del shared
    assert complaints == []
