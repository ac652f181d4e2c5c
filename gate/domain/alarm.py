"""What is told when the glass is broken: to everybody whose step was skipped, and to whoever asked for the change.

Told is what a decision lifts by it that the one before did not: with the decision, so that no alarm is lost.
"""

from collections.abc import Collection, Iterator

from gate.domain.catalogue import Service
from gate.domain.change import Change
from gate.domain.decision import BypassResult, Decision, StepResult
from gate.domain.notice import Notice, Telling, addressed, target
from gate.domain.policy_set import PolicySet
from gate.domain.process import BypassRight


def alarms_of(
    change: Change, decision: Decision, last: Decision | None, policy: PolicySet, reachable: Collection[str]
) -> tuple[Notice, ...]:
    """The alarms of a decision, to those of the addressees who can be reached."""
    if not reachable or not any(each.break_glass for each in decision.bypasses):
        return ()
    told = _tellings(change, decision, last, policy)
    return addressed(told, change, decision, reachable, f"{decision.id}.glass")


def _tellings(change: Change, decision: Decision, last: Decision | None, policy: PolicySet) -> Iterator[Telling]:
    service = policy.catalogue.service(change.request.service)
    for glass in decision.bypasses:
        if not glass.break_glass:
            continue
        before = next((each for each in last.bypasses if each.id == glass.id), None) if last else None
        lifted = [step for step in decision.steps if step.lifted_by == glass.id]
        fresh = [step for step in lifted if before is None or step.step not in before.lifts]
        title = f"Glass broken: {target(change)}"
        for group, steps in _skipped(fresh, service, policy).items():
            able = tuple(policy.catalogue.members(group))
            yield Telling(kind="glass_broken", to=group, or_to=able, title=title, body=_body(glass, steps))
        if before is None or fresh:
            yield Telling(kind="glass_broken", to=change.requester, title=title, body=_body(glass, lifted))


def _skipped(steps: list[StepResult], service: Service, policy: PolicySet) -> dict[str, list[StepResult]]:
    """By group, the steps that are skipped of those that it has a say in."""
    found: dict[str, list[StepResult]] = {}
    for step in steps:
        for group in _groups(step, service, policy):
            found.setdefault(group, []).append(step)
    return found


def _groups(step: StepResult, service: Service, policy: PolicySet) -> list[str]:
    """Whose step it is: whoever it needs; of one that needs nobody, those who could let it be bypassed."""
    named = [name for need in step.verdict.needs for name in need.asked]
    named += [service.group(needs.group) for needs in policy.process.needs_of(step.step)]
    rule = policy.process.steps.get(step.step)
    if not named and rule is not None and isinstance(rule.bypass, BypassRight):
        named = [service.group(rule.bypass.by)]
    return list(dict.fromkeys(named))


def _body(glass: BypassResult, steps: list[StepResult]) -> str:
    head = f"{glass.by} broke the glass for {glass.ticket}: {glass.why}"
    if not glass.honoured:
        return f"{head}\nIt lifts nothing: {'; '.join(reason.message for reason in glass.reasons)}"
    if not steps:
        return f"{head}\nNothing stood in the way, so it lifts nothing."
    return "\n".join([head, *(_line(step) for step in steps)])


def _line(step: StepResult) -> str:
    reasons = "; ".join(reason.message for reason in step.verdict.reasons)
    return f"{step.step} is skipped; it was {step.verdict.status}" + (f": {reasons}" if reasons else "")
