"""Changes that run when a window closes on them: at the edge they are looked at again, and stop where policy says so.

What runs is never un-approved: nothing is recorded of a look after which it runs on.
"""

from gate.application.active_policy import ActivePolicy
from gate.application.edges import Edges
from gate.application.intake import Intake
from gate.application.perseverance import persevering
from gate.domain.gathering import subject_of, windows_between
from gate.domain.in_flight import look_at_it_again
from gate.domain.instant import duration_ns
from gate.domain.judgement import StoredChange
from gate.domain.outlook import UNKNOWN_END_NS, reservation_of
from gate.ports import Clock, Store


class Running:
    """Looks at running changes, each when it is due."""

    def __init__(self, intake: Intake, active: ActivePolicy, store: Store, clock: Clock) -> None:
        self._intake = intake
        self._active = active
        self._store = store
        self._clock = clock
        self._edges = Edges(active, store)

    async def look(self, change_id: str) -> bool:
        """Tell a running change to stop if it has to, or say when to look next. False, and nothing done, if none runs.

        CallerError, PolicyError, WorldError.
        """
        return await persevering(change_id, lambda: self._look(change_id))

    async def _look(self, change_id: str) -> bool:
        stored = await self._intake.change(change_id)
        if stored.change.state != "started":
            return False
        at_ns = self._clock.now_ns()
        # Claimed before it is looked at: what makes it due from here on is not overwritten when the look is over, and
        # if this gate dies meanwhile, another one looks in a minute.
        claimed_ns = at_ns + UNKNOWN_END_NS
        await self._store.postpone(change_id, claimed_ns)
        edge = await self._edges.first(stored, at_ns + 1)
        if edge is not None and edge.at_ns <= at_ns and stored.change.stop is None:
            stored = await self._intake.judge_running(stored, edge)
        await self._store.postpone(change_id, self._next_look_ns(stored, at_ns), if_due_at_ns=claimed_ns)
        return True

    def _next_look_ns(self, stored: StoredChange, at_ns: int) -> int | None:
        change = stored.change
        if change.stop is not None:
            return None
        policy = self._active.pinned(change.request.environment, at_ns)
        service = policy.catalogue.service(change.request.service)
        held = reservation_of(change, stored.decision, policy)
        duration = change.request.duration or service.duration
        seen_to_ns = at_ns + duration_ns(max(duration, policy.settings.pass_lifetime))
        windows = windows_between(policy, subject_of(change.request, service), at_ns, seen_to_ns)
        return look_at_it_again(windows, at_ns, seen_to_ns, held.until_ns if held else at_ns)
