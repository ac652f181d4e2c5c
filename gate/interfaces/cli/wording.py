"""Answers of the gate in words, shared by every rendering: what a step says, who or what would change that."""

from collections.abc import Iterator
from typing import Final, Literal

from gate.domain.assessment import Risk
from gate.interfaces.cli.lines import count
from gate.interfaces.cli.whole_seconds import cut, not_before
from gate.interfaces.step_wire import NeedAnswer, StepAnswer
from gate.interfaces.wire import ChangeAnswer, ConflictAnswer, DecisionAnswer, StopAnswer, WindowAnswer

Standing = Literal["satisfied", "lifted", "pending", "waiting", "failed"]
"""How a step stands: its verdict, or that a bypass lifted it."""

COMMIT_SHOWN: Final = 12
_PEOPLE_SHOWN: Final = 8
_RELATIONS: Final = {
    "same_service": "changes the same service",
    "depends_on": "changes a service that this one depends on",
    "dependent": "changes a service that depends on this one",
    "exclusive": "needs the same exclusive resource",
    "same_implementer": "is carried out by the same person",
}
_STATES: Final = {"queued": "in line", "approved": "approved", "started": "in flight"}


def standing(step: StepAnswer) -> Standing:
    """How the step stands."""
    return "lifted" if step.lifted_by else step.verdict


def headline(change: ChangeAnswer) -> str:
    """Which change it is."""
    return f"{change.service} into {change.environment} at {change.commit[:COMMIT_SHOWN]}"


def stop(asked: StopAnswer) -> str:
    """Since when, and why, a running change is to stop."""
    return f"since {cut(asked.at)}, because {asked.reason}"


def ruling(decision: DecisionAnswer) -> str:
    """Its class, lane and risk."""
    lane = f" by lane {decision.lane}" if decision.lane else ""
    return f"{decision.change_class} change{lane}, {risk(decision.risk)}"


def risk(rated: Risk) -> str:
    """Such as `medium risk, 30 points: tier 20, size 10`."""
    factors = ", ".join(f"{factor.name} {factor.points}" for factor in rated.factors if factor.points)
    return f"{rated.risk_class} risk, {rated.score} points" + (f": {factors}" if factors else "")


def details(step: StepAnswer) -> Iterator[str]:
    """Why it stands so, and who, what or when would change that. Nothing for a step that is simply satisfied."""
    if step.lifted_by:
        yield f"lifted by {_lift(step)}; without it: {step.verdict}"
    if step.added_by:
        yield f"added by bypass {step.added_by}"
    if step.verdict == "satisfied":
        return
    yield from (reason.message for reason in step.reasons)
    if step.lifted_by:
        return
    yield from (need(one) for one in step.needs if not _is_told(one, step))
    if step.until:
        then = "; then others are asked as well, or the step times out" if step.verdict == "pending" else ""
        yield f"until {cut(step.until)}{then}"


def _lift(step: StepAnswer) -> str:
    """By whom, by what and why, as far as that was told."""
    lift = step.lifted
    if lift is None:
        return f"bypass {step.lifted_by}"
    if lift.break_glass:
        return f"{lift.by}, who broke the glass ({lift.bypass}) for {lift.ticket}: {lift.why}"
    return f"bypass {lift.bypass}, granted by {lift.by or 'nobody known'} for {lift.ticket}: {lift.why}"


def _is_told(one: NeedAnswer, step: StepAnswer) -> bool:
    """Whether a reason names already who or what is needed, as those of the default pack do."""
    return any((one.evidence or one.group) in reason.message for reason in step.reasons)


def waiting_for(change: ChangeAnswer) -> str:
    """What an undecided change waits for, on one line."""
    standing_in_the_way = [step for step in change.decision.steps if step.status != "satisfied"]
    named = "; ".join(f"{step.step} ({', '.join(details(step))})" for step in standing_in_the_way)
    return f"{change.decision.outcome}: {headline(change)} waits for {named}"


def need(one: NeedAnswer) -> str:
    """Who or what can satisfy a pending step."""
    if one.evidence:
        return f"needs evidence {one.evidence}"
    asked = f"needs {count(one.approvals, 'approval')} of {one.group}, {one.given} given"
    if not one.people:
        return asked
    shown = one.people[:_PEOPLE_SHOWN]
    more = len(one.people) - len(shown)
    return f"{asked}; can answer: {', '.join(shown)}" + (f" and {more} more" if more else "")


def window(one: WindowAnswer) -> str:
    """A window that spoke."""
    time = f"{cut(one.start, 'no time known')} to {cut(one.end, 'no known end')}"
    by = f", pressed by {one.pressed_by}" if one.pressed_by else ""
    return f"{one.kind} {one.name}{by}, {time}" + (f": {one.description}" if one.description else "")


def conflict(one: ConflictAnswer) -> str:
    """A change in flight or in line that spoke."""
    relation = " ".join(filter(None, [_RELATIONS.get(one.relation, one.relation), one.resource]))
    until = f" until {cut(one.until)}" if one.until else ""
    return f"change {one.change} of {one.service} {relation}, {_STATES[one.state]}{until}"


def idle_bypasses(decision: DecisionAnswer) -> Iterator[str]:
    """The bypasses and broken glasses that name the change and lift nothing, and why."""
    for bypass in decision.bypasses:
        named = f"{bypass.by}'s broken glass {bypass.id}" if bypass.break_glass else f"bypass {bypass.id}"
        if not bypass.honoured:
            yield f"{named} does not count: {'; '.join(reason.message for reason in bypass.reasons)}"
        elif not bypass.lifts and bypass.break_glass:
            yield f"{named} lifts nothing, because nothing that it may lift stands in the way; it is on record"
        elif not bypass.lifts:
            yield f"{named} lifts nothing, because nothing that it skips stands in the way; it is not used up"


def next_step(decision: DecisionAnswer) -> str:
    """What would change the outcome, or how long an approval holds."""
    if decision.outcome == "approved":
        return f"may start {_from(decision)}until {cut(decision.valid_until)}" if decision.valid_until else ""
    if decision.place is not None:
        return f"goes on by itself when its turn comes; its place in line is {decision.place}"
    if decision.outcome == "waiting":
        return f"passes by itself at {not_before(decision.passes_at, 'a time that nobody knows yet')}"
    if decision.outcome == "review":
        waits = any(step.status == "waiting" for step in decision.steps)
        return "goes on by itself once those named have answered" + (" and the waiting is over" if waits else "")
    return "mend what failed and ask again, or ask for a bypass in the policy repository"


def _from(decision: DecisionAnswer) -> str:
    start = decision.starts_at
    return f"from {not_before(start)} " if start and start != decision.decided_at else ""


def next_slot(change: ChangeAnswer) -> Iterator[str]:
    """When windows and other changes would let it pass. Nothing where no time is offered."""
    for slot in change.next_slots[:1]:
        by = f", to start by {cut(slot.start_by)}" if slot.start_by and slot.start_by != slot.start else ""
        yield f"next slot {not_before(slot.start)} to {not_before(slot.end)}{by}"


def policy(change: ChangeAnswer) -> str:
    """What it was judged by."""
    age = change.policy_age_seconds
    confirmed = "never confirmed" if age is None else f"confirmed {age} s ago"
    return f"policy {change.decision.revision[:COMMIT_SHOWN]}, {confirmed}; record {change.decision.record}"
