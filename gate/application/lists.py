"""Lists for people: the changes that somebody looks for, and what waits for somebody's answer. Nothing is judged."""

from dataclasses import dataclass
from typing import Final

from gate.application.active_policy import ActivePolicy
from gate.domain.access import Caller
from gate.domain.asked import steps_for
from gate.domain.errors import NoPolicyError, UnknownNameError
from gate.domain.judgement import StoredChange
from gate.domain.listing import MOST_LISTED, ListedChange, Listing, Wanted
from gate.domain.policy_set import PolicySet
from gate.ports import Store

LOOKED_THROUGH: Final = 200
"""So many changes that wait for somebody's groups are looked through, the oldest first."""

MOST_PAGES: Final = 10
"""So many full pages are looked through for whom not everything concerns."""


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


class Lists:
    """Looks up what there is."""

    def __init__(self, active: ActivePolicy, store: Store) -> None:
        self._active = active
        self._store = store

    async def changes(self, wanted: Wanted, caller: Caller) -> Listing:
        """A page of what the caller may have to do with; it may be short and yet have a next one. UnknownNameError."""
        if caller.concerns_everything:
            return await self._page(wanted)
        return await self._page_of(wanted, caller)

    async def _page_of(self, wanted: Wanted, caller: Caller) -> Listing:
        """A page for whom not everything concerns.

        Where it leads on must not tell whether a text is found in what is no concern of theirs: it is looked on for
        their own, further than any text of another's is likely to be found.
        """
        seen: list[ListedChange] = []
        page, left = Listing(changes=(), next=wanted.before), MOST_PAGES
        while left:
            page = await self._page(wanted.model_copy(update={"before": page.next, "limit": MOST_LISTED}))
            seen += (each for each in page.changes if caller.concerns(each.service, each.environment))
            is_filled = len(page.changes) == MOST_LISTED and page.next is not None
            left = left - 1 if is_filled and len(seen) <= wanted.limit else 0
        if len(seen) > wanted.limit:
            return Listing(changes=tuple(seen[: wanted.limit]), next=seen[wanted.limit - 1].id)
        return Listing(changes=tuple(seen), next=page.next)

    async def _page(self, wanted: Wanted) -> Listing:
        listing = await self._store.listed(wanted)
        if listing is None:
            raise UnknownNameError(
                f"no change is called {wanted.before!r}",
                hint="`before` is the `next` of another page, or left out for the newest changes.",
            )
        return listing

    async def inbox(self, person: str) -> Inbox:
        """What waits for a person, the oldest first, by the policy that is active now. NoPolicyError."""
        policy = self._policy()
        groups = policy.catalogue.groups_of(person)
        waiting = await self._store.asked_of(groups, LOOKED_THROUGH)
        asked = [Asked(each, steps_for(person, each.change, each.decision, policy.catalogue)) for each in waiting]
        return Inbox(tuple(each for each in asked if each.steps), groups, len(waiting) < LOOKED_THROUGH)

    def _policy(self) -> PolicySet:
        if self._active.policy is None:
            raise NoPolicyError("no policy revision is active yet", hint="Ask again once /readyz answers 200.")
        return self._active.policy
