"""The house's policy in Python: what its Rego would say, for tests of everything but Rego."""

import math
from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]
SATISFIED: Fields = {"status": "satisfied"}


def assessment(facts: Fields) -> dict[str, Any]:
    """Evidence, freeze and conflict, what must be finished first; a peer review for what is labelled risky.

    An emergency is what names an incident.
    """
    verdicts = {"evidence": _evidence(facts), "freeze": _freeze(facts), "conflict": _conflict(facts)}
    if facts["prerequisites"]:
        verdicts["prerequisites"] = _prerequisites(facts)
    if facts["change"]["labels"].get("risk") == "high":
        verdicts["peer_review"] = _peer_review(facts)
    return {
        "revision": facts["revision"],
        "class": _class(facts),
        "lane": None,
        "risk": {"class": "low", "score": 10, "factors": [{"name": "tier", "points": 10}]},
        "required": list(verdicts),
        "verdicts": verdicts,
        "bypasses": {bypass["id"]: {"honoured": _honoured(bypass, facts)} for bypass in facts["bypasses"]},
    }


def _class(facts: Fields) -> str:
    return "normal" if facts["change"]["incident"] is None else "emergency"


def _evidence(facts: Fields) -> Fields:
    failed = any(evidence["status"] == "failed" for evidence in facts["evidence"])
    return {"status": "failed", "reasons": [_reason("evidence_failed")]} if failed else SATISFIED


def _freeze(facts: Fields) -> Fields:
    ends = [window["end_ns"] for window in facts["windows"] if window["kind"] == "freeze" and _closes(window, facts)]
    openings = [window for window in facts["windows"] if window["kind"] == "maintenance"]
    if openings and not any(_is_open(window, facts) or _may_finish(window, facts) for window in openings):
        ends.append(min(window["start_ns"] for window in openings))
    return _waiting(ends, "frozen")


def _closes(window: Fields, facts: Fields) -> bool:
    start_ns = facts["change"]["start_ns"]
    repairs = window["incident"] is not None and window["incident"] == facts["change"]["incident"]
    return (
        bool(window["start_ns"] <= start_ns < (window["end_ns"] or math.inf))
        and not repairs
        and not _may_finish(window, facts)
    )


def _is_open(window: Fields, facts: Fields) -> bool:
    return bool(window["start_ns"] <= facts["change"]["start_ns"] < window["end_ns"])


def _may_finish(window: Fields, facts: Fields) -> bool:
    return bool(facts["change"]["state"] == "started" and window["overrun"] == "finish")


def _conflict(facts: Fields) -> Fields:
    related = [each for each in facts["conflicts"] if each["relation"] not in {"depends_on", "dependent"}]
    own = _place(_class(facts), facts["change"]["in_line_since_ns"], facts["change"]["id"])
    ahead = [
        each
        for each in related
        if each["state"] != "queued" or _place(each["class"], each["in_line_since_ns"], each["change"]) < own
    ]
    return _waiting([each["until_ns"] for each in ahead], "in_flight")


def _place(change_class: str, in_line_since_ns: int, change: str) -> tuple[bool, int, str]:
    return change_class != "emergency", in_line_since_ns, change


def _prerequisites(facts: Fields) -> Fields:
    results = {each["result"] for each in facts["prerequisites"]}
    states = {each["state"] for each in facts["prerequisites"]}
    if facts["circle"] or results & {"failed", "rolled_back"} or "withdrawn" in states:
        return {"status": "failed", "reasons": [_reason("prerequisite_lost")]}
    return SATISFIED if results == {"succeeded"} else _waiting([None], "prerequisite_open")


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
    unspent = bypass["taken"] or (bypass["used"] < bypass["uses"] and facts["at_ns"] < bypass["expires_ns"])
    if bypass["break_glass"] is not None:
        return bool(bypass["taken"] or facts["change"]["start_ns"] < bypass["expires_ns"])
    lane_is_open = bypass["taken"] or facts["team_bypasses"]["pirs_overdue"] == 0
    return unspent and lane_is_open and bypass["grant"] is not None


def _reason(code: str) -> Fields:
    return {"code": code, "message": code.replace("_", " ")}
