"""Word that something happened to a change, for those who wait for it. Waiting costs no thread and no polling storm."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

ELSEWHERE_SECONDS: Final = 2.0
"""How often a waiter looks for itself: another gate process on the same store tells no news here."""


class News:
    """Who waits for which change."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._over = False

    def tell(self, change_id: str) -> None:
        """Wake everybody who waits for this change."""
        for event in self._waiting.get(change_id, ()):
            event.set()

    def end(self) -> None:
        """Let everybody go with what they saw last: the gate is being stopped, and nobody waits any more."""
        self._over = True
        for change_id in list(self._waiting):
            self.tell(change_id)

    async def when(
        self, change_id: str, look: Callable[[], Awaitable[T]], is_enough: Callable[[T], bool], seconds: float
    ) -> T:
        """Look until it is enough or the seconds are over; what was seen last is returned either way."""
        event = asyncio.Event()
        until = asyncio.get_running_loop().time() + seconds
        self._waiting[change_id].add(event)
        try:
            while True:
                event.clear()  # before the look, so that what happens after it is not missed
                seen = await look()
                left = until - asyncio.get_running_loop().time()
                if is_enough(seen) or left <= 0 or self._over:
                    return seen
                await _wait(event, min(left, ELSEWHERE_SECONDS))
        finally:
            self._waiting[change_id].discard(event)
            if not self._waiting[change_id]:
                del self._waiting[change_id]


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
