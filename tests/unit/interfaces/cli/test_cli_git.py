from pathlib import Path

import pytest

from gate.domain.errors import CallerError
from gate.interfaces.cli.git import Checkout, GitFailedError, git
from gate.interfaces.wire import ChangeAsk
from tests.unit.interfaces.cli.answers import COMMIT

MARIA = ("-c", "user.name=maria", "-c", "user.email=maria@house.test")


def commit(folder: Path, files: dict[str, str]) -> str:
    for name, content in files.items():
        (folder / name).write_text(content)
    git(folder, "add", "--all")
    git(folder, *MARIA, "commit", "--quiet", "--allow-empty", "-m", "x")
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, {"a": "1\n2\n"})
    git(tmp_path, "tag", "deployed")
    return Checkout(tmp_path)


def test_names_become_commit_ids(checkout: Checkout) -> None:
    head = commit(checkout.folder, {})
    assert checkout.commit_id("HEAD") == checkout.commit_id(head[:10]) == head


@pytest.mark.parametrize("name", ["nowhere", "--all", "HEAD:a", ""])
def test_what_names_no_commit_is_a_usage_error(checkout: Checkout, name: str) -> None:
    with pytest.raises(CallerError, match="git rev-parse"):
        checkout.commit_id(name)


def test_a_difference_counts_files_lines_and_commits(checkout: Checkout) -> None:
    commit(checkout.folder, {"a": "1\n3\n", "ä b.txt": "new\n"})
    head = commit(checkout.folder, {"picture": "\0\1"})
    difference = checkout.difference("deployed", head)
    assert sorted(difference.paths) == ["a", "picture", "ä b.txt"]
    assert (difference.lines, difference.commits) == (3, 2)
    assert ChangeAsk.model_validate(
        {
            "service": "s",
            "environment": "e",
            "commit": COMMIT,
            "batch": {"oldest_commit_at": difference.oldest_commit_at},
        }
    )


def test_no_difference_is_a_batch_of_one_without_paths(checkout: Checkout) -> None:
    difference = checkout.difference("deployed", checkout.commit_id("HEAD"))
    assert (difference.paths, difference.lines, difference.commits) == ((), 0, 1)
    assert difference.oldest_commit_at is None


def test_a_folder_that_is_no_repository_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(GitFailedError, match="not a git repository"):
        Checkout(tmp_path).commit_id("HEAD")


def test_a_hook_of_another_repository_does_not_lead_elsewhere(
    checkout: Checkout, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path_factory.mktemp("other")
    git(other, "init", "--quiet")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert checkout.commit_id("deployed")


def test_git_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitFailedError, match="cannot be run") as error:
        Checkout(tmp_path).commit_id("HEAD")
    assert "Install git" in error.value.hint
