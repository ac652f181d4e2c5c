"""Which files of a policy folder are read, which are passed over, and which refuse the revision."""

from collections.abc import Iterator

import pytest

from gate.adapters.policy_repo import listing
from gate.adapters.policy_repo.listing import Found, judge


def found(name: str | bytes, mode: str = "100644", size: int = 10) -> Found:
    return Found(name.encode() if isinstance(name, str) else name, mode, size, f"blob of {name!r}")


def paths_read(*entries: Found) -> list[str]:
    """The paths that are read of a folder with nothing wrong in it."""
    files, findings = judge(entries)
    assert findings == []
    return [file.path for file in files]


def refusal(*entries: Found) -> str:
    """The message of the only finding."""
    _, findings = judge(entries)
    [finding] = findings
    assert finding.hint
    return finding.message


def test_yaml_and_rego_are_read_in_order() -> None:
    names = ["gate.yaml", "rego/a.rego", "rego/steps/b_test.rego", "services/x.yml"]

    assert paths_read(*map(found, names)) == names


@pytest.mark.parametrize(
    "name",
    [
        *("README.md", "LICENSE", "rego/notes.txt", "yaml", "x.YAML", "x.yaml.bak", "Makefile"),
        *(".gitignore", ".gitattributes", ".gitmodules", "services/.gitkeep", ".git-blame-ignore-revs"),
        *(
            ".github/workflows/check.yml",
            ".gitlab-ci.yml",
            ".pre-commit-config.yaml",
            "a/.hidden.yaml",
            ".regal/c.yaml",
        ),
    ],
)
def test_what_is_no_policy_is_passed_over(name: str) -> None:
    assert paths_read(found(name)) == []


@pytest.mark.parametrize("mode", ["100644", "100755"])
def test_plain_files_are_read_whether_executable_or_not(mode: str) -> None:
    assert paths_read(found("gate.yaml", mode)) == ["gate.yaml"]


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("120000", "is a symbolic link"),
        ("160000", "is a submodule"),
        ("040000", "is no regular file"),
        ("100664", "is no regular file"),
        ("000000", "is no regular file"),
    ],
)
@pytest.mark.parametrize("name", ["gate.yaml", "README.md", ".github"])
def test_anything_but_a_plain_file_is_refused_whatever_its_name(name: str, mode: str, message: str) -> None:
    assert refusal(found(name, mode)) == message


@pytest.mark.parametrize("name", ["../x.yaml", "a/../x.yaml", "/etc/passwd", "a//b.yaml", "./x.yaml", "a/./b", ""])
def test_a_path_that_leaves_the_folder_is_refused(name: str) -> None:
    assert refusal(found(name)) == "has a path that leaves its folder"


@pytest.mark.parametrize(
    "name",
    [
        *(".git", ".git/config", "a/.git/hooks/x", ".GIT", ".Git/x", ".git.", ".git ", ".git::$INDEX_ALLOCATION"),
        *("git~1", "GIT~1/x", ".gitx", ".GITMODULES", ".g\u200cit", ".gi\u2063t/x"),
    ],
)
def test_a_name_that_poses_as_git_s_own_is_refused(name: str) -> None:
    assert refusal(found(name)) == "has a name that poses as git's own"


@pytest.mark.parametrize(
    "name", [b"a\nb", b"a\rb", b"a\tb", b"a\x00b", b"a\x7fb", b"a\\b", b"a\xff", "a\u202eb".encode(), "a\x85b".encode()]
)
def test_a_name_with_characters_that_mislead_is_refused_and_shown_harmlessly(name: bytes) -> None:
    _, [finding] = judge([found(name)])

    assert finding.message == "has a name with characters that are not allowed"
    assert finding.path.isprintable()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("services/a.yaml", "services/A.yaml"),
        ("services/a.yaml", "Services/b.yaml"),
        ("a/readme", "A"),
        ("caf\u00e9.yaml", "cafe\u0301.yaml"),
        ("\u00df.yaml", "SS.yaml"),
        ("d/caf\u00e9/x", "d/CAFE\u0301/y"),
    ],
)
def test_names_that_some_file_systems_hold_for_one_are_refused(one: str, other: str) -> None:
    assert "only in case or accents" in refusal(found(one), found(other))


def test_names_that_merely_resemble_each_other_are_allowed() -> None:
    assert len(paths_read(found("a/b.yaml"), found("a/c.yaml"), found("ab.yaml"), found("a.yaml"), found("a.yml"))) == 5


def test_rego_outside_its_folder_is_refused_rather_than_forgotten() -> None:
    assert "outside rego/" in refusal(found("steps/freeze.rego"))


def test_a_file_too_large_is_refused_before_it_is_read() -> None:
    assert "262145 bytes" in refusal(found("services/big.yaml", size=256 * 1024 + 1))
    assert paths_read(found("services/big.yaml", size=256 * 1024)) == ["services/big.yaml"]


def test_a_large_file_that_would_not_be_read_is_refused_too() -> None:
    assert "50000000 bytes" in refusal(found("movie.bin", size=50_000_000))
    assert paths_read(found("picture.png", size=1_000_000)) == []


def test_all_files_together_have_a_limit() -> None:
    files, findings = judge(found(f"s{i}.yaml", size=256 * 1024) for i in range(200))

    assert len(files) == 128
    assert all("all files together" in finding.message for finding in findings)


def test_long_and_deep_paths_are_refused() -> None:
    assert "longer than" in refusal(found("d/" * 12 + "x.yaml"))
    assert "longer than" in refusal(found("x" * 400 + ".yaml"))
    assert paths_read(found("d/" * 11 + "x.yaml")) == ["d/" * 11 + "x.yaml"]


def test_a_listing_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_ENTRIES", 1000)
    asked = 0

    def endless() -> Iterator[Found]:
        nonlocal asked
        while True:
            asked += 1
            yield found(f"note{asked}")

    _, [finding] = judge(endless())
    assert "more than 1000 files" in finding.message
    assert asked == 1001


def test_faults_without_end_are_not_all_listed() -> None:
    _, findings = judge(found(f"link{i}", "120000") for i in range(10_000))

    assert len(findings) == listing.MAX_FINDINGS
