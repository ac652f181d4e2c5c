"""Reviews that have become overdue are announced, each once, whichever gates run and whatever is killed in between."""

import asyncio
import logging
from collections.abc import Collection
from typing import Final

from gate.application.active_policy import ActivePolicy
from gate.domain.errors import WorldError
from gate.domain.overdue import overdue_notices
from gate.domain.pir import Pir
from gate.ports import Clock, Store

EVERY_SECONDS: Final = 15.0
AT_ONCE: Final = 50

logger = logging.getLogger(__name__)


class Reminders:
    """Looks for what is overdue and not announced. That it is, and what is told of it, is one transaction."""

    def __init__(self, active: ActivePolicy, store: Store, clock: Clock, reachable: Collection[str] = ()) -> None:
        """`reachable`: who can be told (`Notifier.reachable`)."""
        self._active = active
        self._store = store
        self._clock = clock
        self._reachable = reachable

    @property
    def has_work(self) -> bool:
        """Whether anybody can be reached. What nobody could hear is announced once somebody can."""
        return bool(self._reachable)

    async def run(self) -> None:
        """Never ends; trouble with the store is logged and tried again."""
        while True:
            try:
                busy = await self.announce_overdue()
            except WorldError as error:
                logger.warning("cannot announce what is overdue: %s", error.message)
                busy = False
            if not busy:
                await asyncio.sleep(EVERY_SECONDS)

    async def announce_overdue(self) -> bool:
        """Announce what has become overdue, the longest first. Whether there may be more."""
        policy = self._active.policy
        if policy is None:  # nobody knows who is in the team; the next round asks again
            return False
        found = await self._store.unannounced_pirs(self._clock.now_ns(), AT_ONCE)
        for pir in found:
            await self._announce(pir)
        return len(found) == AT_ONCE

    async def _announce(self, pir: Pir) -> None:
        policy, stored = self._active.policy, await self._store.change(pir.change)
        if policy is None or stored is None:
            return
        at_ns = self._clock.now_ns()
        notices = overdue_notices(pir, stored, at_ns, policy.catalogue, self._reachable)
        said = {"change": pir.change, "team": pir.team}
        if not notices:
            logger.warning("a review is overdue, and nobody who is to hear of it has an address", extra=said)
        if await self._store.announce_pir(pir.change, at_ns, notices):
            logger.info("a review is overdue, and that is announced", extra=said)
