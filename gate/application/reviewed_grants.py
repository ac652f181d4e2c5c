"""Asks the forge about the merges that brought bypasses, where policy accepts its reviews as proof.

A forge that is away keeps no revision from becoming active: until it answers, what only it could show is not granted.
"""

import logging
from dataclasses import replace
from typing import Final

from gate.domain.bypass import Origin
from gate.domain.errors import WorldError
from gate.domain.forge_review import ForgeReview, shown_by
from gate.domain.policy_set import PolicySet
from gate.domain.proof import Shown
from gate.ports import Forge

_FORGE: Final = "forge"
logger = logging.getLogger(__name__)


class ReviewedGrants:
    """What a forge shows of the bypasses of a revision. Its answers are kept for the next."""

    def __init__(self, forge: Forge | None) -> None:
        """None: no forge is configured, and its proof shows nobody."""
        self._forge = forge
        self._reviews: dict[str, ForgeReview | None] = {}
        self._unanswered = False

    @property
    def must_ask_again(self) -> bool:
        """Whether the forge did not answer everything the last time."""
        return self._unanswered

    async def shown(self, policy: PolicySet) -> PolicySet:
        """The same revision, with what the forge shows of each bypass in it. Never an error."""
        self._unanswered = False
        if self._forge is None or _FORGE not in policy.settings.grants:
            return policy
        live = [each.id for each in policy.bypasses if each.expires_ns > policy.committed_at_ns]
        wanted = {bypass: policy.origins[bypass] for bypass in live if bypass in policy.origins}
        reviews = dict(self._reviews)
        for commit in sorted({origin.commit for origin in wanted.values()} - reviews.keys()):
            await self._ask(self._forge, commit, reviews)
        self._reviews = {
            origin.commit: reviews[origin.commit] for origin in wanted.values() if origin.commit in reviews
        }
        # Whose account it is, the revision says.
        people = tuple(policy.catalogue.people.values())
        origins = {
            bypass: _with(origin, shown_by(reviews[origin.commit], origin.commit, people))
            if origin.commit in reviews
            else _with(origin, _NO_ANSWER)
            for bypass, origin in wanted.items()
        }
        return replace(policy, origins={**policy.origins, **origins})

    async def _ask(self, forge: Forge, commit: str, reviews: dict[str, ForgeReview | None]) -> None:
        try:
            reviews[commit] = await forge.review_of(commit)
        except WorldError as error:
            logger.warning("the forge cannot be asked about commit %s: %s", commit[:12], error.message)
            self._unanswered = True


_NO_ANSWER: Final = Shown(lacks="the forge did not answer yet; it is asked again")


def _with(origin: Origin, shown: Shown) -> Origin:
    return origin.model_copy(update={"shown": {**origin.shown, _FORGE: shown}})
