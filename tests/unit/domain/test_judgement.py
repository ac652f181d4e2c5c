"""The exact bytes of a judgement are made once, and mean it."""

from gate.domain.assessment import Assessment
from gate.domain.decision import Decision, decide
from gate.domain.facts import Facts
from tests.builders import a_change, a_judgement


def test_anybody_can_derive_the_decision_again_from_the_bytes_alone() -> None:
    judgement = a_judgement(a_change(), outcome="waiting")
    facts = Facts.model_validate_json(judgement.facts_bytes)
    assessment = Assessment.model_validate_json(judgement.assessment_bytes)
    assert decide(facts, assessment) == Decision.model_validate_json(judgement.decision_bytes)


def test_the_bytes_are_made_once() -> None:
    judgement = a_judgement(a_change())
    assert judgement.facts_bytes is judgement.facts_bytes
    assert judgement.assessment_bytes is judgement.assessment_bytes
    assert judgement.decision_bytes is judgement.decision_bytes
