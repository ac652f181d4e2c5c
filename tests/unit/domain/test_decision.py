"""The fold, deepest of all: from verdicts to an outcome, and never further than what was evaluated."""

from typing import Any

import pytest

from gate.domain.assessment import Assessment, Ruling, Status, Verdict
from gate.domain.decision import Outcome, decide
from gate.domain.errors import AssessmentError
from gate.domain.facts import ConflictFacts, WindowFacts
from tests.builders import AT_NS, DAY, HOUR, MINUTE, REVISION, an_assessment
from tests.unit.domain.fold import STEPS, a_grant, a_window, facts, honouring, judging, waiting_until

# Nothing evaluated is never a pass.


@pytest.mark.parametrize("verdicts", [{}, {"freeze": {"status": "satisfied"}}])
def test_a_policy_that_demands_nothing_approves_nothing(verdicts: dict[str, Any]) -> None:
    whole = an_assessment().model_dump(by_alias=True)
    nothing = Assessment.model_validate(whole | {"required": (), "verdicts": verdicts})
    with pytest.raises(AssessmentError, match="demands no step at all"):
        decide(facts(), nothing)


def test_a_required_step_without_a_verdict_is_no_pass() -> None:
    silent = judging(evidence="satisfied").model_copy(update={"required": ("evidence", "freeze", "conflict")})
    with pytest.raises(AssessmentError, match=r"no verdict on required step\(s\) freeze, conflict"):
        decide(facts(), silent)


def test_an_assessment_at_another_revision_answers_nothing() -> None:
    with pytest.raises(AssessmentError, match="judged at revision 'b0b0b0b0b0b0'"):
        decide(facts(), judging(freeze="satisfied").model_copy(update={"revision": "b0" * 20}))


def test_a_ruling_on_a_bypass_that_nobody_asked_about_answers_nothing() -> None:
    with pytest.raises(AssessmentError, match=r"ruled on bypass\(es\) that are not in the facts: b2"):
        decide(facts(a_grant("freeze")), honouring("b1", "b2", freeze="waiting"))


def test_a_verdict_on_a_step_that_is_not_demanded_neither_helps_nor_harms() -> None:
    assessment = judging(evidence="satisfied", freeze="failed").model_copy(update={"required": ("evidence",)})
    decision = decide(facts(), assessment)
    assert decision.outcome == "approved"
    assert [step.step for step in decision.steps] == ["evidence"]


# The outcome: refused before review before waiting before approved.


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        (["satisfied"], "approved"),
        (["satisfied", "satisfied"], "approved"),
        (["waiting"], "waiting"),
        (["satisfied", "waiting"], "waiting"),
        (["pending"], "review"),
        (["waiting", "pending"], "review"),
        (["pending", "satisfied", "waiting"], "review"),
        (["failed"], "refused"),
        (["satisfied", "failed"], "refused"),
        (["waiting", "failed"], "refused"),
        (["pending", "failed"], "refused"),
        (["pending", "waiting", "satisfied", "failed"], "refused"),
    ],
)
def test_the_worst_verdict_decides(statuses: list[Status], outcome: Outcome) -> None:
    verdicts = dict(zip(STEPS, statuses, strict=False))
    assert decide(facts(), judging(**verdicts)).outcome == outcome


def test_the_steps_keep_the_order_in_which_they_are_demanded() -> None:
    decision = decide(facts(), judging(peer_review="pending", evidence="satisfied", freeze="satisfied"))
    assert [step.step for step in decision.steps] == ["peer_review", "evidence", "freeze"]


def test_a_decision_says_at_once_what_it_rests_on() -> None:
    window = WindowFacts(name="w", kind="advisory", description="", start_ns=1, end_ns=2, overrun="finish")
    conflict = ConflictFacts(
        change="chg_2", service="ledger", relation="depends_on", resource="", distance=1, state="started", until_ns=3
    )
    decision = decide(facts(windows=(window,), conflicts=(conflict,), sequence=4), judging(freeze="satisfied"))
    assert (decision.id, decision.change_id, decision.sequence) == ("chg_1.4", "chg_1", 4)
    assert (decision.revision, decision.at_ns) == (REVISION, AT_NS)
    assert (decision.windows, decision.conflicts) == ((window,), (conflict,))
    assert (decision.change_class, decision.lane, decision.risk.score) == ("normal", None, 0)


# Bypasses.


