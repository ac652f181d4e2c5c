"""A bypass tried on a change by the one path, as if somebody who may had just granted it. Nothing is recorded.

For a pull request that asks for one, on a gate or beside it: gather → judge → decide, with whoever asked the store.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gate.domain.assessment import Assessment, Reason
from gate.domain.bypass import Bypass
from gate.domain.bypass_trial import (
    ABOUT_GRANTERS,
    NOBODY_ENTITLED,
    BypassTrial,
    Skipped,
    granted_by,
    rights,
)
from gate.domain.decision import Decision, decide
from gate.domain.facts import Facts
from gate.domain.granting import granting_group
from gate.domain.history import History
from gate.domain.occasion import Occasion
from gate.domain.prerequisites import Prerequisites
from gate.ports import PolicyEngine

_MOST_TRIED: Final = 10
"""Of those who may grant; each is a question to the engine."""

_NOBODY: Final = "nobody"
People = Mapping[str, tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Tried:
    """A granter tried, and what policy said then."""

    person: str
    facts: Facts
    assessment: Assessment
    reasons: tuple[Reason, ...]
    """Why the bypass would not be honoured; empty if it would."""

    @property
    def may_grant(self) -> bool:
        """Whether nothing is said against whoever grants."""
        return all(reason.code not in ABOUT_GRANTERS for reason in self.reasons)


async def try_bypass(
    bypass: Bypass,
    occasion: Occasion,
    history: History,
    prerequisites: Prerequisites,
    engine: PolicyEngine,
    *,
    author: str | None,
    is_known: bool,
) -> BypassTrial:
    """Try a bypass that is in the occasion's policy. EngineError; UnknownNameError for a service nobody knows.

    `author`: who wrote the file, where that is known. `is_known`: whether a pipeline asked for the change.
    """
    # On a thread: the calendar may have to look far ahead.
    facts = await asyncio.to_thread(occasion.facts, history, prerequisites)
    as_it_stands = decide(facts, await engine.assess(facts))
    involved = (bypass.requested_by, author, facts.change.requester, facts.change.author)
    people = rights(bypass, occasion.policy, involved)
    entitled = _entitled(people)[:_MOST_TRIED]
    # Where nobody may grant it all, it is tried with whoever is near, so that all else is said as well.
    candidates = entitled or [name for several in people.values() for name in several or ()][:1] or [_NOBODY]
    tried = [await _tried(person, bypass, facts, author, engine) for person in candidates]
    best = next((each for each in tried if each.may_grant), tried[0])
    decision = decide(best.facts, best.assessment)
    granters = tuple(each.person for each in tried if each.may_grant and each.person in entitled)
    return BypassTrial(
        bypass=bypass,
        change=occasion.change,
        is_known=is_known,
        without=as_it_stands.outcome,
        decision=decision,
        skipped=tuple(_skipped(bypass, occasion, people, decision)),
        granters=granters,
        objections=tuple(_objections(best, granters, people)),
    )


def _entitled(people: People) -> list[str]:
    """Those who may let every one of the steps be skipped."""
    named = [several for several in people.values() if several is not None]
    return [name for name in named[0] if all(name in others for others in named)] if named else []


async def _tried(person: str, bypass: Bypass, facts: Facts, author: str | None, engine: PolicyEngine) -> Tried:
    granted = granted_by(facts, bypass.id, person, author)
    assessment = await engine.assess(granted)
    ruling = assessment.bypasses.get(bypass.id)
    if ruling is None:
        unruled = Reason(code="no_ruling", message="policy does not rule on this bypass")
        return Tried(person, granted, assessment, (unruled,))
    return Tried(person, granted, assessment, () if ruling.honoured else ruling.reasons or (_UNSAID,))


_UNSAID: Final = Reason(code="refused", message="policy does not honour it, and does not say why")


def _skipped(bypass: Bypass, occasion: Occasion, people: People, decision: Decision) -> Iterator[Skipped]:
    results = {result.step: result for result in decision.steps}
    for step in bypass.skip:
        result = results.get(step)
        yield Skipped(
            step=step,
            verdict=result.verdict if result else None,
            lifted_by=result.lifted_by if result else None,
            group=granting_group(step, bypass, occasion.policy),
            people=people[step] or (),
        )


def _objections(best: Tried, granters: tuple[str, ...], people: People) -> Iterator[Reason]:
    yield from (reason for reason in best.reasons if reason.code not in ABOUT_GRANTERS)
    # Where a step is never lifted, that is what is said.
    if not granters and None not in people.values():
        message = (
            "nobody who is not involved may let all of that be skipped; ask for what one group may, in each bypass"
        )
        yield Reason(code=NOBODY_ENTITLED, message=message)
