"""Every request judged for itself: gather, judge by real OPA, decide; as if no other change were under way.

The whole path with store, `start` and `finish` is walked by some of them in `walking`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gate.domain.assessment import Verdict
from gate.domain.change import Change
from gate.domain.decision import Decision, decide
from gate.domain.facts import WindowFacts
from gate.domain.gathering import gather
from gate.domain.history import History
from gate.domain.instant import to_ns
from gate.domain.policy_set import PolicySet
from gate.ports import PolicyEngine
from tests.acceptance.openstack.asking import ASKER, change_request
from tests.acceptance.openstack.data import Request

_AT_ONCE: Final = 4
"""Keeps the engine busy while facts are gathered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A request and what the gate said to it."""

    request: Request
    decision: Decision

    @property
    def is_held(self) -> bool:
        """Whether closed time keeps it out, whatever else does."""
        return self._freeze.status == "waiting"

    @property
    def until_ns(self) -> int | None:
        """Until when closed time keeps it out."""
        return self._freeze.until_ns

    @property
    def held_by(self) -> frozenset[str]:
        """The freezes that are open to it now and keep it out."""
        return frozenset(window.name for window in self.freezes if (window.start_ns or 0) <= self.decision.at_ns)

    @property
    def freezes(self) -> list[WindowFacts]:
        """The freezes that touch it, open or about to begin."""
        return [window for window in self.decision.windows if window.kind == "freeze"]

    @property
    def because(self) -> str:
        """What it was told of closed time."""
        return " ".join(reason.message for reason in self._freeze.reasons)

    @property
    def _freeze(self) -> Verdict:
        return next(step.verdict for step in self.decision.steps if step.step == "freeze")


async def judge_all(policy: PolicySet, engine: PolicyEngine, requests: Sequence[Request]) -> list[Answer]:
    """One answer a request, in their order."""
    turnstile = asyncio.Semaphore(_AT_ONCE)

    async def one(request: Request) -> Answer:
        async with turnstile:
            return await _judge(policy, engine, request)

    return await asyncio.gather(*(one(request) for request in requests))


async def _judge(policy: PolicySet, engine: PolicyEngine, request: Request) -> Answer:
    at_ns = to_ns(request.merged_at)
    change = Change(id=f"chg-{request.commit}", request=change_request(request), requester=ASKER, asked_at_ns=at_ns)
    facts = gather(change, policy, History(), at_ns)
    return Answer(request, decide(facts, await engine.assess(facts)))