def test_an_honoured_bypass_lifts_what_it_skips_and_the_verdict_stays_beside_it() -> None:
    decision = decide(facts(a_grant("freeze")), honouring("b1", evidence="satisfied", freeze="waiting"))
    [evidence, freeze] = decision.steps
    assert decision.outcome == "approved"
    assert (freeze.verdict.status, freeze.lifted_by, freeze.status) == ("waiting", "b1", "satisfied")
    assert (evidence.lifted_by, evidence.status) == (None, "satisfied")
    assert decision.uses_of_bypasses == ("b1",)


@pytest.mark.parametrize("rulings", [{}, {"b1": {"honoured": False}}])
def test_a_bypass_that_is_not_honoured_changes_nothing(rulings: dict[str, Any]) -> None:
    verdicts: dict[str, Status] = {"evidence": "satisfied", "freeze": "failed", "dba_pairing": "satisfied"}
    bypass = a_grant("freeze", add=("dba_pairing",))
    with_it = decide(facts(bypass), an_assessment(verdicts=verdicts, bypasses=rulings))
    without = decide(facts(), an_assessment(verdicts=verdicts))
    assert with_it.model_copy(update={"bypasses": ()}) == without
    assert [(result.honoured, result.lifts) for result in with_it.bypasses] == [(False, ())]


def test_a_bypass_without_a_ruling_says_that_policy_was_silent() -> None:
    decision = decide(facts(a_grant("freeze")), judging(freeze="waiting"))
    assert [reason.code for reason in decision.bypasses[0].reasons] == ["no_ruling"]
    assert decision.outcome == "waiting"


def test_a_bypass_lifts_nothing_beyond_what_it_skips() -> None:
    decision = decide(facts(a_grant("freeze")), honouring("b1", freeze="waiting", conflict="failed"))
    assert decision.outcome == "refused"
    assert decision.bypasses[0].lifts == ("freeze",)


def test_a_bypass_of_what_is_satisfied_is_not_used() -> None:
    decision = decide(facts(a_grant("freeze", "evidence")), honouring("b1", freeze="satisfied", evidence="satisfied"))
    assert decision.outcome == "approved"
    assert (decision.bypasses[0].honoured, decision.uses_of_bypasses) == (True, ())
    assert all(step.lifted_by is None for step in decision.steps)


def test_a_bypass_of_what_is_not_demanded_is_not_used() -> None:
    assert decide(facts(a_grant("peer_review")), honouring("b1", freeze="satisfied")).uses_of_bypasses == ()


def test_where_two_bypasses_lift_one_step_one_use_is_enough() -> None:
    both = (a_grant("freeze", name="b1"), a_grant("freeze", name="b2"))
    assert decide(facts(*both), honouring("b1", "b2", freeze="waiting")).uses_of_bypasses == ("b1",)


@pytest.mark.parametrize("status", ["pending", "waiting", "failed"])
def test_the_separation_of_duties_is_never_lifted_whatever_policy_says(status: Status) -> None:
    bypass = a_grant("segregation_of_duties", "freeze")
    decision = decide(facts(bypass), honouring("b1", segregation_of_duties=status, freeze="waiting"))
    assert decision.outcome == {"pending": "review", "waiting": "waiting", "failed": "refused"}[status]
    assert decision.bypasses[0].lifts == ("freeze",)


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"expires_ns": AT_NS + 1}, "approved"),
        ({"expires_ns": AT_NS}, "waiting"),
        ({"expires_ns": AT_NS - 1}, "waiting"),
        ({"uses": 2, "used": 1}, "approved"),
        ({"uses": 2, "used": 2}, "waiting"),
        ({"taken": True, "uses": 2, "used": 2, "expires_ns": AT_NS - 1}, "approved"),
    ],
)
def test_what_expired_or_is_used_up_lifts_nothing_to_the_nanosecond_whatever_policy_says(
    fields: dict[str, Any], outcome: Outcome
) -> None:
    decision = decide(facts(a_grant("freeze", **fields)), honouring("b1", freeze="waiting"))
    assert decision.outcome == outcome


# One-time steps.


@pytest.mark.parametrize(
    ("status", "outcome"), [("satisfied", "approved"), ("pending", "review"), ("failed", "refused")]
)
def test_a_one_time_step_counts_like_any_other(status: Status, outcome: Outcome) -> None:
    bypass = a_grant("freeze", add=("dba_pairing",))
    decision = decide(facts(bypass), honouring("b1", freeze="waiting", dba_pairing=status))
    assert decision.outcome == outcome
    assert [(step.step, step.added_by) for step in decision.steps] == [("freeze", None), ("dba_pairing", "b1")]


