"""The house's policy in Python: what its Rego would say, for tests of everything but Rego."""

from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]
SATISFIED: Fields = {"status": "satisfied"}


def assessment(facts: Fields) -> dict[str, Any]:
    """Evidence, freeze and conflict; a peer review for what is labelled risky; honoured bypasses."""
    verdicts = {"evidence": _evidence(facts), "freeze": _freeze(facts), "conflict": _conflict(facts)}
    if facts["change"]["labels"].get("risk") == "high":
        verdicts["peer_review"] = _peer_review(facts)
    return {
        "revision": facts["revision"],
        "class": "normal",
        "lane": None,
        "risk": {"class": "low", "score": 10, "factors": [{"name": "tier", "points": 10}]},
        "required": list(verdicts),
        "verdicts": verdicts,
        "bypasses": {bypass["id"]: {"honoured": _honoured(bypass, facts)} for bypass in facts["bypasses"]},
    }


def _evidence(facts: Fields) -> Fields:
    failed = any(evidence["status"] == "failed" for evidence in facts["evidence"])
    return {"status": "failed", "reasons": [_reason("evidence_failed")]} if failed else SATISFIED


def _freeze(facts: Fields) -> Fields:
    ends = [
        window["end_ns"]
        for window in facts["windows"]
        if window["kind"] == "freeze" and window["start_ns"] <= facts["at_ns"]
    ]
    return _waiting(ends, "frozen")


def _conflict(facts: Fields) -> Fields:
    blocking = [each for each in facts["conflicts"] if each["relation"] in {"same_service", "exclusive"}]
    return _waiting([each["until_ns"] for each in blocking], "in_flight")


def _peer_review(facts: Fields) -> Fields:
    answers = {each["answer"] for each in facts["approvals"] if each["step"] == "peer_review"}
    if "veto" in answers:
        return {"status": "failed", "reasons": [_reason("vetoed")]}
    if answers:
        return SATISFIED
    return {"status": "pending", "needs": [{"group": facts["service"]["reviewers"], "approvals": 1}]}


def _waiting(ends: list[int | None], code: str) -> Fields:
    if not ends:
        return SATISFIED
    known = [end for end in ends if end is not None]
    until = max(known) if len(known) == len(ends) else None
    return {"status": "waiting", "until_ns": until, "reasons": [_reason(code)]}


def _honoured(bypass: Fields, facts: Fields) -> bool:
    unspent = bypass["used"] < bypass["uses"] and facts["at_ns"] < bypass["expires_ns"]
    return unspent and bypass["grant"] is not None


def _reason(code: str) -> Fields:
    return {"code": code, "message": code.replace("_", " ")}
