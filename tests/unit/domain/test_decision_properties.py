"""The fold for any facts and any assessment, hostile rulings included."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gate.domain.assessment import Assessment, Status, Verdict
from gate.domain.bypass import NEVER_LIFTED
from gate.domain.canonical import canonical
from gate.domain.decision import Decision, decide
from gate.domain.errors import AssessmentError
from gate.domain.facts import Facts
from tests.builders import AT_NS, DAY, an_assessment
from tests.unit.domain.fold import STEPS, a_grant, a_window, facts

STATUSES = st.sampled_from(["satisfied", "pending", "waiting", "failed"])
INSTANTS = st.integers(AT_NS - DAY, AT_NS + DAY)
BETTER_TO_WORSE = ("approved", "waiting", "review", "refused")
VERDICTS = st.builds(Verdict, status=STATUSES, until_ns=st.none() | INSTANTS)
SKIPS = st.lists(st.sampled_from(STEPS), min_size=1, max_size=3, unique=True)
ADDS = st.sampled_from([(), (), ("dba_pairing",), ("call", "dba_pairing")])
WINDOWS = st.builds(
    a_window, st.sampled_from(["freeze", "maintenance", "advisory"]), st.none() | INSTANTS, st.none() | INSTANTS
)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Facts, Assessment]:
    """Facts and a whole assessment of them, hostile rulings included."""
    bypasses = [
        a_grant(
            *draw(SKIPS),
            name=f"b{number}",
            add=draw(ADDS),
            expires_ns=draw(INSTANTS),
            uses=draw(st.integers(1, 3)),
            used=draw(st.integers(0, 3)),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    required = draw(st.lists(st.sampled_from(STEPS), min_size=1, unique=True))
    demanded = [*required, *dict.fromkeys(added.step for bypass in bypasses for added in bypass.add)]
    assessment = an_assessment().model_copy(
        update={
            "required": tuple(demanded),
            "verdicts": {step: draw(VERDICTS) for step in demanded},
            "bypasses": {
                bypass.id: an_assessment(bypasses={"b": {"honoured": draw(st.booleans())}}).bypasses["b"]
                for bypass in bypasses
                if draw(st.integers(0, 4))
            },
        }
    )
    asked = facts(*bypasses, windows=tuple(draw(st.lists(WINDOWS, max_size=3))))
    return asked, assessment


def with_verdicts(assessment: Assessment, verdicts: dict[str, Verdict]) -> Assessment:
    return assessment.model_copy(update={"verdicts": assessment.verdicts | verdicts})


@given(questions())
def test_an_approval_has_every_demanded_step_satisfied_or_lifted_by_an_honoured_bypass_that_skips_it(
    question: tuple[Facts, Assessment],
) -> None:
    asked, assessment = question
    decision = decide(asked, assessment)
    assert [step.step for step in decision.steps] == list(assessment.required)
    grants = {bypass.id: bypass for bypass in asked.bypasses}
    for step in decision.steps:
        assert step.verdict == assessment.verdicts[step.step]
        if step.lifted_by is not None:
            grant = grants[step.lifted_by]
            assert step.step in grant.skip
            assert step.step not in NEVER_LIFTED
            assert assessment.bypasses[grant.id].honoured
            assert grant.expires_ns > asked.at_ns
            assert grant.used < grant.uses
            assert {added.step for added in grant.add} <= set(assessment.required)
        elif decision.outcome == "approved":
            assert step.verdict.status == "satisfied"


@given(questions())
def test_a_use_is_a_bypass_that_lifts_a_step_which_stood_in_the_way(question: tuple[Facts, Assessment]) -> None:
    decision = decide(*question)
    lifting = {step.lifted_by for step in decision.steps if step.lifted_by}
    assert set(decision.uses_of_bypasses) == lifting
    assert all(step.verdict.status != "satisfied" for step in decision.steps if step.lifted_by)
    lifted = [step for bypass in decision.bypasses for step in bypass.lifts]
    assert len(lifted) == len(set(lifted))


@given(questions(), st.data())
def test_turning_a_verdict_to_worse_never_improves_the_outcome(
    question: tuple[Facts, Assessment], data: st.DataObject
) -> None:
    asked, assessment = question
    step = data.draw(st.sampled_from(assessment.required))
    order: tuple[Status, ...] = ("satisfied", "waiting", "pending", "failed")
    was = order.index(assessment.verdicts[step].status)
    assume(was < len(order) - 1)
    worse = data.draw(st.sampled_from(order[was + 1 :]))
    worsened = with_verdicts(assessment, {step: Verdict(status=worse)})
    before, after = decide(asked, assessment).outcome, decide(asked, worsened).outcome
    assert BETTER_TO_WORSE.index(after) >= BETTER_TO_WORSE.index(before)


@given(questions())
def test_taking_a_bypass_back_never_improves_the_outcome(question: tuple[Facts, Assessment]) -> None:
    asked, assessment = question
    assume(assessment.bypasses)
    for bypass in assessment.bypasses:
        fewer = {name: ruling for name, ruling in assessment.bypasses.items() if name != bypass}
        before = decide(asked, assessment).outcome
        after = decide(asked, assessment.model_copy(update={"bypasses": fewer})).outcome
        assert BETTER_TO_WORSE.index(after) >= BETTER_TO_WORSE.index(before)


@given(questions())
def test_bypasses_that_are_not_honoured_change_nothing(question: tuple[Facts, Assessment]) -> None:
    asked, assessment = question
    refused = assessment.model_copy(update={"bypasses": {}})
    without = asked.model_copy(update={"bypasses": ()})
    decided = decide(asked, refused)
    assert decided.model_copy(update={"bypasses": ()}) == decide(without, refused)


@given(questions())
def test_no_ruling_lifts_the_separation_of_duties(question: tuple[Facts, Assessment]) -> None:
    asked, assessment = question
    assume("segregation_of_duties" in assessment.required)
    failed = with_verdicts(assessment, {"segregation_of_duties": Verdict(status="failed")})
    assert decide(asked, failed).outcome == "refused"


@given(questions())
def test_the_same_bytes_give_the_same_bytes(question: tuple[Facts, Assessment]) -> None:
    asked, assessment = question
    decision = canonical(decide(asked, assessment))
    again = Facts.model_validate_json(canonical(asked)), Assessment.model_validate_json(canonical(assessment))
    assert canonical(decide(*again)) == decision
    assert canonical(Decision.model_validate_json(decision)) == decision


@given(questions())
def test_an_approval_is_valid_for_a_while_and_never_longer_than_a_pass_lives(
    question: tuple[Facts, Assessment],
) -> None:
    decision = decide(*question)
    if decision.outcome == "approved":
        assert decision.valid_until_ns is not None
        assert AT_NS < decision.valid_until_ns <= AT_NS + question[0].valid_for_ns
    else:
        assert decision.valid_until_ns is None


@given(questions(), st.data())
def test_leaving_out_any_required_verdict_is_no_answer(question: tuple[Facts, Assessment], data: st.DataObject) -> None:
    asked, assessment = question
    left_out = data.draw(st.sampled_from(assessment.required))
    verdicts = {step: verdict for step, verdict in assessment.verdicts.items() if step != left_out}
    with pytest.raises(AssessmentError, match=left_out):
        decide(asked, assessment.model_copy(update={"verdicts": verdicts}))
