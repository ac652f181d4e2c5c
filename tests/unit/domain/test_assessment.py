"""What an engine may say: everything, in the right types, or nothing."""

from typing import Any

import pytest
from pydantic import ValidationError

from gate.domain.assessment import Assessment

WHOLE: dict[str, Any] = {
    "revision": "r",
    "class": "normal",
    "lane": None,
    "risk": {"class": "low", "score": 3, "factors": [{"name": "tier", "points": 3}]},
    "required": ["freeze"],
    "verdicts": {"freeze": {"status": "satisfied"}},
    "bypasses": {"b": {"honoured": False}},
}


def test_a_whole_assessment_is_understood() -> None:
    assessment = Assessment.model_validate(WHOLE)
    assert (assessment.change_class, assessment.risk.risk_class) == ("normal", "low")
    assert assessment.verdicts["freeze"].status == "satisfied"


@pytest.mark.parametrize("field", WHOLE)
def test_a_rule_that_did_not_fire_is_missed(field: str) -> None:
    with pytest.raises(ValidationError, match=f"{field}\n  Field required"):
        Assessment.model_validate({name: value for name, value in WHOLE.items() if name != field})


@pytest.mark.parametrize(
    "said",
    [
        {"outcome": "approved"},
        {"class": "urgent"},
        {"risk": {"class": "none", "score": 0}},
        {"risk": {"class": "low", "score": 3.0}},
        {"risk": {"class": "low", "score": "3"}},
        {"risk": {"class": "low", "score": True}},
        {"risk": {"class": "low", "score": 3, "factors": [{"name": "tier", "points": 1.5}]}},
        {"required": "freeze"},
        {"required": ["Freeze"]},
        {"required": None},
        {"verdicts": {"freeze": {"status": "passed"}}},
        {"verdicts": {"freeze": {}}},
        {"verdicts": {"freeze": None}},
        {"verdicts": {"freeze": {"status": "waiting", "until_ns": 1.5}}},
        {"verdicts": {"freeze": {"status": "waiting", "until_ns": "1795809600000000000"}}},
        {"verdicts": {"freeze": {"status": "waiting", "until_ns": -1}}},
        {"verdicts": {"freeze": {"status": "waiting", "until_ns": 2**63}}},
        {"verdicts": {"freeze": {"status": "satisfied", "reasons": [{"code": "Not A Code", "message": ""}]}}},
        {"bypasses": {"b": {"honoured": "yes"}}},
        {"bypasses": {"b": {"honoured": 1}}},
        {"bypasses": {"b": {"honoured": None}}},
        {"bypasses": {"b": {}}},
    ],
)
def test_what_only_resembles_an_assessment_is_none(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Assessment.model_validate(WHOLE | said)
