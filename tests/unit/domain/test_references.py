"""A name that one file uses must be defined by another; what was meant is said."""

from typing import Any

import pytest

from gate.domain.errors import PolicyRejectedError
from tests.house import FILES, MODULES, Files, a_bypass, a_freeze, a_policy

[PROCESS] = FILES["process.yaml"]
[STATUS_PAGE] = FILES["services/status-page.yaml"]
[FLAGS] = FILES["lanes/flags.yaml"]


def findings(files: Files, modules: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(PolicyRejectedError) as caught:
        a_policy(files, modules=modules or MODULES)
    return [str(finding) for finding in caught.value.findings]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"owners": "team-paymnets"}, "owners: no group is called 'team-paymnets'; did you mean team-payments"),
        ({"reviewers": "nobody"}, "reviewers: no group is called 'nobody'"),
        ({"objective": "revenues"}, "objective: no objective is called 'revenues'; did you mean revenue?"),
        ({"depends_on": ["ledger", "legder"]}, "depends_on.1: no service is called 'legder'; did you mean ledger?"),
        ({"environments": ["prod"]}, "environments.0: no environment is called 'prod'; did you mean production?"),
    ],
)
def test_a_service_refers_to_groups_objectives_services_and_environments(fields: dict[str, Any], expected: str) -> None:
    [finding] = findings({"services/status-page.yaml": [{**STATUS_PAGE, **fields}]})
    assert finding.startswith("services/status-page.yaml:")
    assert expected in finding


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"classes": {"normal": ["freze"]}}, "classes.normal.0: no step is called 'freze'; did you mean freeze?"),
        ({"risk": {"high": ["freeze", "oracle"]}}, "risk.high.1: no step is called 'oracle'"),
        ({"steps": {"conflct": {}}}, "steps.conflct: no step is called 'conflct'; did you mean conflict?"),
        ({"steps": {"freeze": {"bypass": {"by": "x"}}}}, "steps.freeze.bypass.by: no group is called 'x'"),
        ({"steps": {"freeze": {"needs": {"group": "y"}}}}, "steps.freeze.needs.group: no group is called 'y'"),
        (
            {"steps": {"freeze": {"needs": [{"group": "release-managers"}, {"group": "y"}]}}},
            "steps.freeze.needs.1.group: no group is called 'y'",
        ),
        ({"evidence": {"prod": ["tests"]}}, "evidence.prod: no environment is called 'prod'; did you mean production?"),
        (
            {"steps": {"segregation_of_duties": {"bypass": {"by": "release-managers"}}}},
            "steps.segregation_of_duties.bypass: segregation_of_duties can never be bypassed",
        ),
    ],
)
def test_the_process_refers_to_steps_groups_and_environments(fields: dict[str, Any], expected: str) -> None:
    [finding] = findings({"process.yaml": [{**PROCESS, **fields}]})
    assert expected in finding


def test_the_services_own_groups_and_every_environment_may_always_be_named() -> None:
    rules = {"freeze": {"needs": {"group": "$service.owners"}, "bypass": {"by": "$service.reviewers"}}}
    assert a_policy({"process.yaml": [{**PROCESS, "steps": rules, "evidence": {"*": ["tests"]}}]})


def test_a_step_that_only_its_test_defines_is_not_defined() -> None:
    modules = {path: source for path, source in MODULES.items() if "conflict" not in path}
    modules["rego/steps/conflict_test.rego"] = "package gate.steps.conflict_test\n"
    assert all("no step is called 'conflict'" in finding for finding in findings({}, modules))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"change": {"service": "payment", "environment": "production"}}, "change.service: no service is called"),
        ({"change": {"service": "payments", "environment": "prod"}}, "change.environment: no environment is called"),
        ({"skip": ["freze"]}, "skip.0: no step is called 'freze'; did you mean freeze?"),
        ({"add": [{"step": "dba_pairing", "needs": {"group": "dba"}}]}, "add.0.needs.group: no group is called 'dba'"),
        (
            {"add": [{"step": "peer_review", "needs": {"group": "$service.owners"}}]},
            "add.0.step: peer_review is a step of the process (give the one-time step a name of its own)",
        ),
    ],
)
def test_a_bypass_refers_to_what_there_is_and_adds_what_there_is_not(fields: dict[str, Any], expected: str) -> None:
    [finding] = findings({"bypasses/x.yaml": [a_bypass(**fields)]})
    assert finding.startswith("bypasses/x.yaml:")
    assert expected in finding


def test_a_bypass_may_add_a_step_of_its_own() -> None:
    adds = [{"step": "dba_pairing", "needs": {"group": "team-ledger"}}]
    assert a_policy({"bypasses/x.yaml": [a_bypass(add=adds)]})


@pytest.mark.parametrize("kind", ["Freeze", "Maintenance", "Advisory"])
@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({"services": ["paymnets"]}, "scope.services.0: no service is called 'paymnets'; did you mean payments?"),
        ({"environments": ["prod"]}, "scope.environments.0: no environment is called 'prod'; did you mean production?"),
        ({"except": {"services": ["ledger", "legder"]}}, "scope.except.services.1: no service is called 'legder'"),
        (
            {"owners": ["team-paymnets"]},
            "scope.owners.0: no group is called 'team-paymnets'; did you mean team-payments",
        ),
        ({"objectives": ["revenues"]}, "scope.objectives.0: no objective is called 'revenues'; did you mean revenue?"),
        ({"except": {"owners": ["nobody"]}}, "scope.except.owners.0: no group is called 'nobody'"),
        ({"except": {"environments": ["stging"]}}, "scope.except.environments.0: no environment is called 'stging'"),
    ],
)
def test_a_window_that_names_what_nobody_has_would_close_nothing(
    kind: str, scope: dict[str, Any], expected: str
) -> None:
    [finding] = findings({"calendar/x.yaml": [a_freeze(kind=kind, scope=scope)]})
    assert finding.startswith("calendar/x.yaml:")
    assert expected in finding


def test_a_glob_may_match_nothing_yet() -> None:
    assert a_policy({"calendar/x.yaml": [a_freeze(scope={"services": ["new-*"], "environments": ["prod-*"]})]})


def test_an_incident_and_a_lane_name_what_there_is_too() -> None:
    lost = {"services": ["paymnets"], "environments": ["production"]}
    incident = {"kind": "Incident", "name": "i", "start": "2026-11-02T09:00", "scope": lost}
    found = findings({"calendar/x.yaml": [incident], "lanes/flags.yaml": [{**FLAGS, "scope": lost}]})
    assert sorted(finding.split(":")[0] for finding in found) == ["calendar/x.yaml", "lanes/flags.yaml"]


def test_a_lane_that_names_no_environment_would_lead_everywhere() -> None:
    [finding] = findings({"lanes/flags.yaml": [{**FLAGS, "scope": {"services": ["payments"]}}]})
    assert "scope.environments: a lane names the environments that it leads into" in finding


def test_an_address_that_two_people_claim_shows_nobody() -> None:
    mallory = {"kind": "Person", "name": "mallory", "emails": ["m@house.test", "RUTH@house.test"]}
    [finding] = findings({"people.yaml": [mallory]})
    assert finding == "people.yaml:3: emails.1: RUTH@house.test is an address of ruth already"


def test_the_same_address_twice_at_one_person_is_nobodys_harm() -> None:
    assert a_policy({"people.yaml": [{"kind": "Person", "name": "jan", "emails": ["jan@x.test", "JAN@x.test"]}]})
