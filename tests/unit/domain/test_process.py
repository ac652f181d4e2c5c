"""The process as it may be written."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from gate.domain.process import GateSettings, Lane, Process, RiskModel
from tests.builders import DAY
from tests.house import FILES

[PROCESS] = FILES["process.yaml"]
[GATE] = FILES["gate.yaml"]
[RISK] = FILES["risk.yaml"]
[LANE] = FILES["lanes/flags.yaml"]


def test_every_step_that_can_be_demanded_is_named_once_in_order_of_first_mention() -> None:
    process = Process.model_validate({**PROCESS, "risk": {"high": ["owner_approval", "freeze"]}})
    assert process.named_steps() == [
        *("evidence", "freeze", "conflict", "segregation_of_duties", "peer_review", "owner_approval")
    ]


def test_a_step_whose_bypass_is_not_written_is_never_bypassed() -> None:
    process = Process.model_validate({**PROCESS, "steps": {"conflict": {}}})
    assert process.steps["conflict"].bypass == "never"


def test_what_a_step_needs_is_one_group_or_several() -> None:
    several = [{"group": "team-payments", "expires": "P5D"}, {"group": "release-managers", "approvals": 2}]
    rules = {"freeze": {"needs": several[1]}, "peer_review": {"needs": several}, "evidence": {}}
    process = Process.model_validate({**PROCESS, "steps": rules})
    assert [needs.approvals for needs in process.needs_of("freeze")] == [2]
    assert [(n.group, n.expires_ns) for n in process.needs_of("peer_review")] == [
        ("team-payments", 5 * DAY),
        ("release-managers", None),
    ]
    assert process.needs_of("evidence") == process.needs_of("unheard-of") == ()


def test_different_steps_need_different_people_unless_the_process_says_otherwise() -> None:
    assert Process.model_validate(PROCESS).distinct
    assert not Process.model_validate({**PROCESS, "distinct": False}).distinct


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Process, {"classes": {"normal": []}}),
        (Process, {"classes": {"urgent": ["freeze"]}}),
        (Process, {"risk": {"huge": ["freeze"]}}),
        (Process, {"steps": {"freeze": {"bypas": {"by": "x"}}}}),
        (Process, {"steps": {"freeze": {"bypass": "always"}}}),
        (Process, {"steps": {"freeze": {"bypass": {"by": "$service.anybody"}}}}),
        (Process, {"steps": {"freeze": {"needs": {"group": "x", "approvals": 0}}}}),
        (Process, {"steps": {"freeze": {"needs": []}}}),
        (Process, {"steps": {"freeze": {"needs": [{"group": "x", "approvals": 0}]}}}),
        (Process, {"steps": {"freeze": {"needs": [{"group": "x"}] * 5}}}),
        (Process, {"steps": {"freeze": {"needs": {"group": "x", "expires": "P0D"}}}}),
        (Process, {"steps": {"freeze": {"needs": {"group": "x", "expires": 5}}}}),
        (Process, {"distinct": "sometimes"}),
        (Process, {"conflicts": {"same_service": "ignore"}}),
        (Process, {"dependency_depth": 6}),
        (Process, {"capacity": {"per_team": 0}}),
        (Process, {"bypass": {"max_life": "P400D"}}),
        (GateSettings, {"format": 2}),
        (GateSettings, {"environments": {}}),
        (GateSettings, {"environments": {"production": {"when_stale": "shrug"}}}),
        (GateSettings, {"staleness": "PT0S"}),
        (GateSettings, {"grants": "anybody"}),
        (RiskModel, {"thresholds": {"enormous": 90}}),
        (RiskModel, {"factors": {"tier": {"1": 1.5}}}),
        (Lane, {"paths": []}),
        (Lane, {"requires": {"max_files": -1}}),
        (Lane, {"requires": {"maxfiles": 5}}),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_and_not_silently_no_rule(
    model: type[BaseModel], fields: dict[str, Any]
) -> None:
    whole = {Process: PROCESS, GateSettings: GATE, RiskModel: RISK, Lane: LANE}[model]
    model.model_validate(whole)
    with pytest.raises(ValidationError):
        model.model_validate({**whole, **fields})


def test_where_nothing_is_said_of_staleness_it_refuses() -> None:
    environments = GateSettings.model_validate(GATE).environments
    assert (environments["production"].when_stale, environments["staging"].when_stale) == ("refuse", "allow")
