"""How long the event loop of a gate stood still: everybody who asks for a decision meanwhile waits as long."""

import asyncio
from types import TracebackType
from typing import Final, Self

_BEAT_S: Final = 0.005


class Pulse:
    """Beats while it is entered, and remembers the longest time between two beats."""

    def __init__(self) -> None:
        self.longest_pause_s = 0.0
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._beating = asyncio.create_task(self._beat())
        await asyncio.sleep(0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # One more beat, so that a pause at the very end counts too.
        await asyncio.sleep(2 * _BEAT_S)
        if self._beating is not None:
            self._beating.cancel()

    async def _beat(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            begun = clock()
            await asyncio.sleep(_BEAT_S)
            self.longest_pause_s = max(self.longest_pause_s, clock() - begun - _BEAT_S)
