"""How a commit of the policy repository becomes the active revision, or is rejected whole."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from gate.application.active_policy import ActivePolicy
from gate.application.foresight import Foresight
from gate.application.policy_check import try_out
from gate.application.reviewed_grants import ReviewedGrants
from gate.application.unmetered import Unmetered
from gate.domain.errors import PolicyRejectedError, WorldError
from gate.domain.outlook import FORGOTTEN_NS
from gate.domain.policy_set import PolicySet
from gate.domain.record import Record, RecordKind
from gate.ports import Clock, Forge, Meter, PolicyEngine, PolicySource, Store

_NOTED_FINDINGS: Final = 100
"""More of them are in the answer to `/v1/policy`."""

logger = logging.getLogger(__name__)


class Activation:
    """Looks at the repository, tries out what is new, and swaps it in. One look at a time."""

    def __init__(
        self,
        active: ActivePolicy,
        source: PolicySource,
        engine: PolicyEngine,
        store: Store,
        clock: Clock,
        meter: Meter | None = None,
        forge: Forge | None = None,
    ) -> None:
        """`forge`: where merges were reviewed; None where none is configured."""
        self._active = active
        self._source = source
        self._engine = engine
        self._store = store
        self._clock = clock
        self._meter = meter or Unmetered()
        self._grants = ReviewedGrants(forge)
        self._foresight = Foresight(active, clock)
        self._looking = asyncio.Lock()
        self._announced: str | None = None
        self._announced_rejection: str | None = None
        self._unusable: str | None = None

    async def begin(self) -> None:
        """The first look after a start: the newest revision, or the last good one if that cannot be had."""
        await self.look()

    async def look(self) -> None:
        """Fetch; if there is something new, try it out and make it active. Trouble is kept and told, never raised."""
        async with self._looking:
            await self._as_far_as_possible(self._look)
            if self._active.policy is None:
                # The newest revision was rejected, or the repository is away: neither takes the last good one from us.
                await self._as_far_as_possible(self._fall_back)

    async def watch(self, every_seconds: float, hint: asyncio.Event) -> None:
        """Look again and again: after each interval, or at once when the hint is given."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(hint.wait(), every_seconds)
            hint.clear()
            await self.look()

    async def _as_far_as_possible(self, going: Callable[[], Awaitable[None]]) -> None:
        try:
            await going()
        except WorldError as error:
            # No verdict on anything: the next look tries again.
            logger.warning("cannot follow the policy repository: %s", error.message)
            self._active.trouble = error.message
        except Exception:
            # Not even a defect that only this commit brings to light may take the last good revision from us.
            logger.exception("following the policy repository failed")
            self._active.trouble = "the gate failed on the policy repository; its log says where"

    async def _look(self) -> None:
        revision = await self._source.fetch()
        seen_at_ns = self._clock.now_ns()
        if self._is_active(revision):
            self._active.rejected = None
            await self._ask_again()
        elif not self._is_rejected(revision):
            self._active.rejected = await self._admit(revision)
        # Only now: a newest revision that could not even be tried out confirms nothing about the active one.
        self._active.confirmed_at_ns = seen_at_ns
        self._active.trouble = ""
        await self._announce()

    async def _ask_again(self) -> None:
        """What the forge could not say when the revision came in, it may say by now."""
        if self._grants.must_ask_again and self._active.policy is not None:
            policy = await self._grants.shown(self._active.policy)
            if policy.origins != self._active.policy.origins:
                self._active.policy = policy
                now_ns = self._clock.now_ns()
                await self._store.make_all_due(now_ns, now_ns - FORGOTTEN_NS)

    async def _fall_back(self) -> None:
        last_good = await self._source.last_good()
        if last_good is None or last_good == self._unusable or self._is_rejected(last_good):
            return
        if await self._admit(last_good) is not None:
            self._unusable = last_good
        await self._announce()

    def _is_active(self, revision: str) -> bool:
        return self._active.policy is not None and self._active.policy.revision == revision

    def _is_rejected(self, revision: str) -> bool:
        return self._active.rejected is not None and self._active.rejected.revision == revision

    async def _admit(self, revision: str) -> PolicyRejectedError | None:
        """Make a revision active, or say what speaks against it."""
        try:
            policy = await self._grants.shown(await self._source.load(revision))
            await self._foresight.look_ahead(policy)
            await self._try_out(policy)
        except PolicyRejectedError as error:
            logger.warning("%s", error.message)
            self._meter.revision_rejected()
            return error
        await self._engine.activate(policy.revision)
        self._active.policy = policy
        return None

    async def _try_out(self, policy: PolicySet) -> None:
        passed = False
        try:
            report = await try_out(policy, self._engine)
            passed = report.passed
        finally:
            if not passed:
                await self._engine.discard(policy.revision)
        if not passed:
            raise PolicyRejectedError(policy.revision, report.errors())

    async def _announce(self) -> None:
        """Tell what was rejected or activated, once each; if the store or the disk is away, at the next look."""
        rejected, policy = self._active.rejected, self._active.policy
        if rejected is not None and rejected.revision != self._announced_rejection:
            findings = [str(finding) for finding in rejected.findings[:_NOTED_FINDINGS]]
            await self._note("policy_rejected", rejected.revision, findings=findings)
            self._announced_rejection = rejected.revision
        if policy is not None and policy.revision != self._announced:
            await self._source.keep(policy.revision)
            await self._note("policy_activated", policy.revision, documents=policy.documents)
            now_ns = self._clock.now_ns()
            await self._store.make_all_due(now_ns, now_ns - FORGOTTEN_NS)
            self._announced = policy.revision
            logger.info("policy revision %s is active, %d documents", policy.revision[:12], policy.documents)

    async def _note(self, kind: RecordKind, revision: str, **said: object) -> None:
        record_id = self._clock.new_id("rec")
        await self._store.note(Record.of(kind, record_id, self._clock.now_ns(), None, revision=revision, **said))
