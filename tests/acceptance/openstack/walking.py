"""Whole cycles of requests walked down the real path: intake, OPA, store; time goes by, and what waited goes on.

A release that is approved starts and finishes at once; upkeep is withdrawn, so that both ways of letting go are taken.
What is for people to look at stays open: the data has no approver.
"""

from collections.abc import Iterable
from typing import Final

from gate.application.intake import Intake
from gate.application.watch import Watch
from gate.domain.change import Change
from gate.domain.instant import to_ns
from gate.domain.judgement import StoredChange
from tests.acceptance.openstack.asking import ASKER, SetClock, change_request
from tests.acceptance.openstack.data import Request
from tests.acceptance.openstack.judging import Answer

_FOREVER: Final = (1 << 63) - 1


class Walk:
    """What came of each request, by commit."""

    def __init__(self, intake: Intake, watch: Watch, clock: SetClock) -> None:
        self.answers: dict[str, Answer] = {}
        """What each was told when it asked."""
        self.ended: dict[str, StoredChange] = {}
        """Those that were approved, at once or later, as they stood in the end."""
        self._intake = intake
        self._watch = watch
        self._clock = clock
        self._waiting: dict[str, int | None] = {}
        """When each is told to pass; None for those in line behind others in line."""

    async def take(self, requests: Iterable[Request]) -> None:
        """Let each ask at its own instant, and after the last one let time pass until nothing waits."""
        for request in requests:
            await self._let_time_pass(to_ns(request.merged_at))
            self._clock.show(request)
            submitted = await self._intake.submit(change_request(request), ASKER)
            self.answers[request.commit] = Answer(request, submitted.stored.decision)
            await self._follow(submitted.stored)
        await self._let_time_pass(_FOREVER)

    async def _let_time_pass(self, until_ns: int) -> None:
        while (now_ns := min(filter(None, self._waiting.values()), default=_FOREVER)) <= min(until_ns, _FOREVER - 1):
            self._clock.set(now_ns)
            while await self._go_on():
                pass

    async def _go_on(self) -> bool:
        """Judge what is due, and let those go who may. Whether any did, because others may wait for them."""
        ended = len(self.ended)
        while await self._watch.judge_due():
            pass
        for change_id in list(self._waiting):
            del self._waiting[change_id]
            await self._follow(await self._intake.change(change_id))
        return len(self.ended) > ended

    async def _follow(self, stored: StoredChange) -> None:
        change = stored.change
        if stored.decision.outcome == "approved":
            stored = await self._let_go(change)
        if stored.change.is_over:
            self.ended[change.request.commit] = stored
        elif stored.decision.outcome == "waiting":
            self._waiting[change.id] = stored.decision.passes_at_ns

    async def _let_go(self, change: Change) -> StoredChange:
        if change.request.kind == "upkeep":
            return await self._intake.withdraw(change.id)
        stored = await self._intake.start(change.id)
        return stored if stored.change.state == "open" else await self._intake.finish(change.id, "succeeded")
