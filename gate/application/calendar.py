"""Questions about time: is it open, when does that change, and when would a change pass next.

The answers are advice. They look at windows and at what other changes hold, not at people, evidence or load; the
decision about a change is the sole arbiter, and it is judged again when the change starts.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from gate.application.active_policy import ActivePolicy
from gate.domain.calendar_state import CalendarState
from gate.domain.errors import GateError
from gate.domain.judgement import StoredChange
from gate.domain.plan import starts_ns
from gate.domain.prospect import OFFERED, USUAL_KIND, Prospect, waits_for_time
from gate.domain.recurrence import Span
from gate.domain.schedule import Occurrence, Schedule
from gate.domain.slots import Slot, SlotSearch, Wish
from gate.ports import Clock, Store

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Lookahead:
    """Looks ahead, at the active policy revision. Instants left out are now."""

    def __init__(self, active: ActivePolicy, store: Store, clock: Clock) -> None:
        self._active = active
        self._store = store
        self._clock = clock

    def prospect(self, service: str, environment: str, kind: str = USUAL_KIND) -> Prospect:
        """A change of this service that nobody has asked for. UnknownNameError with nearest names; WorldError."""
        policy = self._active.pinned(environment, self._clock.now_ns())
        return Prospect.of_service(policy, service, environment, kind)

    async def state(self, prospect: Prospect, at_ns: int | None = None) -> CalendarState:
        """Whether its time is open or closed at an instant, why, and when that changes."""
        instant_ns = self._clock.now_ns() if at_ns is None else at_ns
        pressed = await self._pressed(prospect, instant_ns)
        return await _aside(lambda: prospect.state_at(instant_ns, pressed))

    async def schedule(self, prospect: Prospect, begin_ns: int, until_ns: int) -> Schedule:
        """Its open and closed time."""
        pressed = await self._pressed(prospect, begin_ns)
        return await _aside(lambda: prospect.schedule(begin_ns, until_ns, pressed))

    async def slots(self, prospect: Prospect, count: int, from_ns: int | None = None) -> SlotSearch:
        """The next slots, from an instant on that is not past. PlannedStartError if that is too far ahead."""
        wish = prospect.wish(self._clock.now_ns(), count, from_ns)
        busy, pressed = await self._busy(prospect, wish), await self._pressed(prospect, wish.from_ns)
        return await _aside(lambda: prospect.slots(wish, busy, pressed))

    async def offered(self, stored: StoredChange) -> tuple[Slot, ...]:
        """The slots that come with an answer; none where time does not stand in the way, or none can be found out."""
        if stored.change.state != "open" or not waits_for_time(stored.decision):
            return ()
        try:
            return await self._offered(stored)
        except GateError as error:
            # The decision is made and on record; nothing that only goes with it may take it away from the caller.
            logger.warning("no slots for %s: %s", stored.change.id, error.message)
            return ()

    async def _offered(self, stored: StoredChange) -> tuple[Slot, ...]:
        now_ns = self._clock.now_ns()
        prospect = Prospect(self._active.pinned(stored.change.request.environment, now_ns), stored.change)
        # What is planned for later is not offered an earlier time: whoever planned it had a reason.
        wish = prospect.wish(now_ns, OFFERED, starts_ns(stored.change, now_ns))
        busy, pressed = await self._busy(prospect, wish), await self._pressed(prospect, wish.from_ns)
        return (await _aside(lambda: prospect.slots_after(stored.decision, wish, busy, pressed))).slots

    async def _busy(self, prospect: Prospect, wish: Wish) -> Sequence[Span]:
        return await self._store.busy(prospect.question(wish.from_ns), wish.until_ns + wish.takes_ns)

    async def _pressed(self, prospect: Prospect, from_ns: int) -> Sequence[Occurrence]:
        """The pressed freezes from an instant on; of a time that is past, those that were thawed since, too."""
        now_ns = self._clock.now_ns()
        freezes = {freeze.id: freeze for freeze in await self._store.freezes(holding_at_ns=now_ns)}
        if from_ns < now_ns:
            freezes |= {freeze.id: freeze for freeze in await self._store.freezes()}
        return prospect.closed_by(freezes.values(), now_ns)


async def _aside(work: Callable[[], T]) -> T:
    """In a thread: a crowded calendar takes a while to look through, and decisions must not wait for it."""
    return await asyncio.to_thread(work)
