"""The page of a change, before it is one: pure views of the domain."""

from typing import Any

import pytest

from gate.domain.assessment import Need, Reason, Verdict
from gate.domain.change import Change, Plan, StopRequest
from gate.domain.decision import Decision, StepResult
from gate.domain.judgement import StoredChange
from gate.interfaces.web.views.change import Known, change_view, safe_url
from gate.interfaces.web.views.step import StepView
from gate.interfaces.web.views.story import SHOWN, story
from gate.interfaces.web.views.what_next import what_next
from tests.builders import (
    AT_NS,
    DAY,
    HOUR,
    MINUTE,
    a_change,
    a_decision,
    a_record,
    a_request,
    an_answer,
    finished,
    started,
    withdrawn,
)
from tests.house import a_policy

PENDING = Verdict(status="pending", needs=(Need(group="team-payments", approvals=2, given=1),))
CHANGE = a_change(requester="pipeline", request=a_request(author="maria"))


def known(change: Change = CHANGE, decision: Decision | None = None, **fields: Any) -> Known:
    usual = {
        "stored": StoredChange(change, decision or a_decision(change), "rec_1"),
        "facts": None,
        "answers": (),
        "records": (),
        "slots": (),
        "pir": None,
        "policy": a_policy(),
        "policy_age_s": 3,
        "now_ns": AT_NS,
    }
    return Known(**usual | fields)


def in_review(**fields: Any) -> Decision:
    step = StepResult(step="peer_review", verdict=PENDING)
    return a_decision(CHANGE, outcome="review").model_copy(update={"steps": (step,), **fields})


def step_for(person: str | None, **fields: Any) -> StepView:
    (step,) = change_view(known(decision=in_review(), **fields), person).steps
    return step


def test_only_who_is_asked_can_answer() -> None:
    assert step_for("jan").can_answer
    assert not step_for("maria").is_form, "she wrote it"
    assert not step_for("lena").is_form
    assert not step_for(None).is_form
    assert not step_for("jan", policy=None).is_form, "nobody knows the groups"


def test_who_answered_may_answer_otherwise_and_what_was_taken_back_is_not_shown() -> None:
    vetoed = an_answer(CHANGE, 1, "veto", comment="It locks.")
    step = step_for("jan", answers=(vetoed,))
    assert step.own is not None
    assert (step.own.answer, step.own.comment) == ("veto", "It locks.")
    assert step_for("jan", answers=(vetoed, an_answer(CHANGE, 2, "withdraw"))).own is None


def test_a_need_that_a_reason_tells_already_is_marked() -> None:
    told = PENDING.model_copy(update={"reasons": (Reason(code="few", message="one of team-payments: jan"),)})
    assert not step_for("jan").needs[0].is_told
    step = StepResult(step="peer_review", verdict=told)
    (view,) = change_view(known(decision=in_review(steps=(step,))), "jan").steps
    assert view.needs[0].is_told


def test_a_lifted_step_keeps_the_verdict_that_it_would_have_had() -> None:
    step = StepResult(step="peer_review", verdict=PENDING, lifted_by="a-bypass")
    (view,) = change_view(known(decision=in_review(steps=(step,))), "jan").steps
    assert (view.status, view.verdict, view.can_answer) == ("lifted", "pending", False)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://forge.test/a?b=c#d", "https://forge.test/a?b=c#d"),
        ("http://forge.test", "http://forge.test"),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//forge.test/x", ""),
        ("/changes", ""),
        ("https:///x", ""),
        ("https://[x", ""),
        ("https://forge.test/\u202e", ""),
        ("https://forge.test/ x", ""),
        ("", ""),
    ],
)
def test_only_places_on_the_web_are_links(url: str, expected: str) -> None:
    assert safe_url(url) == expected


STOP = StopRequest(at_ns=AT_NS, reason="the freeze began", window="x", closed_at_ns=AT_NS)


@pytest.mark.parametrize(
    ("change", "outcome", "fields", "said"),
    [
        (CHANGE, "review", {}, "once the people named below"),
        (CHANGE, "refused", {}, "ask for a bypass"),
        (CHANGE, "waiting", {"place": 2}, "its place in line is 2"),
        (CHANGE, "waiting", {"place": None, "passes_at_ns": AT_NS + HOUR}, "at Mon 2 Nov 2026, 11:00 UTC, in 1 hour"),
        (CHANGE, "waiting", {"place": None, "passes_at_ns": None}, "nobody knows yet"),
        (CHANGE, "approved", {"valid_until_ns": AT_NS + HOUR}, "It may start until Mon 2 Nov 2026, 11:00 UTC"),
        (CHANGE, "approved", {"valid_until_ns": AT_NS}, "It had to start by"),
        (CHANGE, "approved", {"valid_until_ns": None}, "It may start."),
        (
            CHANGE,
            "approved",
            {"starts_at_ns": AT_NS + HOUR, "valid_until_ns": AT_NS + 2 * HOUR},
            "start from Mon 2 Nov 2026, 11:00 UTC until",
        ),
        (started(CHANGE), "approved", {}, "under way"),
        (started(CHANGE).model_copy(update={"stop": STOP}), "waiting", {}, "told to stop: the freeze began"),
        (finished(started(CHANGE)).model_copy(update={"stop": STOP}), "approved", {}, "It is over"),
        (withdrawn(CHANGE), "review", {}, "taken back"),
    ],
)
def test_it_is_told_what_would_change_how_it_stands(change: Change, outcome: Any, fields: Any, said: str) -> None:
    decision = a_decision(change, outcome=outcome).model_copy(update=fields)
    assert said in what_next(change, decision, AT_NS)


def test_every_instant_that_there_is_is_told() -> None:
    change = finished(started(CHANGE.model_copy(update={"plan": Plan(start_ns=AT_NS + DAY)})))
    view = change_view(known(change), None)
    told = (view.planned_start, view.started_at, view.ended_at)
    assert [each and each.away for each in told] == ["in 1 day", "in 1 minute", "in 1 hour"]


def test_looks_that_came_to_the_same_are_told_once_and_the_newest_is_first() -> None:
    outcomes = ("review", "review", "waiting", "review")
    records = [a_record("decided", CHANGE, outcome=outcome) for outcome in outcomes]
    assert [each.outcome for each in story(records, AT_NS)] == ["review", "waiting", "review"]


def test_of_a_long_story_the_newest_part_is_told() -> None:
    records = [a_record("commented", CHANGE, by="jan", comment=f"{number}") for number in range(SHOWN + 5)]
    told = story(records, AT_NS + MINUTE)
    assert (len(told), told[0].said) == (SHOWN, f"{SHOWN + 4}")
