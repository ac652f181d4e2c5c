"""Ways around the process as a running gate sees them: how each one stands, and what a new one would come to.

Both are looked at by the one path, as far as deciding; nothing is recorded, and nothing is used up.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final, Literal

from gate.application.active_policy import ActivePolicy
from gate.application.bypass_trial import try_bypass
from gate.application.prerequisites import look_up
from gate.domain.access import Caller
from gate.domain.assessment import Reason, Ruling
from gate.domain.bypass import Bypass
from gate.domain.bypass_trial import BypassTrial, change_named_by, replacing
from gate.domain.errors import NoPolicyError
from gate.domain.facts import BypassFacts, BypassGrant
from gate.domain.occasion import Occasion
from gate.domain.policy_set import PolicySet
from gate.domain.prerequisites import NO_PREREQUISITES
from gate.ports import Clock, PolicyEngine, Store

MOST_TOLD: Final = 200
"""Of each that has not expired the engine is asked, and files of what has expired are seldom taken away."""

State = Literal["granted", "consumed", "expired", "refused"]


@dataclass(frozen=True, slots=True)
class BypassStanding:
    """A bypass of the active revision as it stands: whether a change that it names could use it now."""

    bypass: Bypass
    state: State
    used: int
    grant: BypassGrant | None
    reasons: tuple[Reason, ...]
    """For `granted`: by whom. For `refused`: why."""

    @property
    def left(self) -> int:
        """How many changes may use it yet, as long as it is honoured."""
        return max(0, self.bypass.uses - self.used) if self.state in {"granted", "refused"} else 0


class Bypasses:
    """Looks at bypasses."""

    def __init__(self, active: ActivePolicy, engine: PolicyEngine, store: Store, clock: Clock) -> None:
        self._active = active
        self._engine = engine
        self._store = store
        self._clock = clock

    async def standing(self, caller: Caller) -> list[BypassStanding]:
        """The bypasses of the active revision that concern the caller, by id. NoPolicyError, EngineError, StoreError.

        At most `MOST_TOLD`, those that last longest: what has expired goes first.
        """
        policy, at_ns = self._policy(), self._clock.now_ns()
        own = [each for each in policy.bypasses if caller.concerns(each.change.service, each.change.environment)]
        told = nsmallest(MOST_TOLD, own, key=lambda each: (-each.expires_ns, each.id))
        return [await self._stands(bypass, policy, at_ns) for bypass in sorted(told, key=lambda each: each.id)]

    async def tried(self, bypass: Bypass, author: str | None = None) -> Sequence[BypassTrial]:
        """What a bypass would come to that is not in force yet, or not so: of each open change that it names.

        Where nobody has asked for such a change, one is tried that is made of what the bypass says.
        UnknownNameError, NoPolicyError, EngineError, StoreError.
        """
        at_ns = self._clock.now_ns()
        target = bypass.change
        policy = self._policy()
        policy.catalogue.service_in(target.service, target.environment)
        policy = replacing(policy, bypass)
        known = await self._store.open_changes(target.service, target.environment, target.commit)
        occasions = [Occasion(stored.change, policy, at_ns, stored.decision) for stored in known]
        occasions = occasions or [Occasion(change_named_by(bypass, at_ns), policy, at_ns)]
        return [await self._tried(bypass, occasion, author) for occasion in occasions]

    async def _tried(self, bypass: Bypass, occasion: Occasion, author: str | None) -> BypassTrial:
        asked = bool(occasion.change.request.depends_on)
        prerequisites = await look_up(occasion.change, self._store) if asked else NO_PREREQUISITES
        history = await self._store.history(occasion.question)
        return await try_bypass(
            bypass, occasion, history, prerequisites, self._engine, author=author, is_known=not occasion.is_first
        )

    async def _stands(self, bypass: Bypass, policy: PolicySet, at_ns: int) -> BypassStanding:
        occasion = Occasion(change_named_by(bypass, at_ns), policy, at_ns)
        history = await self._store.history(occasion.question)
        # On a thread: the calendar may have to look far ahead.
        facts = await asyncio.to_thread(occasion.facts, history, NO_PREREQUISITES)
        own = next(each for each in facts.bypasses if each.id == bypass.id)
        if (spent := _spent(own, at_ns)) is not None:
            return BypassStanding(bypass, spent, own.used, own.grant, ())
        ruling = (await self._engine.assess(facts)).bypasses.get(bypass.id, _NO_RULING)
        state: State = "granted" if ruling.honoured else "refused"
        return BypassStanding(bypass, state, own.used, own.grant, ruling.reasons)

    def _policy(self) -> PolicySet:
        if self._active.policy is None:
            raise NoPolicyError("no policy revision is active yet", hint=self._active.trouble)
        return self._active.policy


_NO_RULING: Final = Ruling(
    honoured=False, reasons=(Reason(code="no_ruling", message="policy did not rule on this bypass"),)
)


def _spent(bypass: BypassFacts, at_ns: int) -> State | None:
    if bypass.used >= bypass.uses:
        return "consumed"
    return "expired" if at_ns >= bypass.expires_ns else None
