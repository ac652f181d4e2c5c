"""The command line against a real gate: what a pipeline sees, and what its exit status tells it.

Services are used up: an approved change holds its service, so each test asks for one of its own.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx2
import pytest

from tests.acceptance.served import PROJECT, SOMEBODY, Ended, ServedGate, clean_environment, gate, git

COMMIT = "4f0c2f6d1f0d4c3b8a7e6d5c4b3a291817161514"
OTHER = "77de68daecd823babbb58edb1c8e14d7106e83bb"
NOWHERE = "http://127.0.0.1:1"

REFUSED = ("--service", "payments", "--environment", "production", "--commit", COMMIT)
"""Nobody is named as its author."""
REVIEW = (
    "--service",
    "orders",
    "--environment",
    "production",
    "--commit",
    COMMIT,
    "--author",
    "lena",
    "--path",
    "a.py",
)


def rehearsal(service: str, commit: str = COMMIT) -> tuple[str, ...]:
    """A change that the pack approves at any time of any day: into staging, with tests passed."""
    named = ("--service", service, "--environment", "staging", "--commit", commit)
    return (*named, "--path", "src/a.py", "--evidence", "tests=passed")


def ask(served: ServedGate, *arguments: str, environment: Mapping[str, str] | None = None) -> Ended:
    return served.gate("check", *arguments, environment=environment)


def change_of(served: ServedGate, *arguments: str) -> str:
    return str(json.loads(ask(served, *arguments, "--output", "json").out)["id"])


def test_a_standard_change_is_approved_with_no_human(served_gate: ServedGate) -> None:
    done = ask(served_gate, *rehearsal("web-shop"))
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("APPROVED: web-shop into staging at 4f0c2f6d1f0d\n  standard change by lane rehearsal")
    assert "may start until" in done.out


def test_a_change_without_an_author_is_refused(served_gate: ServedGate) -> None:
    done = ask(served_gate, *REFUSED)
    assert done.status == 10
    assert done.out.startswith("REFUSED: payments into production")
    assert "✗ segregation_of_duties" in done.out


def test_a_riskier_change_is_reviewed_by_those_it_names(served_gate: ServedGate) -> None:
    done = ask(served_gate, *REVIEW, "--evidence", "tests=passed", "--evidence", "security-scan=passed")
    assert done.status == 11
    assert "… peer_review" in done.out
    assert "oskar" in done.out


def test_a_change_that_collides_waits(served_gate: ServedGate) -> None:
    assert ask(served_gate, *rehearsal("ledger")).status == 0
    done = ask(served_gate, *rehearsal("ledger", OTHER))
    assert done.status == 12
    assert "⏳ conflict" in done.out


def test_a_change_that_waits_goes_on_by_itself(served_gate: ServedGate) -> None:
    first = change_of(served_gate, *rehearsal("identity"))
    arguments = [sys.executable, "-m", "gate", "check", *rehearsal("identity", OTHER), "--wait", "60s"]
    with subprocess.Popen(  # noqa: S603 -- the gate itself
        arguments,
        cwd=PROJECT,
        env=clean_environment(GATE_URL=served_gate.url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as waiting:
        assert waiting.stderr is not None
        assert waiting.stderr.readline().startswith("waiting: identity into staging")
        httpx2.post(f"{served_gate.url}/v1/changes/{first}/withdraw").raise_for_status()
        out, _ = waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    assert out.startswith("APPROVED: identity into staging at 77de68daecd8")


def test_an_approved_change_starts_where_that_is_asked(served_gate: ServedGate) -> None:
    done = ask(served_gate, *rehearsal("search"), "--start")
    assert done.status == 0
    assert done.out.startswith("APPROVED, started: search into staging")


def test_the_same_run_is_answered_once(served_gate: ServedGate) -> None:
    run = {"GITHUB_RUN_ID": "841", "GITHUB_RUN_ATTEMPT": "1"}
    first, again = (ask(served_gate, *rehearsal("reporting"), "--output", "json", environment=run) for _ in range(2))
    assert (first.status, again.status) == (0, 0)
    assert json.loads(first.out)["id"] == json.loads(again.out)["id"]


def test_the_approval_of_a_change_that_is_over_is_not_used_again(served_gate: ServedGate) -> None:
    asked = (*rehearsal("notifications"), "--run", "build-7")
    change = change_of(served_gate, *asked)
    httpx2.post(f"{served_gate.url}/v1/changes/{change}/withdraw").raise_for_status()
    done = ask(served_gate, *asked)
    assert done.status == 2
    assert "withdrawn already" in done.err


def test_a_request_can_come_as_json(served_gate: ServedGate) -> None:
    asked = {"service": "mobile-app", "environment": "production", "commit": COMMIT, "author": "yuki"}
    done = served_gate.gate("check", "--request", "-", "--environment", "staging", given=json.dumps(asked))
    assert done.status in {0, 11}
    assert "mobile-app into staging" in done.out


def test_the_checkout_tells_commit_paths_and_size(served_gate: ServedGate, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, *SOMEBODY, "commit", "-q", "--allow-empty", "-m", "x")
    git(tmp_path, "tag", "deployed")
    (tmp_path / "a.txt").write_text("1\n2\n")
    git(tmp_path, "add", ".")
    git(tmp_path, *SOMEBODY, "commit", "-q", "-m", "y")
    named = ("--service", "help-centre", "--environment", "staging", "--evidence", "tests=passed")
    done = served_gate.gate("check", *named, "--paths-from", "deployed", "--output", "json", folder=tmp_path)
    assert done.status == 0, done.err
    facts = served_gate.get(json.loads(done.out)["links"]["decision"])["facts"]["change"]
    assert facts["commit"] == git(tmp_path, "rev-parse", "HEAD")
    assert (facts["paths"], facts["files"], facts["lines"], facts["commits"]) == (["a.txt"], 1, 2, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(("--service", "payment", "--environment", "production", "--commit", COMMIT), id="unknown service"),
        pytest.param(("--service", "payments", "--environment", "mars", "--commit", COMMIT), id="unknown environment"),
        pytest.param((*REFUSED, "--kind", "a b"), id="invalid field"),
        pytest.param((*REFUSED, "--evidence", "tests"), id="an option of another form"),
        pytest.param((*REFUSED, "--wait", "soon"), id="no length of time"),
        pytest.param((*REFUSED, "--url", "nowhere"), id="no URL"),
        pytest.param((*REFUSED, "--request", "/nowhere.json"), id="no file"),
        pytest.param(("--environment", "production"), id="no service"),
    ],
)
def test_what_is_asked_wrongly_is_a_usage_error(served_gate: ServedGate, wrong: tuple[str, ...]) -> None:
    done = ask(served_gate, *wrong)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("Error: ")


def test_json_is_the_answer(served_gate: ServedGate) -> None:
    done = ask(served_gate, *REFUSED, "--output", "json")
    told = json.loads(done.out)
    assert (done.status, told["decision"]["outcome"], told["service"]) == (10, "refused", "payments")


def test_junit_has_a_case_for_each_step(served_gate: ServedGate) -> None:
    done = ask(served_gate, *REFUSED, "--output", "junit")
    suite = ET.fromstring(done.out)[0]  # noqa: S314 -- made by the gate a moment ago
    assert done.status == 10
    assert {case.attrib["name"] for case in suite.iter("testcase")} >= {"freeze", "segregation_of_duties"}


def test_github_gets_annotations_a_summary_and_outputs(served_gate: ServedGate, tmp_path: Path) -> None:
    files = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_OUTPUT": str(tmp_path / "output")}
    done = ask(served_gate, *REFUSED, "--output", "github", environment=files)
    assert done.status == 10
    assert done.out.startswith("::error title=Change Gate%3A refused::payments into production")
    assert "### Change Gate: refused" in (tmp_path / "summary").read_text()
    assert "outcome=refused\n" in (tmp_path / "output").read_text()


@pytest.mark.parametrize("output", ["text", "json", "github", "junit"])
def test_a_gate_that_is_away_approves_nothing_in_any_form(output: str) -> None:
    done = gate("check", *REFUSED, "--url", NOWHERE, "--output", output)
    assert done.status == 20
    assert "does not answer" in done.out + done.err


def test_waiting_for_a_gate_that_stays_away_ends() -> None:
    done = gate("check", *REFUSED, "--url", NOWHERE, "--wait", "1s")
    assert done.status == 20
    assert "asking again" in done.err


def test_a_change_and_a_decision_can_be_explained(served_gate: ServedGate) -> None:
    change = change_of(served_gate, *REFUSED)
    told = served_gate.gate("explain", change)
    assert told.status == 0
    assert told.out.startswith(f"Change {change}: payments into production at 4f0c2f6d1f0d")
    assert "REFUSED at " in told.out
    assert "asked for" in told.out
    again = served_gate.gate("explain", f"{change}.1", "--output", "json")
    assert json.loads(again.out)["facts"]["change"]["id"] == change


def test_nobody_can_explain_what_nobody_knows(served_gate: ServedGate) -> None:
    assert served_gate.gate("explain", "chg_nothing").status == 2
    assert gate("explain", "chg_nothing", "--url", NOWHERE).status == 20


def test_a_new_policy_repository_passes_its_own_checks_and_tests(served_gate: ServedGate) -> None:
    # The shared gate's repository was made by `gate init`.
    repository = str(served_gate.policy)
    checked = gate("policy", "check", repository)
    assert (checked.status, checked.err) == (0, "")
    assert "Rego modules checked" in checked.out
    tested = gate("policy", "test", repository, "--revision", "HEAD")
    assert tested.status == 0
    assert "tests passed" in tested.out
    assert "cases passed" in tested.out


def test_a_pattern_selects_what_is_tested(served_gate: ServedGate) -> None:
    told = gate("policy", "test", str(served_gate.policy), "--run", "freeze_test", "--output", "json")
    assert told.status == 0
    assert {test["path"] for test in json.loads(told.out)["tests"]} == {"rego/steps/freeze_test.rego"}


def test_a_policy_with_mistakes_is_told_line_by_line(tmp_path: Path) -> None:
    made = gate("init", str(tmp_path / "policy"))
    assert made.status == 0
    service = tmp_path / "policy" / "services" / "payments.yaml"
    service.write_text(service.read_text().replace("owners: team-payments", "owners: team-payment"))
    found = gate("policy", "check", str(tmp_path / "policy"), "--output", "github")
    assert found.status == 1
    assert f"::error file={service}" in found.out
    assert "did you mean team-payments" in found.out
    assert gate("policy", "check", str(tmp_path / "policy"), "--revision", "HEAD").status == 0


def test_rego_that_does_not_compile_is_a_finding(tmp_path: Path) -> None:
    assert gate("init", str(tmp_path / "policy")).status == 0
    step = tmp_path / "policy" / "rego" / "steps" / "freeze.rego"
    step.write_text(step.read_text() + "\nnow := time.now_ns()\n")
    found = gate("policy", "check", str(tmp_path / "policy"))
    assert found.status == 1
    assert "rego/steps/freeze.rego:" in found.out
    assert "time.now_ns" in found.out


def test_a_folder_that_is_no_policy_and_a_revision_that_is_none(tmp_path: Path) -> None:
    assert gate("policy", "check", str(tmp_path / "nowhere")).status == 20
    assert gate("policy", "check", str(tmp_path), "--revision", "HEAD").status == 2


def test_policy_is_shown_from_a_folder_and_from_a_running_gate(served_gate: ServedGate) -> None:
    folder = gate("policy", "show", str(served_gate.policy))
    assert folder.status == 0
    assert "Steps of each class" in folder.out
    running = served_gate.gate("policy", "show")
    assert running.status == 0
    assert running.out.startswith("Revision ")
    assert json.loads(served_gate.gate("policy", "show", "--output", "json").out)["bypass_list"] == []


def test_an_open_gate_listens_to_this_machine_alone(served_gate: ServedGate, tmp_path: Path) -> None:
    options = ("--host", "0.0.0.0", "--port", "0", "--state-dir", str(tmp_path))  # noqa: S104 -- which is refused
    refused = gate("serve", *options, "--policy-repo", str(served_gate.policy))
    assert (refused.status, refused.out) == (2, "")
    assert "can be reached from other machines" in refused.err
