"""Answers of a gate, as they come over the wire."""

from typing import Any

from gate.domain.assessment import Reason, Risk, RiskFactor
from gate.interfaces.cli.check_result import Answered
from gate.interfaces.step_wire import NeedAnswer, StepAnswer
from gate.interfaces.wire import ChangeAnswer, DecisionAnswer

COMMIT = "4f0c2f6d1f0d4c3b8a7e6d5c4b3a291817161514"
REVISION = "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d4c3b2a10"
URL = "http://127.0.0.1:8080"

FROZEN = Reason(code="frozen", message="production is frozen by black-friday")
REVIEWERS = NeedAnswer(group="team-payments", approvals=2, given=1, people=("jan", "maria"), evidence="")


def a_step(step: str, verdict: str = "satisfied", **more: Any) -> StepAnswer:
    """A step as policy judged it; lifted where `lifted_by` is given."""
    told: dict[str, Any] = {"reasons": (), "until": None, "needs": (), "lifted_by": None, "added_by": None}
    status = "satisfied" if more.get("lifted_by") else verdict
    return StepAnswer.model_validate({"step": step, "status": status, "verdict": verdict, **told, **more})


def a_decision(outcome: str = "approved", *steps: StepAnswer, **more: Any) -> DecisionAnswer:
    """A decision with that outcome and those steps."""
    factors = (RiskFactor(name="tier", points=30, because="it is of tier 1"), RiskFactor(name="size", points=0))
    told: dict[str, Any] = {
        "id": "chg_1.1",
        "outcome": outcome,
        "class": "normal",
        "lane": None,
        "risk": Risk.model_validate({"class": "low", "score": 30, "factors": factors}),
        "steps": steps,
        "bypasses": (),
        "windows": (),
        "conflicts": (),
        "decided_at": "2026-11-27T10:00:00Z",
        "starts_at": "2026-11-27T10:00:00Z",
        "passes_at": None,
        "place": None,
        "valid_until": "2026-11-27T10:15:00Z" if outcome == "approved" else None,
        "revision": REVISION,
        "record": "rec_1",
    }
    return DecisionAnswer.model_validate(told | more)


def a_change(decision: DecisionAnswer | None = None, **more: Any) -> ChangeAnswer:
    """A change of payments into production."""
    told: dict[str, Any] = {
        "id": "chg_1",
        "service": "payments",
        "environment": "production",
        "commit": COMMIT,
        "state": "open",
        "result": None,
        "requester": "pipeline",
        "asked_at": "2026-11-27T10:00:00Z",
        "planned_start": None,
        "started_at": None,
        "ended_at": None,
        "decision": decision or a_decision("approved", a_step("freeze")),
        "policy_age_seconds": 4,
        "links": {},
    }
    return ChangeAnswer.model_validate(told | more)


def answered(decision: DecisionAnswer | None = None, **more: Any) -> Answered:
    """The result of a check that was answered so."""
    change = a_change(decision, **more)
    return Answered(change, change.model_dump_json(by_alias=True), URL)
