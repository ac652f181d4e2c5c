"""What `gate policy` commands find and show, without an engine or a repository."""

import asyncio
import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from gate.application.policy_check import CaseResult, PolicyReport
from gate.domain.assessment import Reason
from gate.domain.errors import CallerError, PolicyRejectedError
from gate.domain.finding import Finding
from gate.interfaces.bypass_wire import BypassAnswer
from gate.interfaces.cli import policy_check, policy_in_force, policy_in_full, render_policy
from gate.interfaces.cli.policy_place import PolicyPlace
from gate.interfaces.cli.policy_result import PolicyResult
from gate.interfaces.cli.policy_test import selecting
from gate.interfaces.policy_wire import FindingAnswer, PolicyAnswer
from gate.ports import RegoTest
from tests.house import a_freeze, a_policy
from tests.simulators.policy_engine import PolicyEngineSimulator, SimulatedPolicy

PLACE = PolicyPlace(Path("house"), None, "policies")
POLICY = a_policy()
FINDING = Finding(message="is unknown", path="services/a.yaml", line=3, field="owners", hint="name one")
PASSED = RegoTest("data.x.test_a", "rego/x_test.rego", passed=True)
FAILED = RegoTest("data.x.test_b", "rego/x_test.rego", passed=False, message="expected 1")
CASE = CaseResult("cases/a.yaml", "a freeze holds", ("outcome is approved, expected waiting",))


def result(
    findings: Sequence[Finding] = (), tests: Sequence[RegoTest] = (), cases: Sequence[CaseResult] = ()
) -> PolicyResult:
    return PolicyResult.of(PLACE, POLICY, PolicyReport(tuple(findings), tuple(tests), tuple(cases)), 1.24)


def text(of: PolicyResult) -> list[str]:
    return [line.text for line in render_policy.lines(of)]


def tried(pattern: str, *tests: RegoTest) -> PolicyReport:
    engine = PolicyEngineSimulator(lambda _: SimulatedPolicy(tests=tests))
    return asyncio.run(selecting(pattern)(POLICY, engine, lambda _: None))


def test_a_clean_policy_says_what_was_looked_at() -> None:
    clean = result()
    assert text(clean) == [f"{POLICY.revision}: {POLICY.documents} documents and 5 Rego modules checked in 1.2 s"]
    assert clean.exit_status == 0


def test_a_finding_is_placed_where_an_editor_can_follow() -> None:
    found = result([FINDING])
    assert text(found)[0] == "house/policies/services/a.yaml:3: owners: is unknown (name one)"
    assert text(found)[1].endswith("1 finding in 1.2 s")
    assert found.exit_status == 1


def test_a_warning_alone_rejects_nothing() -> None:
    warned = result([FINDING.model_copy(update={"severity": "warning"})])
    assert warned.exit_status == 0
    assert text(warned)[0] == "house/policies/services/a.yaml:3: warning: owners: is unknown (name one)"
    assert text(warned)[1].endswith("checked, 1 warning in 1.2 s")
    [command, _] = render_policy.annotations(warned).splitlines()
    assert command.startswith("::warning file=house/policies/services/a.yaml,line=3")
    assert command.endswith("::owners: is unknown (name one)")


def test_what_failed_is_told_before_the_counts() -> None:
    failed = result(tests=[PASSED, FAILED], cases=[CASE])
    lines = text(failed)
    assert lines[0] == "house/policies/rego/x_test.rego: test data.x.test_b failed: expected 1"
    assert lines[1] == "house/policies/cases/a.yaml: case 'a freeze holds': outcome is approved, expected waiting"
    assert lines[2].endswith("1 of 2 tests failed, 1 of 1 case failed in 1.2 s")
    assert failed.exit_status == 1


def test_a_policy_that_cannot_be_read_is_a_result() -> None:
    rejected = PolicyResult.of_rejected(PLACE, PolicyRejectedError("r" * 40, [FINDING]), 0.1)
    assert rejected.exit_status == 1
    assert text(rejected)[-1] == f"{'r' * 40}: 1 finding in 0.1 s"


def test_json_lists_what_passed_too() -> None:
    told = json.loads(render_policy.document(result(tests=[PASSED], cases=[CASE])))
    assert told["passed"] is False
    assert told["tests"] == [{"name": "data.x.test_a", "path": "rego/x_test.rego", "passed": True, "message": ""}]
    assert told["cases"][0]["differences"] == ["outcome is approved, expected waiting"]


def test_annotations_stand_on_the_lines_of_the_files() -> None:
    commands = render_policy.annotations(result([FINDING])).splitlines()
    place = "file=house/policies/services/a.yaml,line=3,title=Change Gate policy owners"
    assert commands[0] == f"::error {place}::owners: is unknown (name one)"
    assert commands[1].startswith("::error title=Change Gate policy::")


def test_a_check_tells_what_may_be_wrong() -> None:
    over = a_freeze(name="over", start="2020-01-01T00:00", end="2020-01-02T00:00")
    policy = a_policy({"calendar/x.yaml": [over]})
    engine = PolicyEngineSimulator(lambda _: SimulatedPolicy())
    report = asyncio.run(policy_check.compiled(policy, engine, lambda _: None))
    assert report.passed
    assert [finding.severity for finding in report.findings] == ["warning"]


