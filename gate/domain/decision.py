"""The fold: facts and an assessment become a decision. The only place where verdicts become an outcome.

What is deliberately absent: a clock, a store, an opinion. Who may grant a bypass, which steps are demanded and what
they say is policy; here it is only counted, and what was not evaluated never passes.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from pydantic import Field

from gate.domain.assessment import Assessment, ChangeClass, Reason, Risk, StepId, Verdict
from gate.domain.bypass import NEVER_LIFTED
from gate.domain.edge import next_edge
from gate.domain.errors import AssessmentError
from gate.domain.facts import BypassFacts, ConflictFacts, Facts, WindowFacts
from gate.domain.model import Model
from gate.domain.queue import number_in_line, turn_of, waits_its_turn

Outcome = Literal["approved", "review", "waiting", "refused"]

_OUTCOMES: Final[tuple[tuple[str, Outcome], ...]] = (
    ("failed", "refused"),
    ("pending", "review"),
    ("waiting", "waiting"),
)
"""Worst first: the first status that any required step has decides."""


class StepResult(Model):
    """One required step with the verdict policy gave it, beside the bypass that lifted it, if one did."""

    step: StepId
    verdict: Verdict
    lifted_by: str | None = None
    added_by: str | None = None

    @property
    def status(self) -> str:
        """What counts: a lifted step no longer stands in the way, whatever its verdict says."""
        return "satisfied" if self.lifted_by else self.verdict.status


class BypassResult(Model):
    """What became of a bypass that names the change, or of a glass that was broken for it.

    A bypass that lifts nothing is not used.
    """

    id: str
    honoured: bool
    lifts: tuple[StepId, ...]
    reasons: tuple[Reason, ...]
    break_glass: bool = False
    """Whether it is a glass that somebody broke."""
    by: str | None = None
    """Who granted it, or broke the glass; null if nobody is shown to have."""
    why: str = ""
    """The reason that they, or whoever asked for it, gave;"""
    ticket: str = ""
    """the ticket or incident that it is for."""


class Decision(Model):
    """An answer, whatever its outcome. With the facts and the revision, anybody can derive it again."""

    id: str
    change_id: str
    sequence: int
    at_ns: int
    revision: str
    outcome: Outcome
    change_class: ChangeClass = Field(alias="class")
    lane: str | None
    risk: Risk
    steps: tuple[StepResult, ...]
    bypasses: tuple[BypassResult, ...] = ()
    windows: tuple[WindowFacts, ...] = ()
    conflicts: tuple[ConflictFacts, ...] = ()
    starts_at_ns: int | None = None
    """When it would start: now, or when it is planned. The time that it was judged for begins there."""
    passes_at_ns: int | None = None
    """For `waiting`: the earliest instant at which every waiting step may be satisfied; None if nobody knows."""
    valid_until_ns: int | None = None
    """For `approved`: until when the change may start on this answer."""
    place: int | None = None
    """For `waiting`, where nothing but other changes is in the way: whose turn it is, 1 for the next."""

    @property
    def uses_of_bypasses(self) -> tuple[str, ...]:
        """The bypasses without which the outcome would be another."""
        return tuple(bypass.id for bypass in self.bypasses if bypass.lifts)


def decide(facts: Facts, assessment: Assessment) -> Decision:
    """Fold an assessment and the bypasses it honours. AssessmentError if the assessment does not answer the facts."""
    _demand_complete(facts, assessment)
    results = _bypass_results(facts, assessment)
    _demand_one_time_steps(facts, assessment, results)
    steps = tuple(_step_results(facts, assessment, results))
    outcome = _outcome(steps)
    return Decision(
        id=f"{facts.change.id}.{facts.sequence}",
        change_id=facts.change.id,
        sequence=facts.sequence,
        at_ns=facts.at_ns,
        revision=facts.revision,
        outcome=outcome,
        change_class=assessment.change_class,
        lane=assessment.lane,
        risk=assessment.risk,
        steps=steps,
        bypasses=results,
        windows=facts.windows,
        conflicts=facts.conflicts,
        starts_at_ns=facts.change.start_ns,
        passes_at_ns=_passes_at(steps) if outcome == "waiting" else None,
        valid_until_ns=_valid_until(facts, steps, results) if outcome == "approved" else None,
        place=_place(facts, assessment, steps) if outcome == "waiting" else None,
    )


def _demand_complete(facts: Facts, assessment: Assessment) -> None:
    if assessment.revision != facts.revision:
        raise AssessmentError(
            f"the engine judged at revision {assessment.revision[:12]!r}, the facts are of {facts.revision[:12]!r}",
            hint="Wait until the engine has loaded the revision, then ask again.",
        )
    if not assessment.required:
        raise AssessmentError(
            "policy demands no step at all of this change; what evaluates nothing approves nothing",
            hint="Check `classes` in process.yaml and rego/assessment.rego.",
        )
    missing = [step for step in assessment.required if step not in assessment.verdicts]
    if missing:
        raise AssessmentError(
            f"policy gave no verdict on required step(s) {', '.join(missing)}",
            hint="Give each step a `default verdict`; see rego/steps/ of the default pack.",
        )
    unknown = [ruling for ruling in assessment.bypasses if ruling not in {bypass.id for bypass in facts.bypasses}]
    if unknown:
        raise AssessmentError(
            f"policy ruled on bypass(es) that are not in the facts: {', '.join(unknown)}",
            hint="Let rego/bypass.rego rule on `input.bypasses` alone.",
        )


def _bypass_results(facts: Facts, assessment: Assessment) -> tuple[BypassResult, ...]:
    standing = [step for step in assessment.required if assessment.verdicts[step].status != "satisfied"]
    lifted: set[str] = set()
    results: list[BypassResult] = []
    for bypass in facts.bypasses:
        ruling = assessment.bypasses.get(bypass.id)
        honoured = ruling is not None and ruling.honoured
        open_to_lift = [step for step in standing if step not in lifted and step not in NEVER_LIFTED]
        is_spent = _is_spent(bypass, facts.change.start_ns)
        lifts = tuple(s for s in open_to_lift if honoured and s in bypass.skip and not is_spent)
        lifted.update(lifts)
        reasons = (
            ruling.reasons if ruling else (Reason(code="no_ruling", message="policy did not rule on this bypass"),)
        )
        results.append(
            BypassResult(
                id=bypass.id,
                honoured=honoured,
                lifts=lifts,
                reasons=reasons,
                break_glass=bypass.break_glass is not None,
                by=_let_by(bypass),
                why=bypass.reason,
                ticket=bypass.ticket,
            )
        )
    return tuple(results)


def _let_by(bypass: BypassFacts) -> str | None:
    if bypass.break_glass is not None:
        return bypass.break_glass.by
    return bypass.grant.by if bypass.grant else None


def _is_spent(bypass: BypassFacts, start_ns: int) -> bool:
    # Until when and how often is what the grant itself says; no policy can stretch it.
    return not bypass.taken and (start_ns >= bypass.expires_ns or bypass.used >= bypass.uses)


def _demand_one_time_steps(facts: Facts, assessment: Assessment, results: Iterable[BypassResult]) -> None:
    used = {result.id for result in results if result.lifts}
    missing = [
        added.step
        for bypass in facts.bypasses
        for added in bypass.add
        if bypass.id in used and added.step not in assessment.required
    ]
    if missing:
        raise AssessmentError(
            f"policy honours a bypass without demanding the step(s) that it adds: {', '.join(missing)}",
            hint="Let `required` of rego/assessment.rego hold the `add` of every bypass that lifts something.",
        )


def _step_results(facts: Facts, assessment: Assessment, results: Iterable[BypassResult]) -> Iterator[StepResult]:
    lifted_by = {step: result.id for result in results for step in result.lifts}
    used = set(lifted_by.values())
    added_by = {added.step: bypass.id for bypass in facts.bypasses if bypass.id in used for added in bypass.add}
    for step in assessment.required:
        yield StepResult(
            step=step,
            verdict=assessment.verdicts[step],
            lifted_by=lifted_by.get(step),
            added_by=added_by.get(step),
        )


def _outcome(steps: Iterable[StepResult]) -> Outcome:
    statuses = {step.status for step in steps}
    return next((outcome for status, outcome in _OUTCOMES if status in statuses), "approved")


def _passes_at(steps: Iterable[StepResult]) -> int | None:
    ends = [step.verdict.until_ns for step in steps if step.status == "waiting"]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _valid_until(facts: Facts, steps: Iterable[StepResult], results: Iterable[BypassResult]) -> int:
    # Nothing that will close or run out before the usual life of an approval may be outlived by it.
    used = {result.id for result in results if result.lifts}
    start_ns = facts.change.start_ns
    edge = next_edge(facts.windows, start_ns)
    expiries = [bypass.expires_ns for bypass in facts.bypasses if bypass.id in used]
    ends = [step.verdict.until_ns for step in steps if step.verdict.status == "satisfied"]
    coming = [end for end in [*expiries, *ends] if end is not None and end > start_ns] + ([edge.at_ns] if edge else [])
    return min([start_ns + facts.valid_for_ns, *coming])


def _place(facts: Facts, assessment: Assessment, steps: Iterable[StepResult]) -> int | None:
    if not waits_its_turn([step.step for step in steps if step.status != "satisfied"]):
        return None
    return number_in_line(
        facts.conflicts, turn_of(assessment.change_class, facts.change.in_line_since_ns, facts.change.id)
    )
