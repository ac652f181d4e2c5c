"""What the tests of the fold are made of: facts with bypasses, and assessments of them."""

from collections.abc import Sequence
from typing import Any, Final

from gate.domain.assessment import Assessment, Status, Verdict
from gate.domain.facts import BypassFacts, Facts, WindowFacts
from tests.builders import AT_NS, DAY, a_change, an_assessment, facts_for

CHANGE: Final = a_change(id="chg_1")
STEPS: Final = ("evidence", "freeze", "conflict", "segregation_of_duties", "peer_review")


def facts(*bypasses: BypassFacts, **fields: Any) -> Facts:
    return facts_for(CHANGE, bypasses=bypasses, **fields)


def a_grant(*skip: str, name: str = "b1", add: Sequence[str] = (), **fields: Any) -> BypassFacts:
    usual = {
        "id": name,
        "skip": skip,
        "add": [{"step": step, "needs": [{"group": "dba", "approvals": 1}]} for step in add],
        "reason": "It charges customers twice.",
        "ticket": "INC-1",
        "requested_by": "maria",
        "expires_ns": AT_NS + DAY,
        "names_commit": False,
        "uses": 1,
        "used": 0,
        "grant": None,
    }
    return BypassFacts.model_validate(usual | fields)


def honouring(*ids: str, **verdicts: Status) -> Assessment:
    return an_assessment(verdicts=verdicts, bypasses={bypass: {"honoured": True} for bypass in ids})


def judging(**verdicts: Status) -> Assessment:
    return honouring(**verdicts)


def waiting_until(**ends: int | None) -> Assessment:
    return an_assessment().model_copy(
        update={
            "required": tuple(ends),
            "verdicts": {step: Verdict(status="waiting", until_ns=end) for step, end in ends.items()},
        }
    )


def a_window(kind: str, start: int | None, end: int | None) -> WindowFacts:
    return WindowFacts.model_validate(
        {"name": "w", "kind": kind, "description": "", "start_ns": start, "end_ns": end, "overrun": "finish"}
    )
