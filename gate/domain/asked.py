"""Whom a decision asks: the groups that its pending steps wait for, and who of them can answer.

Who is heard in the end is for `hearing` to say; what an answer comes to, for policy.
"""

from collections.abc import Iterator

from gate.domain.assessment import Need
from gate.domain.catalogue import Catalogue
from gate.domain.change import Change
from gate.domain.decision import Decision, StepResult


def groups_asked(change: Change, decision: Decision) -> tuple[str, ...]:
    """The groups whose answers an open change waits for and nothing else could spare it, in order of first mention."""
    if change.state != "open" or decision.outcome != "review":
        return ()
    needs = [need for step in decision.steps for need in needs_of_people(step)]
    return tuple(dict.fromkeys(name for need in needs for name in need.asked))


def needs_of_people(step: StepResult) -> Iterator[Need]:
    """What a step still waits for that people can give."""
    if step.status == "pending":
        yield from (need for need in step.verdict.needs if need.group)


def able(need: Need, change: Change, catalogue: Catalogue) -> tuple[str, ...]:
    """Who can give what is needed now: of those whom policy named, whoever is still of the groups and made no part."""
    made = {change.requester, change.request.author}
    members = [name for group in need.may_answer for name in catalogue.members(group)]
    named = need.people or tuple(dict.fromkeys(members))
    return tuple(name for name in named if name in members and name not in made)


def steps_for(person: str, change: Change, decision: Decision, catalogue: Catalogue) -> tuple[str, ...]:
    """The steps that wait for an answer which this person can give."""
    return tuple(
        step.step
        for step in decision.steps
        if any(person in able(need, change, catalogue) for need in needs_of_people(step))
    )