def test_what_may_be_wrong_is_told_beside_the_tests_and_is_no_test() -> None:
    over = a_freeze(name="over", start="2020-01-01T00:00", end="2020-01-02T00:00")
    policy = a_policy({"calendar/x.yaml": [over]})
    engine = PolicyEngineSimulator(lambda _: SimulatedPolicy())
    report = asyncio.run(selecting("")(policy, engine, lambda _: None))
    assert [finding.severity for finding in report.findings] == ["warning", "error"]
    assert report.findings[1].message == "there is no test and no case"


def test_only_what_is_named_is_run() -> None:
    assert tried("test_a", PASSED, FAILED).tests == (PASSED,)
    assert tried("test_?", PASSED, FAILED).tests == (PASSED, FAILED)
    assert tried("x_test.rego", PASSED, FAILED).tests == (PASSED, FAILED)


def test_a_pattern_that_names_nothing_is_a_usage_error() -> None:
    with pytest.raises(CallerError, match="'nonsense'"):
        tried("nonsense", PASSED)


def test_a_policy_that_tests_nothing_has_not_passed() -> None:
    report = tried("")
    assert not report.passed
    assert report.findings[0].message == "there is no test and no case"


def test_all_that_a_policy_says_is_shown() -> None:
    shown = "\n".join(line.text for line in policy_in_full.lines(POLICY))

    def found(pattern: str) -> bool:
        return re.search(pattern, shown) is not None

    assert found(r"standard +evidence, freeze, conflict")
    assert found(r"peer_review +1 of \$service.reviewers +may be skipped by \$service.owners")
    assert found(r"segregation_of_duties +no people +never skipped")
    assert found(r"medium +from 20 points")
    assert found(r"flags +flags/\*\*")
    assert found(r"payments +1 +team-payments +revenue +ledger")


def test_windows_are_shown_with_all_that_they_say_of_time() -> None:
    days = {"start": "2026-12-24", "end": "2026-12-26", "rdate": ["2026-12-31"], "exdate": ["2027-12-24"]}
    policy = a_policy({"calendar/x.yaml": [a_freeze(), a_freeze(name="feast", recurrence="FREQ=YEARLY", **days)]})
    shown = [" ".join(line.text.split()) for line in policy_in_full.lines(policy)]
    assert "Freeze stocktaking 2026-11-02 09:00 to 2026-11-02 12:00 UTC once production" in shown
    repeated = "FREQ=YEARLY; also 2026-12-31; not 2027-12-24"
    assert f"Freeze feast 2026-12-24 to 2026-12-26 UTC {repeated} production" in shown


def test_the_same_as_json() -> None:
    told = json.loads(policy_in_full.document(POLICY))
    assert told["process"]["classes"]["standard"] == ["evidence", "freeze", "conflict"]
    assert {service["name"] for service in told["services"]} == set(POLICY.catalogue.services)


IN_FORCE = PolicyAnswer(
    revision="a" * 40,
    committed_at="2026-11-20T10:00:00Z",
    confirmed_at="2026-11-27T10:00:00Z",
    age_seconds=75,
    stale=False,
    trouble="",
    rejected_revision=None,
    findings=(),
    documents=89,
    services=14,
    windows=5,
    lanes=6,
    bypasses=0,
    engine="embedded",
    engine_version="1.20.2",
)


def in_force(policy: PolicyAnswer, *bypasses: BypassAnswer) -> list[str]:
    return [line.text for line in policy_in_force.lines(policy, bypasses)]


def test_what_is_in_force_is_shown_with_its_age() -> None:
    assert in_force(IN_FORCE) == [
        f"Revision {'a' * 40}, committed 2026-11-20T10:00:00Z",
        "  confirmed by its repository 1 min 15 s ago",
        "  89 documents: 14 services, 5 windows, 6 lanes, 0 bypasses",
        "  judged by OPA 1.20.2 (embedded)",
    ]


def test_a_stale_policy_and_a_rejected_one_are_not_hidden() -> None:
    finding = FindingAnswer(message="is unknown", path="a.yaml", line=3, field="owners", hint="")
    case = finding.model_copy(update={"path": "cases/a.yaml", "line": 0, "field": ""})
    trouble = {"stale": True, "trouble": "git is away", "rejected_revision": "b" * 40, "findings": (finding, case)}
    shown = in_force(IN_FORCE.model_copy(update=trouble))
    assert "  confirmed by its repository 1 min 15 s ago; this is too long ago" in shown
    assert "  last look failed: git is away" in shown
    assert shown[-3:] == [
        f"Revision {'b' * 40} was rejected:",
        "  a.yaml:3: owners: is unknown",
        "  cases/a.yaml: is unknown",
    ]


def test_bypasses_in_force_are_shown() -> None:
    bypass = BypassAnswer(
        id="double-charge",
        service="payments",
        environment="production",
        commit="c" * 40,
        skip=("freeze",),
        reason="It charges twice.",
        ticket="INC-1",
        requested_by="maria",
        expires="2026-11-27T20:00:00Z",
        uses=1,
        used=0,
        left=1,
        state="refused",
        granted_by=None,
        reasons=(Reason(code="not_granted", message="nothing shows who granted it"),),
    )
    assert in_force(IN_FORCE, bypass)[-4:] == [
        "Bypass double-charge: payments into production at cccccccccccc skips freeze",
        "  refused; asked by maria (INC-1), 1 of 1 use left, until 2026-11-27T20:00:00Z",
        "  It charges twice.",
        "  nothing shows who granted it",
    ]
