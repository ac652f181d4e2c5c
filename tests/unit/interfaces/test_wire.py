"""What goes over the wire says all that the domain says, in RFC 3339 and in words that do not change."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from gate.application.active_policy import ActivePolicy
from gate.domain.assessment import Assessment
from gate.domain.decision import Decision, decide
from gate.domain.facts import BypassFacts, ConflictFacts, WindowFacts
from gate.domain.judgement import StoredChange
from gate.interfaces import (
    calendar_wire,
    freeze_wire,
    policy_wire,
    problem_wire,
    record_wire,
    step_wire,
    wire,
    wire_base,
)
from gate.interfaces.policy_wire import PolicyAnswer
from gate.interfaces.problem_wire import Problem
from gate.interfaces.record_wire import RecordAnswer, RecordedDecisionAnswer
from gate.interfaces.wire import ChangeAnswer, ChangeAsk, DecisionAnswer
from gate.ports import EngineStatus
from tests.builders import (
    AT_NS,
    COMMIT,
    HOUR,
    MINUTE,
    REVISION,
    a_change,
    a_decision,
    a_record,
    a_request,
    an_assessment,
    facts_for,
    finished,
    started,
)
from tests.house import a_bypass, a_policy
from tests.http_house import document

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
NOON = "2026-11-02T12:00:00Z"
TEN = "2026-11-02T10:00:00Z"


def dumped(model: BaseModel) -> dict[str, Any]:
    """What leaves."""
    told: dict[str, Any] = model.model_dump(mode="json", by_alias=True)
    assert type(model).model_validate_json(model.model_dump_json(by_alias=True)) == model
    return told


FREEZE = WindowFacts(
    name="stocktaking", kind="freeze", description="Counting.", start_ns=AT_NS, end_ns=AT_NS + 2 * HOUR, overrun="stop"
)
IN_FLIGHT = ConflictFacts(
    change="chg_other",
    service="ledger",
    relation="exclusive",
    resource="core-database",
    environment="production",
    distance=1,
    state="started",
    since_ns=AT_NS,
    until_ns=AT_NS + 1,
)
BYPASS = BypassFacts(
    id="double-charge",
    skip=("freeze",),
    add=(),
    reason="It charges twice.",
    ticket="INC-1",
    requested_by="maria",
    expires_ns=AT_NS + HOUR,
    names_commit=True,
    uses=1,
    used=0,
    grant=None,
)
ASSESSMENT: Mapping[str, Any] = {
    "revision": REVISION,
    "class": "emergency",
    "lane": "hotfix",
    "risk": {"class": "high", "score": 42, "factors": [{"name": "tier", "points": 42, "because": "tier 1"}]},
    "required": ["freeze", "conflict", "peer_review"],
    "verdicts": {
        "freeze": {
            "status": "waiting",
            "until_ns": AT_NS + 2 * HOUR,
            "reasons": [{"code": "frozen", "message": "Closed."}],
        },
        "conflict": {"status": "satisfied"},
        "peer_review": {
            "status": "pending",
            "needs": [{"group": "team-payments", "approvals": 2, "given": 1, "people": ["jan"]}],
        },
    },
    "bypasses": {"double-charge": {"honoured": True, "reasons": [{"code": "granted", "message": "By Ruth."}]}},
}


def a_full_decision() -> Decision:
    facts = facts_for(a_change(id="chg_1"), windows=(FREEZE,), conflicts=(IN_FLIGHT,), bypasses=(BYPASS,))
    return decide(facts, Assessment.model_validate(ASSESSMENT))


def test_a_decision_says_everything_at_once() -> None:
    assert dumped(DecisionAnswer.of(a_full_decision(), "rec_7")) == {
        "id": "chg_1.1",
        "outcome": "review",
        "class": "emergency",
        "lane": "hotfix",
        "risk": {"class": "high", "score": 42, "factors": [{"name": "tier", "points": 42, "because": "tier 1"}]},
        "steps": [
            {
                "step": "freeze",
                "status": "satisfied",
                "verdict": "waiting",
                "reasons": [{"code": "frozen", "message": "Closed."}],
                "until": NOON,
                "asked_since": None,
                "needs": [],
                "lifted_by": "double-charge",
                "added_by": None,
                "lifted": {
                    "by": None,
                    "bypass": "double-charge",
                    "break_glass": False,
                    "why": "It charges twice.",
                    "ticket": "INC-1",
                },
            },
            {
                "step": "conflict",
                "status": "satisfied",
                "verdict": "satisfied",
                "reasons": [],
                "until": None,
                "asked_since": None,
                "needs": [],
                "lifted_by": None,
                "added_by": None,
                "lifted": None,
            },
            {
                "step": "peer_review",
                "status": "pending",
                "verdict": "pending",
                "reasons": [],
                "until": None,
                "asked_since": None,
                "needs": [
                    {
                        "group": "team-payments",
                        "or": [],
                        "escalated_to": "",
                        "approvals": 2,
                        "given": 1,
                        "people": ["jan"],
                        "evidence": "",
                        "expected_wait_seconds": None,
                    }
                ],
                "lifted_by": None,
                "added_by": None,
                "lifted": None,
            },
        ],
        "bypasses": [
            {
                "id": "double-charge",
                "honoured": True,
                "lifts": ["freeze"],
                "reasons": [{"code": "granted", "message": "By Ruth."}],
                "break_glass": False,
                "by": None,
                "why": "It charges twice.",
                "ticket": "INC-1",
            }
        ],
        "windows": [
            {
                "name": "stocktaking",
                "kind": "freeze",
                "description": "Counting.",
                "start": TEN,
                "end": NOON,
                "incident": None,
                "pressed_by": None,
            },
        ],
        "conflicts": [
            {
                "change": "chg_other",
                "service": "ledger",
                "environment": "production",
                "relation": "exclusive",
                "resource": "core-database",
                "state": "started",
                "since": TEN,
                "until": "2026-11-02T10:00:00.000000001Z",
            }
        ],
        "decided_at": TEN,
        "starts_at": TEN,
        "passes_at": None,
        "place": None,
        "valid_until": None,
        "revision": REVISION,
        "record": "rec_7",
    }


def test_an_approval_says_until_when_it_is_valid() -> None:
    told = dumped(DecisionAnswer.of(a_decision(a_change()), "rec_1"))
    assert (told["outcome"], told["valid_until"], told["passes_at"]) == ("approved", "2026-11-02T10:15:00Z", None)


def test_what_waits_says_when_it_would_pass() -> None:
    waiting = an_assessment(verdicts={"freeze": "waiting"}).model_copy(
        update={"verdicts": Assessment.model_validate(ASSESSMENT).verdicts, "required": ("freeze",)}
    )
    told = dumped(DecisionAnswer.of(decide(facts_for(a_change()), waiting), "rec_1"))
    assert (told["outcome"], told["passes_at"], told["valid_until"]) == ("waiting", NOON, None)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (a_change(), {"state": "open", "started_at": None, "ended_at": None, "result": None}),
        (started(a_change()), {"state": "started", "started_at": "2026-11-02T10:01:00Z", "ended_at": None}),
        (
            finished(started(a_change()), "rolled_back"),
            {"state": "finished", "ended_at": "2026-11-02T11:00:00Z", "result": "rolled_back"},
        ),
    ],
    ids=["open", "started", "finished"],
)
def test_a_change_says_where_it_stands(change: Any, told: dict[str, Any]) -> None:
    stored = StoredChange(change, a_decision(change), "rec_1")
    answer = dumped(ChangeAnswer.of(stored, ActivePolicy(a_policy(), AT_NS), AT_NS + MINUTE))
    assert answer.items() >= told.items()
    assert (answer["asked_at"], answer["policy_age_seconds"]) == (TEN, 60)
    assert answer["links"] == {"self": f"/v1/changes/{change.id}", "decision": f"/v1/decisions/{change.id}.1"}


def test_a_policy_that_was_never_confirmed_has_no_age() -> None:
    stored = StoredChange(a_change(), a_decision(a_change()), "rec_1")
    assert ChangeAnswer.of(stored, ActivePolicy(a_policy()), AT_NS).policy_age_seconds is None


def test_a_policy_says_what_it_holds_and_who_judges() -> None:
    policy = a_policy({"bypasses/x.yaml": [a_bypass()]})
    active = ActivePolicy(policy, AT_NS, trouble="git did not answer")
    told = dumped(PolicyAnswer.of(policy, active, EngineStatus("embedded", "1.20.2", REVISION), AT_NS))
    assert (told["revision"], told["committed_at"], told["confirmed_at"]) == (REVISION, TEN, TEN)
    assert (told["services"], told["lanes"], told["windows"], told["bypasses"]) == (4, 1, 0, 1)
    assert (told["engine"], told["engine_version"], told["trouble"]) == ("embedded", "1.20.2", "git did not answer")


def test_every_instant_that_leaves_is_rfc_3339_in_utc() -> None:
    history = (RecordAnswer.of(a_record("decided", a_change())),)
    answer = DecisionAnswer.of(a_full_decision(), "rec_1")
    told = dumped(RecordedDecisionAnswer(decision=answer, facts={}, assessment={}, history=history))
    instants = [
        value
        for name, value in leaves(told)
        if name in {"at", "since", "until", "start", "end"} or name.endswith("_at")
    ]
    assert len([instant for instant in instants if instant]) == 8
    assert all(instant is None or RFC_3339.fullmatch(instant) for instant in instants)


def leaves(value: Any, name: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [leaf for key, child in value.items() for leaf in leaves(child, key)]
    if isinstance(value, list):
        return [leaf for child in value for leaf in leaves(child, name)]
    return [(name, value)]


def test_no_nanoseconds_leave() -> None:
    files = (wire, step_wire, record_wire, policy_wire, problem_wire, calendar_wire, freeze_wire)
    named = (model for file in files for model in vars(file).values())
    models = {model for model in named if isinstance(model, type) and issubclass(model, wire_base.Wire)}
    assert len(models) > 25
    assert not [name for model in models for name in model.model_fields if name.endswith("_ns")]


def test_what_is_asked_is_the_request_that_the_domain_knows() -> None:
    request = a_request(paths=["a"], labels={"risk": "high"}, duration="PT5M")
    asked = ChangeAsk.model_validate(request.model_dump())
    assert asked.request() == request
    assert type(asked.request()) is type(request)


def test_the_example_of_the_documentation_is_a_request() -> None:
    (example,) = ChangeAsk.model_json_schema()["examples"]
    assert ChangeAsk.model_validate(example).request().commit == example["commit"]
    assert ChangeAsk.model_validate(document()).commit == COMMIT


def test_a_problem_that_says_little_is_still_one() -> None:
    problem = Problem(type="about:blank", title="No", status=404, detail="no")
    assert dumped(problem)["errors"] == dumped(problem)["findings"] == []
