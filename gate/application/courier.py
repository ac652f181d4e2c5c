"""The courier takes notices from the outbox to whom they are for, again and again until they arrive."""

import asyncio
import logging
from typing import Final

from gate.domain.errors import GateError, WorldError
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.notice import Notice, next_attempt_ns
from gate.ports import Clock, Notifier, Store

EVERY_SECONDS: Final = 1.0
AT_ONCE: Final = 20
IN_HAND_NS: Final = 120 * NANOSECOND_PER_SECOND
"""So long nobody else tries what one gate has taken; longer than a delivery may take."""

logger = logging.getLogger(__name__)


class Courier:
    """Delivers what is due. Several gates may: each notice is taken by one of them at a time."""

    def __init__(self, store: Store, notifier: Notifier, clock: Clock) -> None:
        self._store = store
        self._notifier = notifier
        self._clock = clock

    @property
    def has_work(self) -> bool:
        """Whether anybody can be reached."""
        return bool(self._notifier.reachable)

    async def run(self) -> None:
        """Never ends; trouble with the store is logged and tried again."""
        while True:
            try:
                busy = await self.deliver_due()
            except WorldError as error:
                logger.warning("cannot deliver notices: %s", error.message)
                busy = False
            if not busy:
                await asyncio.sleep(EVERY_SECONDS)

    async def deliver_due(self) -> bool:
        """Deliver what is due now, at once. Whether there may be more."""
        now_ns = self._clock.now_ns()
        taken = await self._store.take_notices(now_ns, now_ns + IN_HAND_NS, AT_ONCE)
        await asyncio.gather(*map(self._deliver, taken))
        return len(taken) == AT_ONCE

    async def _deliver(self, notice: Notice) -> None:
        try:
            await self._notifier.deliver(notice)
        except GateError as error:
            await self._try_later(notice, error.message)
        else:
            await self._store.forget_notice(notice.id)

    async def _try_later(self, notice: Notice, trouble: str) -> None:
        attempts = notice.attempts + 1
        again_ns = next_attempt_ns(attempts, self._clock.now_ns())
        said = {"notice": notice.id, "addressee": notice.addressee, "attempts": attempts}
        if again_ns is None:
            logger.error("a notice is given up: %s", trouble, extra=said)
            await self._store.forget_notice(notice.id)
        else:
            logger.warning("a notice is not delivered yet: %s", trouble, extra=said)
            await self._store.put_off_notice(notice.id, again_ns)
