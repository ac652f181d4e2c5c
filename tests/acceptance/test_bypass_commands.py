"""Asking to go around the process on the command line: a branch, ready to push, and nothing else touched."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gate.adapters.policy_repo.local_revision import read_revision
from tests.acceptance.served import Ended, ServedGate, gate, git

COMMIT = "4f0c2f6d1f0d4c3b8a7e6d5c4b3a291817161514"
NAMED = (
    *("--id", "double-charge", "--service", "payments", "--environment", "production", "--commit", COMMIT),
    *("--skip", "freeze", "--skip", "conflict", "--reason", "This bug is charging customers twice; waiting costs more"),
    *("--ticket", "INC-1", "--requested-by", "maria", "--expires", "2026-11-27T20:00:00Z"),
)


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    made = gate("init", str(tmp_path / "policy"))
    assert made.status == 0, made.err
    return tmp_path / "policy"


IDENTITY = {f"GIT_{role}_{part}": "maria@example.org" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}


def new(policy: Path, *options: str, given: str | None = None) -> Ended:
    return gate("bypass", "new", "--policy", str(policy), *options, given=given, environment=IDENTITY)


def test_a_bypass_is_a_commit_on_a_branch_of_its_own_and_nothing_else_moves(policy: Path) -> None:
    before = git(policy, "rev-parse", "HEAD")
    (policy / "unfinished.txt").write_text("x")
    done = new(policy, *NAMED)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("Made branch bypass/double-charge\n")
    assert git(policy, "rev-parse", "HEAD") == before
    assert git(policy, "status", "--porcelain") == "?? unfinished.txt"
    assert git(policy, "diff", "--name-status", "HEAD", "bypass/double-charge") == "A\tbypasses/double-charge.yaml"
    tip = git(policy, "rev-parse", "bypass/double-charge")
    (bypass,) = read_revision(policy, tip, "").bypasses
    assert (bypass.id, bypass.skip, bypass.change.commit) == ("double-charge", ("freeze", "conflict"), COMMIT)


def test_what_no_option_says_is_asked_for(policy: Path) -> None:
    answers = "payments\nproduction\ndouble-charge\nfreeze conflict\n"
    answers += "This bug is charging customers twice right now\nINC-1\nmaria\n2026-11-27T20:00:00Z\n"
    assert new(policy, given=answers).status == 0
    assert "charging customers twice" in git(policy, "show", "bypass/double-charge:bypasses/double-charge.yaml")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--expires", "tomorrow"), "expires: must be a time with an offset"),
        (("--skip", "segregation_of_duties"), "segregation_of_duties is never lifted"),
        (("--service", "*"), "change.service"),
    ],
)
def test_what_cannot_be_meant_makes_no_branch(policy: Path, options: tuple[str, ...], said: str) -> None:
    done = new(policy, *NAMED, *options)
    assert done.status == 2
    assert said in done.err
    assert git(policy, "branch", "--list", "bypass/*") == ""


def test_a_branch_that_is_there_stays_as_it_is(policy: Path) -> None:
    assert new(policy, *NAMED).status == 0
    tip = git(policy, "rev-parse", "bypass/double-charge")
    assert new(policy, *NAMED).status == 2
    assert git(policy, "rev-parse", "bypass/double-charge") == tip


def test_a_grant_is_revoked_by_a_branch_that_deletes_its_file(policy: Path) -> None:
    new(policy, *NAMED)
    git(policy, "merge", "--quiet", "--ff-only", "bypass/double-charge")
    done = gate("bypass", "revoke", "double-charge", "--policy", str(policy), environment=IDENTITY)
    assert (done.status, done.err) == (0, "")
    assert git(policy, "diff", "--name-status", "HEAD", "revoke/double-charge") == "D\tbypasses/double-charge.yaml"
    missing = gate("bypass", "revoke", "other", "--policy", str(policy), environment=IDENTITY)
    assert missing.status == 2
    assert "bypasses/other.yaml is not in the policy repository" in missing.err


def later(hours: int = 6) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def checked(policy: Path, name: str = "double-charge", *options: str, **environment: str) -> Ended:
    return gate("policy", "check", str(policy), "--revision", f"bypass/{name}", *options, environment=environment)


def test_a_check_says_what_a_new_bypass_would_let_through_and_who_may_grant_it(policy: Path) -> None:
    new(policy, *NAMED, "--expires", later(), "--requested-by", "maria")
    done = checked(policy)
    assert (done.status, done.err) == (0, "")
    assert "bypasses/double-charge.yaml:2: bypass double-charge: payments into production at 4f0c2f6d1f0d" in done.out
    assert "skips freeze:" in done.out
    assert "release-managers may let it be skipped: ruth, samir" in done.out
    assert "not granted yet: one of ruth, samir must approve all of it" in done.out
    assert "a change made of what the file says" in done.out
    assert "no gate was asked (--url, GATE_URL)" in done.out


def test_a_bypass_that_is_in_force_already_is_no_news_unless_it_is_changed(policy: Path) -> None:
    new(policy, *NAMED, "--expires", later())
    git(policy, "merge", "--quiet", "--ff-only", "bypass/double-charge")
    assert "bypass double-charge" not in gate("policy", "check", str(policy)).out
    assert "bypass double-charge" in gate("policy", "check", str(policy), "--base", "HEAD~1").out
    file = policy / "bypasses/double-charge.yaml"
    file.write_text(file.read_text().replace("INC-1", "INC-2"))
    assert "bypass double-charge" in gate("policy", "check", str(policy)).out


def test_a_base_that_is_not_there_is_asked_wrongly(policy: Path) -> None:
    new(policy, *NAMED, "--expires", later())
    assert checked(policy, "double-charge", "--base", "nowhere").status == 2


@pytest.mark.parametrize(
    ("options", "line", "said"),
    [
        (("--expires", "2026-11-27T20:00:00Z"), 8, "expires: it expired"),
        (("--expires", later(), "--skip", "peer_review"), 4, "skip: nobody who is not involved may let all of that"),
    ],
)
def test_a_bypass_that_could_never_be_honoured_is_a_finding_on_its_line(
    policy: Path, options: tuple[str, ...], line: int, said: str
) -> None:
    new(policy, *NAMED, *options)
    done = checked(policy)
    assert done.status == 1
    assert f"bypasses/double-charge.yaml:{line}: {said}" in done.out


def test_annotations_stand_on_the_lines_of_a_new_bypass(policy: Path) -> None:
    new(policy, *NAMED, "--expires", later())
    commands = checked(policy, "double-charge", "--output", "github").out.splitlines()
    file = policy / "bypasses/double-charge.yaml"
    title = "title=Change Gate bypass double-charge"
    assert commands[0].startswith(f"::notice file={file},line=2,{title}::payments into production")
    assert commands[1].startswith(f"::notice file={file},line=4,{title}::skips freeze: ")


def test_json_and_junit_tell_of_a_new_bypass(policy: Path) -> None:
    new(policy, *NAMED, "--expires", later())
    (told,) = json.loads(checked(policy, "double-charge", "--output", "json").out)["bypasses"]
    assert (told["id"], told["trials"][0]["granters"]) == ("double-charge", ["ruth", "samir"])
    report = ET.fromstring(checked(policy, "double-charge", "--output", "junit").out)  # noqa: S314 -- our own
    assert [case.get("name") for case in report.iter("testcase")] == ["check", "bypass double-charge"]


def test_a_gate_that_is_asked_tells_of_the_change_that_it_knows(served_gate: ServedGate, policy: Path) -> None:
    commit = "b7e3d05c1f9248a6e07d3c52f1489bb06a5c7d13"
    asked = served_gate.gate(
        *("check", "--service", "payments", "--environment", "production", "--commit", commit, "--author", "joris"),
        *("--path", "src/app.py", "--lines", "3", "--evidence", "tests=passed", "--output", "json"),
    )
    change = json.loads(asked.out)["id"]
    new(policy, *NAMED, "--expires", later(), "--commit", commit, "--skip", "evidence")
    done = checked(policy, GATE_URL=served_gate.url)
    assert f"change {change}: payments into production at b7e3d05c1f92" in done.out
    assert f"what {served_gate.url} has on record" in done.out
    assert "skips evidence: pending" in done.out


def test_a_gate_that_cannot_be_asked_changes_no_verdict(policy: Path) -> None:
    new(policy, *NAMED, "--expires", later())
    done = checked(policy, GATE_URL="http://127.0.0.1:9")
    assert done.status == 0
    assert "a change made of what the file says" in done.out
    assert "http://127.0.0.1:9" in done.out


def test_one_time_steps_and_the_date_of_the_review_are_written(policy: Path) -> None:
    steps = ("--add", "dba_pairing=dba:1 A DBA sits beside", "--add", "second_look=security:2,architects")
    done = new(policy, *NAMED, "--expires", later(), *steps, "--review-due", "P2D")
    assert (done.status, done.err) == (0, "")
    assert "open it:  a pull request of bypass/double-charge" in done.out
    (bypass,) = read_revision(policy, git(policy, "rev-parse", "bypass/double-charge"), "").bypasses
    told = [(step.step, [(n.group, n.approvals) for n in step.needs], step.description) for step in bypass.add]
    assert told == [
        ("dba_pairing", [("dba", 1)], "A DBA sits beside"),
        ("second_look", [("security", 2), ("architects", 1)], ""),
    ]
    assert bypass.review_due == timedelta(days=2)
    assert "adds dba_pairing: pending" in checked(policy).out


@pytest.mark.parametrize("add", ["dba_pairing", "dba_pairing=", "=dba", "dba_pairing=dba:many", "Dba=dba"])
def test_a_one_time_step_that_cannot_be_meant_makes_no_branch(policy: Path, add: str) -> None:
    done = new(policy, *NAMED, "--add", add)
    assert done.status == 2
    assert "add" in done.err
