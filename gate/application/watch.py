"""Changes that wait go on by themselves, and those that run are looked at when time closes on them."""

import asyncio
import logging
from typing import Final

from gate.application.intake import Intake
from gate.application.running import Running
from gate.domain.errors import GateError, WorldError
from gate.domain.outlook import UNKNOWN_END_NS
from gate.ports import Clock, Store

EVERY_SECONDS: Final = 0.5
AT_ONCE: Final = 50

logger = logging.getLogger(__name__)


class Watch:
    """Looks for due changes again and again. Several gates may watch one store: each sequence is recorded once."""

    def __init__(self, intake: Intake, running: Running, store: Store, clock: Clock) -> None:
        self._intake = intake
        self._running = running
        self._store = store
        self._clock = clock

    async def run(self) -> None:
        """Never ends; trouble with one change or with the store is logged and tried again."""
        while True:
            try:
                busy = await self.judge_due()
            except WorldError as error:
                logger.warning("cannot judge what is due: %s", error.message)
                busy = False
            if not busy:
                await asyncio.sleep(EVERY_SECONDS)

    async def judge_due(self) -> bool:
        """Look at what is due now, the longest due first. Whether there may be more."""
        due = await self._store.due(self._clock.now_ns(), AT_ONCE)
        for change_id in due:
            await self._judge(change_id)
        return len(due) == AT_ONCE

    async def _judge(self, change_id: str) -> None:
        try:
            if not await self._running.look(change_id):
                await self._intake.judge_again(change_id)
        except GateError as error:
            # It ended or started meanwhile, its service is gone, or it cannot be judged at all: the others go on.
            # If the store is away, this cannot be written either, and the round ends.
            logger.warning("change %s is not judged again: %s", change_id, error.message)
            await self._put_off(change_id, is_in_line=isinstance(error, WorldError))

    async def _put_off(self, change_id: str, *, is_in_line: bool) -> None:
        """It keeps its place if the outside failed; one that cannot be judged keeps nobody waiting."""
        at_ns = self._clock.now_ns()
        if is_in_line:
            await self._store.postpone(change_id, at_ns + UNKNOWN_END_NS)
        else:
            await self._store.step_aside(change_id, at_ns, at_ns + UNKNOWN_END_NS)
