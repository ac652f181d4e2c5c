"""What a bypass would come to, were it granted now: on which change, by whom, and what speaks against it.

Asking the engine and the store in between happens in the application; nothing of it is recorded.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gate.domain.assessment import Reason, Verdict
from gate.domain.bypass import Bypass
from gate.domain.change import Change, ChangeRequest
from gate.domain.decision import Decision, Outcome, StepResult
from gate.domain.facts import BypassGrant, Facts
from gate.domain.granting import granting_group
from gate.domain.policy_set import PolicySet

ABOUT_GRANTERS: Final = frozenset(
    {"not_granted", "granter_unknown", "granter_is_robot", "granter_is_requester", "granter_is_author", "not_entitled"}
)
"""What policy says against whoever grants, or that nobody has: no reason against the bypass itself."""
CURED_ELSEWHERE: Final = frozenset({"review_overdue", "budget_spent"})
"""What is said against the team for now. The same file may be honoured later."""
NOBODY_ENTITLED: Final = "nobody_entitled"
_ANY_COMMIT: Final = "0" * 40


@dataclass(frozen=True, slots=True)
class Skipped:
    """One step that a bypass skips: what it says of the change all the same, and who may let it be skipped."""

    step: str
    verdict: Verdict | None
    """None where it is not demanded of the change."""
    lifted_by: str | None
    group: str | None
    """None where policy never lets it be skipped."""
    people: tuple[str, ...]
    """Of the group, without whoever asks or wrote."""


@dataclass(frozen=True, slots=True)
class BypassTrial:
    """A bypass tried on one change."""

    bypass: Bypass
    change: Change
    is_known: bool
    """Whether a pipeline has asked for the change; else it is made of what the bypass says."""
    without: Outcome
    """The outcome as long as nobody grants the bypass."""
    decision: Decision
    """What it would be, were the bypass granted now by somebody who may."""
    skipped: tuple[Skipped, ...]
    granters: tuple[str, ...]
    """Who may grant all of it alone."""
    objections: tuple[Reason, ...]
    """What speaks against it, whoever grants it."""

    @property
    def lifts(self) -> tuple[str, ...]:
        """The steps that it would let the change skip."""
        return next((result.lifts for result in self.decision.bypasses if result.id == self.bypass.id), ())

    @property
    def skips_nothing(self) -> bool:
        """Whether the change passes, or is not even asked, everything that the bypass skips."""
        return all(each.verdict is None or each.verdict.status == "satisfied" for each in self.skipped)

    @property
    def forbidden(self) -> bool:
        """Whether it can never be honoured as it is written."""
        return any(reason.code not in CURED_ELSEWHERE for reason in self.objections)

    def added(self) -> Iterator[StepResult]:
        """The one-time steps that it would take instead."""
        return (step for step in self.decision.steps if step.added_by == self.bypass.id)


def change_named_by(bypass: Bypass, at_ns: int) -> Change:
    """The change that a bypass names, as far as it says. What a pipeline brings, such as evidence, is not known."""
    target = bypass.change
    request = ChangeRequest(
        service=target.service,
        environment=target.environment,
        commit=target.commit or _ANY_COMMIT,
        requester=bypass.requested_by,
    )
    return Change(id="chg_trial", request=request, requester=bypass.requested_by, asked_at_ns=at_ns)


def rights(bypass: Bypass, policy: PolicySet, involved: Sequence[str | None]) -> Mapping[str, tuple[str, ...] | None]:
    """Of each skipped step, who may let it be skipped; None where policy never lets it. `involved` may not grant."""
    return {step: _people(step, bypass, policy, involved) for step in bypass.skip}


def _people(step: str, bypass: Bypass, policy: PolicySet, involved: Sequence[str | None]) -> tuple[str, ...] | None:
    group = granting_group(step, bypass, policy)
    if group is None:
        return None
    members = policy.catalogue.members(group)
    return tuple(name for name in members if name not in involved and not policy.catalogue.person(name).robot)


def granted_by(facts: Facts, bypass_id: str, person: str, author: str | None) -> Facts:
    """The same facts, had this person granted the bypass at that very instant."""
    grant = BypassGrant(by=person, author=author, robot=False, commit=_ANY_COMMIT, at_ns=facts.at_ns)
    bypasses = tuple(
        bypass.model_copy(update={"grant": grant, "lacking": ()}) if bypass.id == bypass_id else bypass
        for bypass in facts.bypasses
    )
    return facts.model_copy(update={"bypasses": bypasses})


def replacing(policy: PolicySet, bypass: Bypass) -> PolicySet:
    """The same revision with this bypass in it, in place of the one of that id."""
    return policy.without_bypass(bypass.id).with_bypasses([bypass], {})
