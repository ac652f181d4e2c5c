"""Whom a decision asks, and who of them can answer."""

from typing import Any

from gate.domain.asked import groups_asked, steps_for
from gate.domain.assessment import Need, Verdict
from gate.domain.decision import Decision, StepResult
from tests.builders import a_change, a_decision, a_request, started
from tests.house import a_policy

CATALOGUE = a_policy().catalogue
CHANGE = a_change(requester="pipeline", request=a_request(author="maria"))


def a_decision_that_asks(*needs: Need, step: str = "peer_review", **lifted: Any) -> Decision:
    steps = (StepResult(step=step, verdict=Verdict(status="pending", needs=needs), **lifted),)
    return a_decision(CHANGE, outcome="review").model_copy(update={"steps": steps})


OF_PAYMENTS = Need(group="team-payments", approvals=1, people=("jan",))


def test_the_groups_of_pending_steps_are_asked_each_once() -> None:
    decision = a_decision_that_asks(OF_PAYMENTS, Need(group="release-managers"), OF_PAYMENTS, Need(evidence="tests"))
    assert groups_asked(CHANGE, decision) == ("team-payments", "release-managers")


def test_nobody_is_asked_about_what_started_or_what_something_else_refuses() -> None:
    decision = a_decision_that_asks(OF_PAYMENTS)
    assert groups_asked(started(CHANGE), decision) == ()
    assert groups_asked(CHANGE, decision.model_copy(update={"outcome": "refused"})) == ()


def test_nobody_is_asked_about_a_step_that_is_lifted() -> None:
    assert groups_asked(CHANGE, a_decision_that_asks(OF_PAYMENTS, lifted_by="a-bypass")) == ()


def test_who_policy_names_and_is_still_of_the_group_can_answer() -> None:
    decision = a_decision_that_asks(Need(group="team-payments", people=("jan", "gone")))
    assert steps_for("jan", CHANGE, decision, CATALOGUE) == ("peer_review",)
    assert steps_for("gone", CHANGE, decision, CATALOGUE) == ()
    assert steps_for("ruth", CHANGE, decision, CATALOGUE) == ()


def test_where_policy_names_nobody_the_group_can_answer_but_never_who_made_the_change() -> None:
    decision = a_decision_that_asks(Need(group="team-payments"))
    assert steps_for("jan", CHANGE, decision, CATALOGUE) == ("peer_review",)
    assert steps_for("maria", CHANGE, decision, CATALOGUE) == ()
