"""Tries the bypasses that a policy brings: on the changes that a gate has on record, or on what the files say.

It is the one path as far as deciding; nothing is recorded.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gate.application.bypass_trial import try_bypass
from gate.domain.bypass import Bypass
from gate.domain.bypass_trial import change_named_by, replacing
from gate.domain.errors import GateError
from gate.domain.history import History
from gate.domain.occasion import Occasion
from gate.domain.policy_set import PolicySet
from gate.domain.prerequisites import NO_PREREQUISITES
from gate.interfaces.bypass_wire import BypassTrialAnswer
from gate.interfaces.cli.assembly import Assembly
from gate.interfaces.cli.gate_client import GateClient
from gate.interfaces.cli.new_bypass import NewBypass
from gate.interfaces.cli.policy_base import PolicyBase
from gate.ports import PolicyEngine

_FROM_THE_FILE = "a change made of what the file says, with nothing that a pipeline brings (evidence, paths, author)"


@dataclass(slots=True)
class BypassNews:
    """What is new among the bypasses of a policy, told once it was looked at."""

    base: PolicyBase
    url: str | None
    """Of the gate to ask; None: no gate is asked."""
    assembly: Assembly
    told: list[NewBypass] = field(default_factory=list)

    async def look(self, policy: PolicySet, engine: PolicyEngine, tell: Callable[[str], None]) -> None:
        """Try each on its own; the engine has the policy prepared. CallerError, EngineError."""
        for bypass in await asyncio.to_thread(self.base.news, policy, self.assembly):
            tell(f"trying bypass {bypass.id}")
            self.told.append(await self._tried(bypass, policy, engine))

    async def _tried(self, bypass: Bypass, policy: PolicySet, engine: PolicyEngine) -> NewBypass:
        document, author = policy.bypass_documents[bypass.id], _author(bypass, policy)
        # By the policy that brings it, too: whether it could be honoured there is what a pull request is about.
        alone = await _on_what_it_says(bypass, policy, engine, author)
        if self.url is None:
            return NewBypass(
                bypass, document, alone, (alone,), f"{_FROM_THE_FILE}; no gate was asked (--url, GATE_URL)"
            )
        try:
            asked = await asyncio.to_thread(_of_gate, self.url, bypass, author)
        except GateError as error:
            return NewBypass(bypass, document, alone, (alone,), f"{_FROM_THE_FILE}; {error.message}")
        if not any(trial.change for trial in asked):
            # Its team's standing is known there all the same.
            return NewBypass(
                bypass, document, alone, asked, f"{_FROM_THE_FILE}; {self.url} knows no open change of that name"
            )
        return NewBypass(bypass, document, alone, asked, f"what {self.url} has on record")


def _author(bypass: Bypass, policy: PolicySet) -> str | None:
    origin = policy.origins.get(bypass.id)
    person = policy.catalogue.person_of(origin.author) if origin else None
    return person.name if person else None


async def _on_what_it_says(
    bypass: Bypass, policy: PolicySet, engine: PolicyEngine, author: str | None
) -> BypassTrialAnswer:
    at_ns = time.time_ns()
    occasion = Occasion(change_named_by(bypass, at_ns), replacing(policy, bypass), at_ns)
    trial = await try_bypass(bypass, occasion, History(), NO_PREREQUISITES, engine, author=author, is_known=False)
    return BypassTrialAnswer.of(trial)


def _of_gate(url: str, bypass: Bypass, author: str | None) -> tuple[BypassTrialAnswer, ...]:
    document = bypass.model_dump(mode="json", exclude_computed_fields=True)
    with GateClient.at(url) as client:
        return client.try_bypass({**document, "author": author}).said.root
