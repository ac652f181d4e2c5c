"""Asking to go around the process on the command line: a branch, ready to push, and nothing else touched."""

from pathlib import Path

import pytest

from gate.adapters.policy_repo.local_revision import read_revision
from tests.acceptance.served import Ended, gate, git

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
