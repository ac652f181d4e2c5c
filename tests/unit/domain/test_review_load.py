"""How loaded groups are: what policy learns of it, whom a decision asked, and how long an answer takes."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.assessment import Need, Verdict
from gate.domain.decision import Decision
from gate.domain.facts import AskedFacts
from gate.domain.review import Approval
from gate.domain.review_load import LOOKED_BACK_DAYS, Answered, GroupLoad, answered, asked_so_far, group_facts
from tests.builders import AT_NS, DAY, HOUR, MINUTE, a_change, a_decision, facts_for
from tests.house import a_policy

WINDOW = LOOKED_BACK_DAYS * DAY
CHANGE = a_change()


def pending(*groups: str, since: int = AT_NS, escalated_to: str = "") -> Verdict:
    needs = tuple(Need(group=name, approvals=1, escalated_to=escalated_to) for name in groups)
    return Verdict(status="pending", needs=needs, asked_since_ns=since)


def decided(verdict: Verdict, **fields: Any) -> Decision:
    """About one step, which people answer."""
    decision = a_decision(CHANGE)
    step = decision.steps[0].model_copy(update={"step": "peer_review", "verdict": verdict, **fields})
    return decision.model_copy(update={"steps": (step,), "outcome": "review"})


def approval(at_ns: int) -> Approval:
    return Approval(step="peer_review", by="mei", at_ns=at_ns, commit=CHANGE.request.commit)


def test_too_few_answers_say_nothing_of_the_next() -> None:
    assert GroupLoad().expected_wait_ns is None
    assert GroupLoad(waiting=4, answered=2, waited_ns=2 * HOUR).expected_wait_ns is None


@pytest.mark.parametrize(("waiting", "hours"), [(0, 1), (1, 2), (5, 6)])
def test_who_comes_to_a_group_that_is_hardly_ever_asked_waits_for_those_before_and_for_their_own(
    waiting: int, hours: int
) -> None:
    load = GroupLoad(waiting=waiting, answered=3, waited_ns=3 * HOUR)
    assert load.expected_wait_ns == pytest.approx(hours * HOUR, rel=0.01)


@given(
    service=st.integers(MINUTE, 20 * HOUR),
    busy=st.fractions(Fraction(1, 100), Fraction(95, 100)),
    waiting=st.integers(0, 50),
)
def test_what_is_expected_is_what_the_theory_of_one_counter_says(service: int, busy: Fraction, waiting: int) -> None:
    # M/M/1: of a counter that is busy for that share of the time, W = service / (1 - busy).
    mean_wait = Fraction(service) / (1 - busy)
    arrivals = max(3, round(busy * WINDOW / service))
    load = GroupLoad(waiting=waiting, answered=arrivals, waited_ns=int(mean_wait * arrivals))
    # Whole numbers of arrivals are not quite as busy as was said.
    known = Fraction(arrivals * service, WINDOW)
    service_known = mean_wait / (1 + known / (1 - busy))
    assert load.expected_wait_ns == pytest.approx(float((waiting + 1) * service_known), rel=1e-6)


@given(
    waiting=st.integers(0, 1000),
    answers=st.integers(3, 10**6),
    waited=st.integers(0, 10**6 * DAY),
    more=st.integers(1, 9),
)
def test_the_more_wait_the_longer_it_takes(waiting: int, answers: int, waited: int, more: int) -> None:
    few = GroupLoad(waiting=waiting, answered=answers, waited_ns=waited).expected_wait_ns
    many = GroupLoad(waiting=waiting + more, answered=answers, waited_ns=waited).expected_wait_ns
    assert few is not None
    assert many is not None
    assert 0 <= few <= many


def test_policy_learns_of_a_groups_load_and_limit() -> None:
    groups = a_policy().catalogue.groups
    name = next(iter(groups))
    limited = {name: groups[name].model_copy(update={"limit": 2, "members": ("ann", "bo", "cy", "di")})}
    (facts,) = group_facts([name], limited, {name: GroupLoad(waiting=6)})
    assert (facts.name, facts.waiting, facts.limit, facts.waiting_per_thousand) == (name, 6, 2, 1500)
    (idle,) = group_facts(["nobody"], {}, {})
    assert (idle.waiting, idle.limit, idle.waiting_per_thousand, idle.expected_wait_ns) == (0, None, 0, None)


def test_what_a_decision_asked_is_known_to_the_next_one() -> None:
    assert asked_so_far(None, AT_NS) == ()
    since = AT_NS - HOUR
    last = decided(pending("owners", "reviewers", since=since, escalated_to="heads"))
    asked = asked_so_far(last, last.at_ns + DAY)
    assert asked == (AskedFacts(step="peer_review", since_ns=since, groups=("owners", "reviewers")),)
    assert asked_so_far(decided(Verdict(status="satisfied")), AT_NS) == ()


def test_a_step_that_timed_out_is_known_to_have_been_asked() -> None:
    timed_out = Verdict(status="failed", asked_since_ns=AT_NS - HOUR)
    last = decided(timed_out)
    assert asked_so_far(last, last.at_ns) == (AskedFacts(step="peer_review", since_ns=AT_NS - HOUR, groups=()),)


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (pending("owners", since=AT_NS - HOUR), "refused"),
        (Verdict(status="failed", asked_since_ns=AT_NS - HOUR), "refused"),
        (Verdict(status="satisfied", asked_since_ns=AT_NS - HOUR), "review"),
    ],
)
def test_no_time_runs_in_which_nobody_was_asked(verdict: Verdict, outcome: str) -> None:
    last = decided(verdict).model_copy(update={"at_ns": AT_NS, "outcome": outcome})
    for later in (0, DAY):
        (asked,) = asked_so_far(last, AT_NS + later)
        assert AT_NS + later - asked.since_ns == HOUR


def test_a_clock_that_was_set_back_lets_nobody_be_asked_for_longer() -> None:
    last = decided(pending("owners", since=AT_NS - HOUR)).model_copy(update={"at_ns": AT_NS, "outcome": "refused"})
    (asked,) = asked_so_far(last, AT_NS - DAY)
    assert asked.since_ns == AT_NS - HOUR


ANSWERS: Mapping[str, tuple[Verdict, tuple[int, ...], int | None]] = {
    "an approval that satisfies is an answer": (Verdict(status="satisfied"), (HOUR,), HOUR),
    "of several, the one that satisfied counts": (Verdict(status="satisfied"), (HOUR, 3 * HOUR), 3 * HOUR),
    "a veto is an answer": (Verdict(status="failed"), (2 * HOUR,), 2 * HOUR),
    "a time-out is none": (Verdict(status="failed"), (), None),
    "silence that consents is none": (Verdict(status="satisfied"), (), None),
    "what was said before it was asked is none": (Verdict(status="satisfied"), (-1,), None),
    "one that is not enough is none yet": (pending("owners"), (HOUR,), None),
}


@pytest.mark.parametrize("told", ANSWERS)
def test_how_long_an_answer_took_is_counted_from_when_it_was_asked(told: str) -> None:
    verdict, at, waited = ANSWERS[told]
    facts = facts_for(CHANGE, approvals=tuple(approval(AT_NS + each) for each in at))
    found = answered(facts, decided(verdict), decided(pending("owners", since=AT_NS)))
    assert found == (() if waited is None else (Answered(group="owners", waited_ns=waited),))


def test_whoever_was_asked_beside_has_answered_too() -> None:
    last = decided(pending("owners", escalated_to="heads"))
    found = answered(facts_for(CHANGE, approvals=(approval(AT_NS + HOUR),)), decided(Verdict(status="satisfied")), last)
    assert [each.group for each in found] == ["heads", "owners"]


def test_a_step_that_a_bypass_lifts_was_not_answered() -> None:
    facts = facts_for(CHANGE)
    assert answered(facts, decided(pending("owners"), lifted_by="b-1"), decided(pending("owners"))) == ()
    assert answered(facts, decided(Verdict(status="satisfied")), None) == ()
