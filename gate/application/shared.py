"""One question at a time: whoever asks meanwhile gets the answer that is on its way."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Asks once, however many want to know. A failure is shared like an answer; the next to ask tries again."""

    def __init__(self, question: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._question = question
        self._asking: asyncio.Task[T] | None = None

    async def answer(self) -> T:
        """The answer, or whatever the question raises."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._question())
            self._asking.add_done_callback(_heard)
        # One who goes away does not take the answer from the others.
        return await asyncio.shield(self._asking)


def _heard(asked: asyncio.Task[Any]) -> None:
    """A failure that nobody waits for any more is no mishap of the event loop."""
    if not asked.cancelled():
        asked.exception()
