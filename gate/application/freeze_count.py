"""How many pressed freezes hold, for whoever watches the gate: one that nobody remembers keeps everybody waiting."""

import asyncio
import logging
from typing import Final

from gate.domain.errors import StoreError
from gate.ports import Clock, Meter, Store

EVERY_SECONDS: Final = 5.0

logger = logging.getLogger(__name__)


class FreezeCount:
    """Counts them again and again: others are pressed and thawed at other gates, and some end by themselves."""

    def __init__(self, store: Store, clock: Clock, meter: Meter) -> None:
        self._store = store
        self._clock = clock
        self._meter = meter

    async def run(self) -> None:
        """Never ends."""
        while True:
            await self.tell()
            await asyncio.sleep(EVERY_SECONDS)

    async def tell(self) -> None:
        """Tell the meter how many hold now; if the store does not answer, that nobody knows."""
        try:
            holding = await self._store.freezes(holding_at_ns=self._clock.now_ns())
        except StoreError as error:
            logger.warning("cannot count the freezes that hold: %s", error.message)
            self._meter.freezes_holding(None)
        else:
            self._meter.freezes_holding(len(holding))
