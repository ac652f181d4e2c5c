"""Whose turn it is, where only so many can be at it at once: the callers in rotation, and each caller's own in order.

First come, first served would let one caller who brings a hundred at once keep all others waiting for the hundred.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Places for so many at once. How many may wait is for others to bound."""

    def __init__(self, at_once: int, patience_s: float) -> None:
        """`patience_s`: the seconds that somebody waits for a turn."""
        self._free = at_once
        self._patience_s = patience_s
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[None]:
        """A turn, for as long as this is entered. TimeoutError if none came."""
        await self._enter(caller)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, caller: str) -> None:
        if self._free:
            self._free -= 1
            return
        called = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(caller, deque()).append(called)
        try:
            async with asyncio.timeout(self._patience_s):
                await called
        except BaseException:
            if called.done() and not called.cancelled():
                self._leave()  # called in the very moment in which it stopped waiting
            raise

    def _leave(self) -> None:
        """Call the next; nobody waits as long as a place is free."""
        while self._waiting:
            caller, line = self._waiting.popitem(last=False)
            called = line.popleft()
            if line:
                self._waiting[caller] = line  # behind all others
            if not called.done():  # else it has stopped waiting
                called.set_result(None)
                return
        self._free += 1
