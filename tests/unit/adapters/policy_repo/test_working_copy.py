"""A folder on disk is read by the rules of a commit."""

import os
from pathlib import Path

import pytest

from gate.adapters.policy_repo.working_copy import read_working_copy
from gate.domain.errors import PolicyRejectedError, RepositoryError
from gate.domain.finding import Finding

PACK = {
    "gate.yaml": "kind: Gate\nformat: 1\nenvironments:\n  production: {production: true}\n",
    "process.yaml": "kind: Process\nclasses:\n  standard: [freeze]\n  normal: [freeze]\n  emergency: [freeze]\n",
    "risk.yaml": "kind: Risk\nfactors: {}\nthresholds: {medium: 10, high: 20, critical: 30}\n",
    "rego/steps/freeze.rego": "package gate.steps.freeze\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "policies"
    for name, content in PACK.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def findings_of(folder: Path) -> tuple[Finding, ...]:
    with pytest.raises(PolicyRejectedError) as rejected:
        read_working_copy(folder)
    return rejected.value.findings


def test_a_folder_becomes_a_policy_set(folder: Path) -> None:
    policy = read_working_copy(folder)

    assert policy.revision.startswith("working-copy-")
    assert policy.committed_at_ns == 0
    assert read_working_copy(folder, now_ns=7).committed_at_ns == 7
    assert policy.modules.keys() == {"rego/steps/freeze.rego"}
    assert policy.documents == 3


def test_its_revision_names_its_content(folder: Path) -> None:
    before = read_working_copy(folder).revision
    assert read_working_copy(folder).revision == before

    (folder / "README.md").write_text("not read")
    assert read_working_copy(folder).revision == before

    (folder / "rego/steps/freeze.rego").write_text("package gate.steps.freeze\n\nx := 1\n")
    assert read_working_copy(folder).revision != before


def test_the_git_directory_of_a_working_copy_is_passed_over(folder: Path) -> None:
    before = read_working_copy(folder).revision
    (folder / ".git").mkdir()
    (folder / ".git" / "evil.yaml").symlink_to("/etc/passwd")

    assert read_working_copy(folder).revision == before


def test_a_git_directory_further_down_is_refused(folder: Path) -> None:
    (folder / "vendor" / ".git").mkdir(parents=True)
    (folder / "vendor" / ".git" / "config").write_text("")

    assert [finding.path for finding in findings_of(folder)] == ["vendor/.git/config"]


def test_a_link_is_refused_and_not_followed(folder: Path) -> None:
    (folder / "services").symlink_to("/etc")
    (folder / "risk.yaml").unlink()
    (folder / "risk.yaml").symlink_to("/etc/hostname")

    assert [finding.path for finding in findings_of(folder)] == ["risk.yaml", "services"]


def test_a_pipe_is_refused_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")

    [finding] = findings_of(folder)
    assert (finding.path, finding.message) == ("pipe.yaml", "is no regular file")


def test_a_file_too_large_is_refused(folder: Path) -> None:
    with (folder / "big.yaml").open("wb") as file:
        file.truncate(50_000_000)

    [finding] = findings_of(folder)
    assert "50000000 bytes" in finding.message


def test_folders_without_end_are_not_walked_to_their_end(folder: Path) -> None:
    (folder / "/".join(["d"] * 60)).mkdir(parents=True)

    [finding] = findings_of(folder)
    assert "longer than" in finding.message


def test_all_files_are_judged_before_anything_is_said(folder: Path) -> None:
    (folder / "a.yaml").write_text("kind: [\n")
    (folder / "b.yaml").write_text("kind: Nonsense\n")

    assert [finding.path for finding in findings_of(folder)] == ["a.yaml", "b.yaml"]


def test_a_folder_that_is_not_there_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="cannot be read") as failure:
        read_working_copy(tmp_path / "nowhere")
    assert "gate.yaml" in failure.value.hint


def test_an_empty_folder_is_rejected(tmp_path: Path) -> None:
    [finding] = findings_of(tmp_path)

    assert "holds no YAML and no Rego" in finding.message
