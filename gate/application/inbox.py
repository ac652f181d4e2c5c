"""Lists for people: the changes that somebody looks for, and what waits for somebody's answer. Nothing is judged."""

from dataclasses import dataclass
from typing import Final, Literal

from gate.application.active_policy import ActivePolicy
from gate.domain.access import Caller
from gate.domain.asked import steps_for
from gate.domain.bypass import Bypass
from gate.domain.errors import NoPolicyError, UnknownNameError
from gate.domain.judgement import StoredChange
from gate.domain.listing import Listing, Wanted
from gate.domain.policy_set import PolicySet
from gate.domain.prospect import Prospect
from gate.ports import Store

LOOKED_THROUGH: Final = 200
"""So many changes that wait for somebody's groups are looked through, the oldest first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that waits for somebody, and the steps that they can answer."""

    stored: StoredChange
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inbox:
    """What somebody can answer now."""

    asked: tuple[Asked, ...]
    groups: tuple[str, ...]
    """Those that they are in."""
    is_whole: bool
    """Whether that is all; else newer ones wait behind."""


@dataclass(frozen=True, slots=True)
class BypassStanding:
    """A bypass of the active revision, and whether it is spent. Whether policy honours it, each decision says."""

    bypass: Bypass
    state: Literal["granted", "consumed", "expired"]
    used: int

    @property
    def left(self) -> int:
        """How many changes may use it yet."""
        return max(0, self.bypass.uses - self.used) if self.state == "granted" else 0


class Lists:
    """Looks up what there is."""

    def __init__(self, active: ActivePolicy, store: Store) -> None:
        self._active = active
        self._store = store

    async def changes(self, wanted: Wanted, caller: Caller) -> Listing:
        """A page of what the caller may have to do with; it may be short and yet have a next one. UnknownNameError."""
        listing = await self._store.listed(wanted)
        if listing is None:
            raise UnknownNameError(
                f"no change is called {wanted.before!r}",
                hint="`before` is the `next` of another page, or left out for the newest changes.",
            )
        seen = tuple(each for each in listing.changes if caller.concerns(each.service, each.environment))
        return listing.model_copy(update={"changes": seen})

    async def inbox(self, person: str) -> Inbox:
        """What waits for a person, the oldest first, by the policy that is active now. NoPolicyError."""
        policy = self._policy()
        groups = policy.catalogue.groups_of(person)
        waiting = await self._store.asked_of(groups, LOOKED_THROUGH)
        asked = [Asked(each, steps_for(person, each.change, each.decision, policy.catalogue)) for each in waiting]
        return Inbox(tuple(each for each in asked if each.steps), groups, len(waiting) < LOOKED_THROUGH)

    async def bypasses(self, at_ns: int) -> list[BypassStanding]:
        """The bypasses of the active revision and their uses, by one look-up. NoPolicyError, StoreError."""
        policy = self._policy()
        if not policy.bypasses:
            return []
        target = policy.bypasses[0].change
        question = Prospect.of_service(policy, target.service, target.environment).question(at_ns)
        asked = question.model_copy(update={"bypasses": tuple(bypass.id for bypass in policy.bypasses)})
        uses = (await self._store.history(asked)).bypass_uses
        return [_standing(bypass, uses.get(bypass.id, 0), at_ns) for bypass in policy.bypasses]

    def _policy(self) -> PolicySet:
        if self._active.policy is None:
            raise NoPolicyError("no policy revision is active yet", hint="Ask again once /readyz answers 200.")
        return self._active.policy


def _standing(bypass: Bypass, used: int, at_ns: int) -> BypassStanding:
    if used >= bypass.uses:
        return BypassStanding(bypass, "consumed", used)
    return BypassStanding(bypass, "expired" if at_ns >= bypass.expires_ns else "granted", used)
