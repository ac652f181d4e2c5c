"""The bounded queue in front of a policy engine. What is asked once inside is elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gate.adapters.opa.limits import Limits
from gate.domain.errors import EngineBusyError


class Turnstile:
    """Lets `parallel` questions through at a time and has a bounded number wait, for a bounded time.

    Without it the time-out of a question would count the questions before it, and a burst would look like a runaway.
    """

    def __init__(self, parallel: int, limits: Limits) -> None:
        self._places = asyncio.Semaphore(parallel)
        self._room = parallel + limits.waiting
        self._patience_s = limits.patience_s
        self._present = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @asynccontextmanager
    async def passage(self) -> AsyncIterator[None]:
        """A place for one question. EngineBusyError at once if the queue is full, later if it does not move."""
        if self._present >= self._room:
            raise _busy(f"{self._present} questions wait for the policy engine already")
        self._present += 1
        self._empty.clear()
        try:
            await self._place()
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._present -= 1
            if not self._present:
                self._empty.set()

    async def emptied(self) -> None:
        """Return when nobody is inside or waiting."""
        await self._empty.wait()

    async def _place(self) -> None:
        try:
            async with asyncio.timeout(self._patience_s):
                await self._places.acquire()
        except TimeoutError as cause:
            raise _busy(f"no place at the policy engine came free within {self._patience_s} s") from cause


def _busy(what: str) -> EngineBusyError:
    hint = "Ask again in a moment; if this stays, give the gate more processes or look for a slow policy."
    return EngineBusyError(what, hint=hint)
