import shutil
from pathlib import Path

import pytest

from gate.domain.errors import CallerError
from gate.interfaces.cli import default_pack as packs
from gate.interfaces.cli.default_pack import default_pack
from gate.interfaces.cli.git import GitFailedError, git
from gate.interfaces.cli.init import init


@pytest.fixture(autouse=True)
def _nobody_is_known_to_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def test_the_default_pack_becomes_one_commit_on_main(tmp_path: Path) -> None:
    init(tmp_path / "new" / "policy")
    made = tmp_path / "new" / "policy"
    assert git(made, "branch", "--show-current").strip() == "main"
    assert git(made, "rev-list", "--count", "HEAD").strip() == "1"
    assert git(made, "status", "--porcelain") == ""
    kept = {path.relative_to(default_pack()) for path in default_pack().rglob("*") if path.is_file()}
    assert kept == {Path(name) for name in git(made, "ls-files", "-z").split("\0") if name}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["policy"]


def test_it_works_where_git_knows_nobody_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init(tmp_path / "policy")
    assert git(tmp_path / "policy", "log", "--format=%ae").strip() == "gate-init@localhost"
    assert "git does not know you yet" in capsys.readouterr().out


def test_whom_git_knows_makes_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("NAME", "maria"), ("EMAIL", "maria@house.test")):
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
    init(tmp_path / "policy")
    assert git(tmp_path / "policy", "log", "--format=%ae %ce").strip() == "maria@house.test maria@house.test"
    assert "git does not know you yet" not in capsys.readouterr().out


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    init(tmp_path / "policy")
    assert (tmp_path / "policy" / "gate.yaml").is_file()


def test_what_is_there_already_stays(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CallerError, match="not empty"):
        init(tmp_path)
    with pytest.raises(CallerError, match="not empty"):
        init(tmp_path / "notes.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_without_git_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitFailedError):
        init(tmp_path / "new" / "policy")
    assert list((tmp_path / "new").iterdir()) == []


def test_an_installed_package_brings_its_own_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "gate" / "default_pack"
    shutil.copytree(default_pack(), installed)
    monkeypatch.setattr(packs, "_PLACES", (installed, tmp_path / "policies"))
    assert default_pack() == installed
