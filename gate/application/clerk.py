"""What the gate was told first is proposed to the policy repository, so that git stays the truth. It holds before."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final, Generic, Protocol, TypeVar

from gate.application.active_policy import ActivePolicy
from gate.domain.errors import WorldError
from gate.domain.proposal import Proposal, ProposalState
from gate.ports import Clock, Proposals, Store

PATIENCE_SECONDS: Final = 3.0
"""How long whoever tells it is let wait for the repository."""
EVERY_SECONDS: Final = 30.0
"""How often what could not be filed is tried again."""

logger = logging.getLogger(__name__)


class Filed(Protocol):
    """What is filed once."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def filed_at_ns(self) -> int | None:
        """When it was; None while it is not."""


T = TypeVar("T", bound=Filed)


class Clerk(ABC, Generic[T]):
    """Proposes each thing of one kind once. Several gates may try: the second one finds it done."""

    what: str
    """How log lines call such a thing."""

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
        """Try each thing that is to be filed. Trouble is kept and told, never raised."""
        try:
            open_ones = await self._to_file()
        except WorldError as error:
            logger.warning("cannot see what is to be filed: %s", error.message)
            return
        self._trouble = {each.id: self._trouble[each.id] for each in open_ones if each.id in self._trouble}
        for each in open_ones:
            await self._task(each)

    async def begin(self, thing: T) -> None:
        """Try it now, and go on without whoever asks if it takes long."""
        await asyncio.wait({self._task(thing)}, timeout=self._patience_seconds)

    async def close(self) -> None:
        """Let go of what is under way: another gate, or the next start of this one, tries again."""
        trying = list(self._under_way.values())
        for task in trying:
            task.cancel()
        await asyncio.gather(*trying, return_exceptions=True)

    def state_of(self, thing: T) -> tuple[ProposalState, str]:
        """How the proposal stands, and what was in its way."""
        if thing.filed_at_ns is not None:
            return "filed", ""
        if self._proposals is None:
            return "by_hand", ""
        if self._is_over(thing):
            return "dropped", ""
        trouble = self._trouble.get(thing.id, "")
        return ("failed" if trouble else "pending"), trouble

    @abstractmethod
    async def _to_file(self) -> Sequence[T]:
        """What is to be filed now. StoreError."""

    @abstractmethod
    def _is_over(self, thing: T) -> bool:
        """Whether it need not be filed any more."""

    @abstractmethod
    async def _proposal(self, thing: T) -> Proposal:
        """What is proposed of it. WorldError if that cannot be said yet."""

    @abstractmethod
    async def _remember(self, thing: T, at_ns: int) -> None:
        """Keep that it was filed. StoreError."""

    def _task(self, thing: T) -> "asyncio.Task[None]":
        task = self._under_way.get(thing.id)
        if task is None:
            task = self._under_way[thing.id] = asyncio.create_task(self._file(thing))
            task.add_done_callback(lambda _: self._under_way.pop(thing.id))
        return task

    async def _file(self, thing: T) -> None:
        if self._proposals is None or thing.filed_at_ns is not None or self._is_over(thing):
            return
        try:
            await self._propose(self._proposals, thing)
        except WorldError as error:
            logger.warning("%s %s holds, but is not proposed yet: %s", self.what, thing.id, error.message)
            self._trouble[thing.id] = error.message
        except Exception:
            logger.exception("%s %s holds, but could not be proposed", self.what, thing.id)
            self._trouble[thing.id] = "the gate failed on it; its log says where"

    async def _propose(self, proposals: Proposals, thing: T) -> None:
        policy = self._active.policy
        if policy is None:
            raise WorldError("no policy revision is active that it could be written on")
        await proposals.propose(await self._proposal(thing), policy.revision)
        await self._remember(thing, self._clock.now_ns())
        self._trouble.pop(thing.id, None)
        logger.info("%s %s is proposed to the policy repository", self.what, thing.id)
