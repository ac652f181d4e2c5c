"""The gate as its interfaces see it: everything that may be called, and what runs in the background."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from gate.application.access import Access
from gate.application.activation import Activation
from gate.application.active_policy import ActivePolicy
from gate.application.aftercare import AfterCare
from gate.application.break_glass import GlassBreaking
from gate.application.bypasses import Bypasses
from gate.application.calendar import Lookahead
from gate.application.courier import Courier
from gate.application.foresight import Foresight
from gate.application.intake import Intake
from gate.application.lists import Lists
from gate.application.readiness import Readiness
from gate.application.red_button import RedButton
from gate.application.reminders import Reminders
from gate.application.review import Review
from gate.application.robots import RobotAccess, TokenUses
from gate.application.sign_in import SignIn
from gate.application.watch import Watch
from gate.ports import Clock, PolicyEngine, Store

REST_SECONDS: Final = 1.0
"""How long a round that failed by a defect rests before it begins again."""

logger = logging.getLogger(__name__)

PublishedBundle = Callable[[], tuple[str, bytes] | None]
"""Entity tag and bytes of the bundle that a served OPA pulls; None where the engine is a child of the gate."""


@dataclass(frozen=True)
class Gate:
    """One wired gate."""

    active: ActivePolicy
    activation: Activation
    intake: Intake
    access: Access
    red_button: RedButton
    glass_breaking: GlassBreaking
    reminders: Reminders
    watch: Watch
    courier: Courier
    engine: PolicyEngine
    store: Store
    clock: Clock
    poll_seconds: float
    metrics: Callable[[], bytes]
    """Everything that is counted and timed, as text."""
    robots: RobotAccess | None = None
    """Pipelines that ask with identity tokens; None where no issuer is trusted."""
    sign_in: SignIn | None = None
    """People who sign in for the pages; None where no provider is set."""
    published_bundle: PublishedBundle = lambda: None
    look_now: asyncio.Event = field(default_factory=asyncio.Event)

    @cached_property
    def readiness(self) -> Readiness:
        """Whether decisions can be made."""
        return Readiness(self.active, self.engine, self.store)

    @cached_property
    def token_uses(self) -> TokenUses:
        """What identity tokens were used for."""
        return TokenUses(self.store, self.clock)

    @cached_property
    def lookahead(self) -> Lookahead:
        """What time holds for changes."""
        return Lookahead(self.active, self.store, self.clock)

    @cached_property
    def review(self) -> Review:
        """Where people answer."""
        return Review(self.active, self.intake, self.store, self.clock)

    @cached_property
    def lists(self) -> Lists:
        """What there is to see and to answer."""
        return Lists(self.active, self.store)

    @cached_property
    def aftercare(self) -> AfterCare:
        """Where reviews are written."""
        return AfterCare(self.active, self.store, self.clock)

    @cached_property
    def bypasses(self) -> Bypasses:
        """Where ways around the process are looked at."""
        return Bypasses(self.active, self.engine, self.store, self.clock)

    @cached_property
    def _foresight(self) -> Foresight:
        return Foresight(self.active, self.clock)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Gate"]:
        """Load the policy, then keep following the repository and the changes that wait, until left."""
        async with AsyncExitStack() as ending:
            ending.push_async_callback(self.store.close)
            ending.push_async_callback(self.engine.close)
            ending.push_async_callback(self.red_button.filing.close)
            ending.push_async_callback(self.glass_breaking.filing.close)
            if self.robots is not None:
                ending.push_async_callback(self.robots.close)
            if self.sign_in is not None:
                ending.push_async_callback(self.sign_in.close)
            await self.activation.begin()
            for what, work in self._works():
                ending.push_async_callback(_ended, asyncio.create_task(_keep_on(what, work)))
            yield self

    def _works(self) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
        yield "following the policy", self._follow
        yield "watching what is due", self.watch.run
        yield "looking ahead", self._foresight.run
        yield "counting freezes", self.red_button.count.run
        if self.courier.has_work:
            yield "delivering notices", self.courier.run
        if self.reminders.has_work:
            yield "announcing what is overdue", self.reminders.run
        if not self.red_button.filing.is_by_hand:
            yield "proposing freezes", self.red_button.filing.run
        if not self.glass_breaking.filing.is_by_hand:
            yield "proposing broken glasses", self.glass_breaking.filing.run

    async def _follow(self) -> None:
        await self.activation.watch(self.poll_seconds, self.look_now)


async def _keep_on(what: str, work: Callable[[], Awaitable[None]]) -> None:
    """A defect in one round must be seen, but must not end the rounds."""
    while True:
        try:
            await work()
        except Exception:
            logger.exception("%s failed and begins again", what)
            await asyncio.sleep(REST_SECONDS)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
