"""Pressed freezes are proposed to the policy repository, so that git stays the truth. No freeze waits for that."""

import asyncio
import logging
from typing import Final

from gate.application.active_policy import ActivePolicy
from gate.domain.errors import WorldError
from gate.domain.proposal import ProposalState, proposal_of
from gate.domain.red_button import PressedFreeze
from gate.ports import Clock, Proposals, Store

PATIENCE_SECONDS: Final = 3.0
"""How long whoever presses is let wait for the repository."""
EVERY_SECONDS: Final = 30.0
"""How often what could not be filed is tried again."""

logger = logging.getLogger(__name__)


class Filing:
    """Proposes each freeze once. Several gates may try: the second one finds it done."""

    def __init__(
        self,
        active: ActivePolicy,
        store: Store,
        clock: Clock,
        proposals: Proposals | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """`proposals`: None where the gate may not push, and people file by hand."""
        self._active = active
        self._store = store
        self._clock = clock
        self._proposals = proposals
        self._patience_seconds = patience_seconds
        self._trouble: dict[str, str] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}

    @property
    def is_by_hand(self) -> bool:
        """Whether there is nothing to do here."""
        return self._proposals is None

    async def run(self) -> None:
        """Never ends: file what is not filed, again and again."""
        while True:
            await self.file_all()
            await asyncio.sleep(EVERY_SECONDS)

    async def file_all(self) -> None:
        """Try each freeze that holds and is not filed. Trouble is kept and told, never raised."""
        try:
            holding = await self._store.freezes(holding_at_ns=self._clock.now_ns())
        except WorldError as error:
            logger.warning("cannot see what is to be filed: %s", error.message)
            return
        self._trouble = {freeze.id: self._trouble[freeze.id] for freeze in holding if freeze.id in self._trouble}
        for freeze in holding:
            await self._task(freeze)

    async def begin(self, freeze: PressedFreeze) -> None:
        """Try it now, and go on without whoever asks if it takes long."""
        await asyncio.wait({self._task(freeze)}, timeout=self._patience_seconds)

    async def close(self) -> None:
        """Let go of what is under way: another gate, or the next start of this one, tries again."""
        trying = list(self._under_way.values())
        for task in trying:
            task.cancel()
        await asyncio.gather(*trying, return_exceptions=True)

    def state_of(self, freeze: PressedFreeze) -> tuple[ProposalState, str]:
        """How the proposal stands, and what was in its way."""
        if freeze.filed_at_ns is not None:
            return "filed", ""
        if self._proposals is None:
            return "by_hand", ""
        if freeze.state_at(self._clock.now_ns()) != "pressed":
            return "dropped", ""
        trouble = self._trouble.get(freeze.id, "")
        return ("failed" if trouble else "pending"), trouble

    def _task(self, freeze: PressedFreeze) -> "asyncio.Task[None]":
        task = self._under_way.get(freeze.id)
        if task is None:
            task = self._under_way[freeze.id] = asyncio.create_task(self._file(freeze))
            task.add_done_callback(lambda _: self._under_way.pop(freeze.id))
        return task

    async def _file(self, freeze: PressedFreeze) -> None:
        is_over = freeze.state_at(self._clock.now_ns()) != "pressed"
        if self._proposals is None or freeze.filed_at_ns is not None or is_over:
            return
        try:
            await self._propose(self._proposals, freeze)
        except WorldError as error:
            logger.warning("freeze %s holds, but is not proposed yet: %s", freeze.id, error.message)
            self._trouble[freeze.id] = error.message
        except Exception:
            logger.exception("freeze %s holds, but could not be proposed", freeze.id)
            self._trouble[freeze.id] = "the gate failed on it; its log says where"

    async def _propose(self, proposals: Proposals, freeze: PressedFreeze) -> None:
        policy = self._active.policy
        if policy is None:
            raise WorldError("no policy revision is active that it could be written on")
        await proposals.propose(proposal_of(freeze), policy.revision)
        await self._store.file(freeze.id, self._clock.now_ns())
        self._trouble.pop(freeze.id, None)
        logger.info("freeze %s is proposed to the policy repository", freeze.id)
