"""Whole cycles of requests walked down the real path: intake, OPA, store; time goes by, and what waited goes on.

A release that is approved starts and finishes at once; upkeep is withdrawn, so that both ways of letting go are taken.
What is for people to look at stays open: the data has no approver.
"""

from collections.abc import Iterable
from typing import Final

from gate.application.intake import Intake
from gate.application.watch import Watch
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
        self._waiting: dict[str, int] = {}

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
        while self._waiting and (now_ns := min(self._waiting.values())) <= until_ns:
            self._clock.set(now_ns)
            while await self._watch.judge_due():
                pass
            due = [change_id for change_id, passes_at_ns in self._waiting.items() if passes_at_ns <= now_ns]
            for change_id in due:
                del self._waiting[change_id]
                await self._follow(await self._intake.change(change_id))

    async def _follow(self, stored: StoredChange) -> None:
        decision = stored.decision
        if decision.outcome == "approved":
            self.ended[stored.change.request.commit] = await self._let_go(stored)
        elif decision.passes_at_ns is not None:
            self._waiting[stored.change.id] = decision.passes_at_ns

    async def _let_go(self, stored: StoredChange) -> StoredChange:
        change = stored.change
        if change.request.kind == "upkeep":
            return await self._intake.withdraw(change.id)
        await self._intake.start(change.id)
        return await self._intake.finish(change.id, "succeeded")
