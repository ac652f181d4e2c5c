"""So many at once, the callers in rotation: nobody waits for everything that another one brought."""

import asyncio
from collections.abc import Awaitable

import pytest

from gate.interfaces.http.turns import Turns
from tests.unit.application.conftest import until

pytestmark = pytest.mark.anyio


class Hall:
    """Visitors of one place, who stay until they are sent away."""

    def __init__(self, at_once: int = 1, patience_s: float = 60) -> None:
        self.turns = Turns(at_once, patience_s)
        self.came: list[str] = []
        self.inside: dict[str, asyncio.Event] = {}

    def visit(self, name: str) -> "asyncio.Task[None]":
        """The caller is the first letter of the name."""
        return asyncio.create_task(self._visit(name))

    async def _visit(self, name: str) -> None:
        async with self.turns.turn(name[0]):
            self.came.append(name)
            self.inside[name] = asyncio.Event()
            await self.inside[name].wait()
            del self.inside[name]

    async def holds(self, *names: str) -> None:
        await until(lambda: self.inside.keys() == set(names))

    async def empty(self, *visits: Awaitable[None]) -> None:
        """Send them away one by one, until all have been."""
        while not all(visit.done() for visit in visits):  # type: ignore[attr-defined]  # tasks
            for event in list(self.inside.values())[:1]:
                event.set()
            await asyncio.sleep(0)


async def test_no_more_than_so_many_are_at_it() -> None:
    hall = Hall(at_once=2)
    visits = [hall.visit(f"a{number}") for number in range(5)]
    await hall.holds("a0", "a1")
    hall.inside["a1"].set()
    await hall.holds("a0", "a2")
    await hall.empty(*visits)
    assert hall.came == ["a0", "a1", "a2", "a3", "a4"]


async def test_a_caller_who_brings_many_does_not_keep_another_waiting_for_all_of_them() -> None:
    hall = Hall()
    visits = [hall.visit(name) for name in ("a0", "a1", "a2", "a3", "b0", "c0", "b1")]
    await hall.empty(*visits)
    assert hall.came == ["a0", "a1", "b0", "c0", "a2", "b1", "a3"]


async def test_whoever_stops_waiting_is_passed_over() -> None:
    hall = Hall()
    visits = [hall.visit(name) for name in ("a0", "a1", "b0")]
    await hall.holds("a0")
    visits[1].cancel()
    await hall.empty(*visits)
    assert hall.came == ["a0", "b0"]


async def test_whoever_stops_waiting_in_the_moment_it_is_called_passes_the_turn_on() -> None:
    hall = Hall()
    visits = [hall.visit(name) for name in ("a0", "a1", "b0")]
    await hall.holds("a0")
    hall.inside["a0"].set()
    await until(visits[0].done)  # a1 is called, and has not heard of it yet
    visits[1].cancel()
    await hall.empty(*visits)
    assert hall.came == ["a0", "b0"]


async def test_nobody_waits_for_ever_and_a_place_that_comes_free_is_not_lost() -> None:
    hall = Hall(patience_s=0.001)
    first = hall.visit("a0")
    await hall.holds("a0")
    with pytest.raises(TimeoutError):
        await hall.visit("b0")
    await hall.empty(first)
    last = hall.visit("b1")
    await hall.empty(last)
    assert hall.came == ["a0", "b1"]
