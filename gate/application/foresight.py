"""When windows recur is worked out before a decision needs it, again and again, as time goes on."""

import asyncio
from typing import Final

from gate.application.active_policy import ActivePolicy
from gate.domain.policy_set import PolicySet
from gate.ports import Clock

EVERY_SECONDS: Final = 60.0


class Foresight:
    """Lets the calendar in force look ahead. What it has not foreseen is decided all the same, and takes longer."""

    def __init__(self, active: ActivePolicy, clock: Clock) -> None:
        self._active = active
        self._clock = clock

    async def run(self) -> None:
        """Never ends."""
        while True:
            if (policy := self._active.policy) is not None:
                await self.look_ahead(policy)
            await asyncio.sleep(EVERY_SECONDS)

    async def look_ahead(self, policy: PolicySet) -> None:
        """On a thread, unless it has looked far enough already: nobody waits for it."""
        now_ns = self._clock.now_ns()
        if not policy.calendar.is_ready(now_ns):
            await asyncio.to_thread(policy.calendar.look_ahead, now_ns)
