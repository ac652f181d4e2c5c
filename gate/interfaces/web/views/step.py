"""A step of a change as the page shows it: what policy says, who or what would change that, and what was answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from gate.domain.asked import able, needs_of_people
from gate.domain.assessment import Need
from gate.domain.catalogue import Catalogue
from gate.domain.change import Change
from gate.domain.decision import StepResult
from gate.domain.facts import BypassFacts
from gate.domain.review import Answer, standing
from gate.interfaces.web.moments import Moment


@dataclass(frozen=True, slots=True)
class NeedView:
    """Who or what a pending step waits for."""

    evidence: str
    groups: str
    approvals: int
    given: int
    people: tuple[str, ...]
    """Who can answer now."""
    is_told: bool
    """Whether a reason says so already, as those of the default pack do."""

    @classmethod
    def of(cls, need: Need, result: StepResult, change: Change, catalogue: Catalogue | None) -> Self:
        """By the groups as they are in force; without a policy, as the decision says."""
        people = need.people if catalogue is None or not need.group else able(need, change, catalogue)
        named = ", ".join(people) if need.group else need.evidence
        is_told = any(named in reason.message for reason in result.verdict.reasons) if named else False
        groups = " or ".join(need.may_answer)
        return cls(need.evidence, groups, need.approvals, need.given, people, is_told)


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What somebody answered, and still says."""

    by: str
    answer: str
    at: Moment
    comment: str


@dataclass(frozen=True)
class StepView:
    """One step of the checklist."""

    id: str
    description: str
    status: str
    """Its verdict, or `lifted`."""
    verdict: str
    reasons: tuple[str, ...]
    needs: tuple[NeedView, ...]
    until: Moment | None
    lifted_by: str | None
    bypass: BypassFacts | None
    """What is known of the bypass that lifts or adds it."""
    added_by: str | None
    answers: tuple[AnswerView, ...]
    can_answer: bool = False
    """Whether whoever looks may answer it now; or, having answered, may answer otherwise:"""
    own: AnswerView | None = None

    @cached_property
    def is_form(self) -> bool:
        """Whether whoever looks has something to say to it."""
        return self.can_answer or self.own is not None

    def seen_by(self, person: str | None, change: Change, result: StepResult, catalogue: Catalogue | None) -> Self:
        """The same, with what this person may do about it."""
        if person is None or catalogue is None or change.state != "open":
            return self
        can_answer = any(person in able(need, change, catalogue) for need in needs_of_people(result))
        own = next((each for each in self.answers if each.by == person), None)
        return replace(self, can_answer=can_answer, own=own)


def step_view(
    result: StepResult,
    change: Change,
    answers: Iterable[Answer],
    catalogue: Catalogue | None,
    bypasses: Mapping[str, BypassFacts],
    description: str,
    now_ns: int,
) -> StepView:
    """A step that nobody in particular looks at."""
    verdict = result.verdict
    bypass = bypasses.get(result.lifted_by or result.added_by or "")
    return StepView(
        id=result.step,
        description=description or _added_description(result.step, bypass),
        status="lifted" if result.lifted_by else verdict.status,
        verdict=verdict.status,
        reasons=tuple(reason.message for reason in verdict.reasons),
        needs=tuple(NeedView.of(need, result, change, catalogue) for need in verdict.needs),
        until=Moment.or_none(verdict.until_ns, now_ns),
        lifted_by=result.lifted_by,
        bypass=bypass,
        added_by=result.added_by,
        answers=tuple(
            AnswerView(each.by, each.answer, Moment.of(each.at_ns, now_ns), each.comment)
            for each in standing(answers)
            if each.step == result.step
        ),
    )


def _added_description(step: str, bypass: BypassFacts | None) -> str:
    added = [] if bypass is None else [each.description for each in bypass.add if each.step == step]
    return next(iter(added), "")
