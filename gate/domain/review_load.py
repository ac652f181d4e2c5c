"""How loaded the groups are that review: who waits for them, and how long an answer of theirs is likely to take."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from gate.domain.catalogue import Group
from gate.domain.decision import Decision, StepResult
from gate.domain.facts import AskedFacts, Facts, GroupFacts
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.model import Model

LOOKED_BACK_DAYS: Final = 30
_LOOKED_BACK_NS: Final = LOOKED_BACK_DAYS * 86_400 * NANOSECOND_PER_SECOND
_FEWEST_ANSWERS: Final = 3
"""Fewer say nothing of how long the next one takes."""


class GroupLoad(Model):
    """What is known of one group."""

    waiting: int = 0
    """Other changes that wait for its people."""
    answered: int = 0
    """How often they answered in the last `LOOKED_BACK_DAYS` days."""
    waited_ns: int = 0
    """How long these answers were waited for, all together."""

    @property
    def expected_wait_ns(self) -> int | None:
        """How long whoever comes now is likely to wait; None while too little is known to say.

        As at one counter (M/M/1): who finds n before them waits for n + 1 services. How long one service takes follows
        from the mean wait W and the mean number L that waited, as W = service * (L + 1); and L = arrivals * W (Little,
        "A Proof for the Queuing Formula L = λW", 1961).
        """
        if self.answered < _FEWEST_ANSWERS:
            return None
        services, of_one = self.waiting + 1, self.answered * (self.waited_ns + _LOOKED_BACK_NS)
        return services * self.waited_ns * _LOOKED_BACK_NS // of_one


class Answered(Model):
    """That a group answered a step, and how long after it had been asked."""

    group: str
    waited_ns: int


def group_facts(
    names: Iterable[str], groups: Mapping[str, Group], loads: Mapping[str, GroupLoad]
) -> Iterator[GroupFacts]:
    """What policy learns of the groups that it may ask."""
    for name in names:
        load, group = loads.get(name, GroupLoad()), groups.get(name)
        yield GroupFacts(
            name=name,
            waiting=load.waiting,
            limit=group.limit if group else None,
            waiting_per_thousand=load.waiting * 1000 // max(1, len(group.members) if group else 0),
            expected_wait_ns=load.expected_wait_ns,
        )


def asked_so_far(last: Decision | None, at_ns: int) -> tuple[AskedFacts, ...]:
    """Whom the last decision asked, step by step, and since when as of an instant.

    Time in which nobody was asked does not count. While a change is refused, say, it is in nobody's inbox: silence
    then says nothing, and whoever vetoes keeps it from the others for no longer than until they take that back.
    """
    if last is None:
        return ()
    return tuple(
        AskedFacts(
            step=step.step,
            since_ns=since_ns + (0 if _is_asked(step, last) else max(0, at_ns - last.at_ns)),
            groups=tuple(dict.fromkeys(need.group for need in step.verdict.needs if need.group)),
        )
        for step in last.steps
        if (since_ns := step.verdict.asked_since_ns) is not None
    )


def _is_asked(step: StepResult, decision: Decision) -> bool:
    return decision.outcome == "review" and step.status == "pending"


def answered(facts: Facts, decision: Decision, last: Decision | None) -> tuple[Answered, ...]:
    """Which groups were asked by the last decision and have answered by this one. A time-out is no answer."""
    if last is None:
        return ()
    now = {step.step: step for step in decision.steps}
    found = {
        group: answered_ns - since_ns
        for step in last.steps
        if step.status == "pending" and (since_ns := step.verdict.asked_since_ns) is not None
        if (answered_ns := _answered_at(facts, step.step, since_ns, now.get(step.step))) is not None
        for need in step.verdict.needs
        for group in need.asked
    }
    return tuple(Answered(group=group, waited_ns=waited) for group, waited in sorted(found.items()))


def _answered_at(facts: Facts, step: str, since_ns: int, now: StepResult | None) -> int | None:
    if now is None or now.status == "pending":
        return None
    return max((each.at_ns for each in facts.approvals if each.step == step and each.at_ns >= since_ns), default=None)
