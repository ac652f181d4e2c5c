"""One local OPA for one bundle: kept alive, restarted when it dies, killed when it gives no answer in time.

How it is launched is elsewhere (`embedded`, `executable`), and so is what its answers mean.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from typing import Any, Final, Self

from gate.adapters.opa.launch import Launcher, LoadRefusedError, Order, Running
from gate.adapters.opa.turnstile import Turnstile
from gate.domain.errors import EngineError

logger = logging.getLogger(__name__)

_STABLE_AFTER_S: Final = 1.0
_FIRST_DELAY_S: Final = 0.1
_LONGEST_DELAY_S: Final = 5.0


class LocalOpa:
    """A supervised OPA process. Whatever happens to the process, the content is the same again afterwards."""

    def __init__(self, launcher: Launcher, order: Order, running: Running) -> None:
        self._launcher = launcher
        self._order = order
        self._running = running
        self._ready = asyncio.Event()
        self._ready.set()
        self._turnstile = Turnstile(launcher.parallel, order.limits)
        self._supervision = asyncio.create_task(self._supervise())
        self.restarts = 0

    @classmethod
    async def start(cls, launcher: Launcher, order: Order) -> Self:
        """Launch and supervise. LoadRefusedError if OPA does not accept the content, EngineError."""
        return cls(launcher, order, await launcher.launch(order))

    @property
    def version(self) -> str:
        """OPA's version."""
        return self._running.version

    @property
    def pid(self) -> int:
        """The process that serves now."""
        return self._running.child.pid

    async def query(self, path: str, document: object) -> Any:
        """The value at `data.<path>`. EngineBusyError, EngineError, AssessmentError.

        A question that finds the process being restarted waits for it; one that was with it when it died is lost.
        """
        async with self._turnstile.passage():
            running = await self._awaited()
            try:
                return await running.client.query(path, document)
            except EngineError:
                self._give_up(running)
                raise

    async def emptied(self) -> None:
        """Wait until nobody is asking."""
        await self._turnstile.emptied()

    async def close(self) -> None:
        """End it now."""
        self._supervision.cancel()
        await asyncio.wait([self._supervision])
        await self._running.close()

    async def _awaited(self) -> Running:
        try:
            async with asyncio.timeout(self._order.limits.patience_s):
                await self._ready.wait()
        except TimeoutError as cause:
            raise EngineError(
                "the policy engine died and is being restarted", hint="Ask again; its own output says why it died."
            ) from cause
        return self._running

    def _give_up(self, running: Running) -> None:
        """No engine can be stopped in the middle of an evaluation, so the process is; `_supervise` sees it end.

        The same for one that breaks off: whatever is wrong with it, the next question is to wait for another.
        """
        if running is self._running:
            self._ready.clear()
            running.child.kill()

    async def _supervise(self) -> None:
        clock = asyncio.get_running_loop().time
        delays = _delays()
        while True:
            started = clock()
            await self._running.child.ended()
            self._ready.clear()
            last_words = self._running.child.said or "it said nothing"
            logger.warning("the policy engine ended and is started anew: %s", last_words)
            await self._running.close()
            if clock() - started > _STABLE_AFTER_S:
                delays = _delays()
            self._running = await self._relaunched(delays)
            self.restarts += 1
            self._ready.set()

    async def _relaunched(self, delays: Iterator[float]) -> Running:
        while True:
            await asyncio.sleep(next(delays))
            # It was loaded before, so whatever refuses it now is the world, and may pass.
            with contextlib.suppress(EngineError, LoadRefusedError):
                return await self._launcher.launch(self._order)


def _delays() -> Iterator[float]:
    """Seconds before each attempt: none before the first, then doubling."""
    yield 0.0
    delay = _FIRST_DELAY_S
    while True:
        yield delay
        delay = min(2 * delay, _LONGEST_DELAY_S)
