"""How a commit of the policy repository becomes the active revision, or is rejected whole."""

import asyncio
import logging
from contextlib import suppress

from gate.application.active_policy import ActivePolicy
from gate.application.policy_check import try_out
from gate.domain.errors import PolicyRejectedError, WorldError
from gate.domain.policy_set import PolicySet
from gate.domain.record import Record, RecordKind
from gate.ports import Clock, PolicyEngine, PolicySource, Store

logger = logging.getLogger(__name__)


class Activation:
    """Looks at the repository, tries out what is new, and swaps it in. One look at a time."""

    def __init__(
        self, active: ActivePolicy, source: PolicySource, engine: PolicyEngine, store: Store, clock: Clock
    ) -> None:
        self._active = active
        self._source = source
        self._engine = engine
        self._store = store
        self._clock = clock
        self._looking = asyncio.Lock()
        self._announced: str | None = None

    async def begin(self) -> None:
        """The first look after a start: the newest revision, or the last good one if that cannot be had."""
        await self.look()
        if self._active.policy is None and (last_good := await self._source.last_good()) is not None:
            async with self._looking:
                # The newest revision was rejected, or the repository is away: neither takes the last good one from us.
                await self._admit(last_good)

    async def look(self) -> None:
        """Fetch; if there is something new, try it out and make it active. Trouble is kept and told, never raised."""
        async with self._looking:
            try:
                await self._look()
            except WorldError as error:
                # No verdict on anything: the next look tries again.
                logger.warning("cannot look at the policy repository: %s", error.message)
                self._active.trouble = error.message

    async def watch(self, every_seconds: float, hint: asyncio.Event) -> None:
        """Look again and again: after each interval, or at once when the hint is given."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(hint.wait(), every_seconds)
            hint.clear()
            await self.look()

    async def _look(self) -> None:
        revision = await self._source.fetch()
        self._active.confirmed_at_ns = self._clock.now_ns()
        self._active.trouble = ""
        if not self._is_known(revision):
            await self._admit(revision)
        await self._announce()

    def _is_known(self, revision: str) -> bool:
        active, rejected = self._active.policy, self._active.rejected
        return revision in {active and active.revision, rejected and rejected.revision}

    async def _admit(self, revision: str) -> None:
        try:
            policy = await self._source.load(revision)
            await self._try_out(policy)
        except PolicyRejectedError as error:
            logger.warning("%s", error.message)
            self._active.rejected = error
            await self._note("policy_rejected", revision, findings=[str(finding) for finding in error.findings[:100]])
        else:
            await self._engine.activate(policy.revision)
            self._active.policy = policy
            self._active.rejected = None
            await self._source.keep(policy.revision)
            await self._announce()

    async def _try_out(self, policy: PolicySet) -> None:
        report = await try_out(policy, self._engine)
        if not report.passed:
            await self._engine.discard(policy.revision)
            raise PolicyRejectedError(policy.revision, report.all_findings())

    async def _announce(self) -> None:
        """Record the activation and let waiting changes be judged at it; if the store is away, at the next look."""
        policy = self._active.policy
        if policy is None or policy.revision == self._announced:
            return
        await self._note("policy_activated", policy.revision, documents=policy.documents)
        await self._store.make_all_due(self._clock.now_ns())
        self._announced = policy.revision
        logger.info("policy revision %s is active, %d documents", policy.revision[:12], policy.documents)

    async def _note(self, kind: RecordKind, revision: str, **said: object) -> None:
        record_id = self._clock.new_id("rec")
        await self._store.note(Record.of(kind, record_id, self._clock.now_ns(), None, revision=revision, **said))