def test_a_bypass_whose_one_time_step_was_not_evaluated_approves_nothing() -> None:
    with pytest.raises(AssessmentError, match=r"without demanding the step\(s\) that it adds: dba_pairing"):
        decide(facts(a_grant("freeze", add=("dba_pairing",))), honouring("b1", freeze="waiting"))


def test_the_one_time_step_of_a_bypass_that_lifts_nothing_need_not_be_taken() -> None:
    bypass = a_grant("freeze", add=("dba_pairing",))
    assert decide(facts(bypass), honouring("b1", freeze="satisfied")).outcome == "approved"


# When it would pass, and until when it may start.


@pytest.mark.parametrize(
    ("ends", "passes_at"),
    [
        ({"freeze": AT_NS + HOUR}, AT_NS + HOUR),
        ({"freeze": AT_NS + HOUR, "conflict": AT_NS + DAY}, AT_NS + DAY),
        ({"freeze": AT_NS + HOUR, "conflict": None}, None),
        ({"freeze": None}, None),
    ],
)
def test_a_waiting_change_passes_when_the_last_of_its_waits_is_over(
    ends: dict[str, int | None], passes_at: int | None
) -> None:
    decision = decide(facts(), waiting_until(**ends))
    assert (decision.outcome, decision.passes_at_ns, decision.valid_until_ns) == ("waiting", passes_at, None)


def test_a_wait_that_is_lifted_is_not_waited_for() -> None:
    ends = waiting_until(freeze=AT_NS + DAY, conflict=AT_NS + HOUR)
    assessment = Assessment.model_validate(ends.model_dump(by_alias=True) | {"bypasses": {"b1": {"honoured": True}}})
    assert decide(facts(a_grant("freeze")), assessment).passes_at_ns == AT_NS + HOUR


def test_in_review_nothing_is_said_of_time() -> None:
    decision = decide(facts(), judging(freeze="waiting", peer_review="pending"))
    assert (decision.outcome, decision.passes_at_ns, decision.valid_until_ns) == ("review", None, None)


@pytest.mark.parametrize(
    ("windows", "minutes"),
    [
        ([], 15),
        ([a_window("freeze", AT_NS + 5 * MINUTE, None)], 5),
        ([a_window("freeze", AT_NS + 20 * MINUTE, None)], 15),
        ([a_window("freeze", AT_NS - HOUR, AT_NS + DAY)], 15),
        ([a_window("freeze", AT_NS, AT_NS + DAY)], 15),
        ([a_window("advisory", AT_NS + 5 * MINUTE, AT_NS + DAY)], 15),
        ([a_window("maintenance", AT_NS - HOUR, AT_NS + 5 * MINUTE)], 5),
        ([a_window("maintenance", AT_NS - HOUR, AT_NS + m * MINUTE) for m in (5, 9)], 9),
        ([a_window("maintenance", AT_NS + 5 * MINUTE, AT_NS + HOUR)], 15),
        ([a_window("maintenance", None, None)], 15),
    ],
)
def test_an_approval_outlives_neither_its_time_nor_what_closes_before(windows: list[WindowFacts], minutes: int) -> None:
    decision = decide(facts(windows=tuple(windows)), judging(freeze="satisfied"))
    assert decision.valid_until_ns == AT_NS + minutes * MINUTE


def test_an_approval_does_not_outlive_those_of_people_that_expire() -> None:
    def until(end_ns: int) -> int | None:
        verdicts = {"peer_review": Verdict(status="satisfied", until_ns=end_ns)}
        assessment = an_assessment().model_copy(update={"required": tuple(verdicts), "verdicts": verdicts})
        return decide(facts(), assessment).valid_until_ns

    assert until(AT_NS + 3 * MINUTE) == AT_NS + 3 * MINUTE
    assert until(AT_NS + HOUR) == AT_NS + 15 * MINUTE


def test_an_approval_does_not_outlive_its_time_for_a_lifted_step_that_would_wait() -> None:
    lifted = waiting_until(freeze=AT_NS + 3 * MINUTE).model_copy(update={"bypasses": {"b1": Ruling(honoured=True)}})
    assert decide(facts(a_grant("freeze")), lifted).valid_until_ns == AT_NS + 15 * MINUTE


def test_an_approval_does_not_outlive_the_bypass_that_it_rests_on() -> None:
    soon = AT_NS + 3 * MINUTE
    used = decide(facts(a_grant("freeze", expires_ns=soon)), honouring("b1", freeze="waiting"))
    unused = decide(facts(a_grant("freeze", expires_ns=soon)), honouring("b1", freeze="satisfied"))
    assert (used.valid_until_ns, unused.valid_until_ns) == (soon, AT_NS + 15 * MINUTE)
