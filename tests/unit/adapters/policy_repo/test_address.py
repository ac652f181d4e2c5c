"""Which addresses the gate hands to git."""

from pathlib import Path

import pytest

from gate.adapters.policy_repo.address import Address
from gate.domain.errors import RepositoryError


@pytest.mark.parametrize(
    ("place", "protocol"),
    [
        ("https://git.example/org/policy.git", "https"),
        ("https://git.example:8443/~user/policy", "https"),
        ("ssh://git@git.example:2222/org/policy.git", "ssh"),
        ("ssh://git.example/policy", "ssh"),
        ("git@git.example:org/policy.git", "ssh"),
        ("git@git.example:/srv/policy", "ssh"),
        ("/srv/policy", "file"),
        ("/srv/with a space/policy.git", "file"),
    ],
)
def test_https_ssh_and_absolute_paths_are_addresses(place: str, protocol: str) -> None:
    address = Address.of(place, branch="main")

    assert (address.url, address.protocol) == (place, protocol)


@pytest.mark.parametrize(
    "place",
    [
        *(
            "ext::sh -c touch% /x",
            "fd::17",
            "git://git.example/x",
            "http://git.example/x",
            "file:///srv/policy",
            "ftp://h/x",
        ),
        *("--upload-pack=touch /x", "-u", "policy", "./policy", "../policy", "", " https://git.example/x", "https://"),
        *("https://-oProxyCommand=x/y", "ssh://-oProxyCommand=x/y", "-oProxyCommand=x@h:y", "git@-oProxyCommand=x:y"),
        *(
            "git@h:--upload-pack=x",
            "https://h/x?y=z",
            "https://h/x#y",
            "https://h/x\n",
            "https://h/a/../b",
            "https://h",
        ),
        *("https://user:secret@h/x", "https://token@h/x", "ssh://git:secret@h/x", "https://h/$HOME", "https://h/`x`"),
        *("/srv/../etc", "/srv/policy\n", "/srv/\x1b[2J"),
    ],
)
def test_anything_else_is_refused(place: str) -> None:
    with pytest.raises(RepositoryError) as refused:
        Address.of(place, branch="main")
    assert refused.value.hint
    assert "secret" not in str(refused.value)


def test_a_relative_path_is_no_local_repository() -> None:
    with pytest.raises(RepositoryError):
        Address.local(Path("policy"), branch="main")


@pytest.mark.parametrize("branch", ["main", "policy/production", "release-1.2", "v2", "a_b", "UPPER", "a+b"])
def test_ordinary_branch_names_are_allowed(branch: str) -> None:
    assert Address.of("/srv/policy", branch=branch).ref == f"refs/heads/{branch}"


@pytest.mark.parametrize(
    "branch",
    [
        *(
            "",
            "-",
            "--upload-pack=x",
            "-main",
            "a b",
            "a..b",
            "a/../b",
            "a//b",
            "/a",
            "a/",
            ".a",
            "a/.b",
            "a.",
            "a.lock",
        ),
        *(
            "a.lock/b",
            "a:b",
            "a^",
            "a~1",
            "a@{0}",
            "@",
            "a\\b",
            "a*",
            "a?",
            "a[b]",
            "a\nb",
            "main\n",
            "+main",
            "x" * 101,
        ),
        *("main:refs/gate/last-good", "caf\u00e9", "a\x00b"),
    ],
)
def test_a_branch_that_could_be_more_than_a_name_is_refused(branch: str) -> None:
    with pytest.raises(RepositoryError, match="not a branch name"):
        Address.of("/srv/policy", branch=branch)


@pytest.mark.parametrize(
    ("folder", "kept"),
    [("", ""), (".", ""), ("/", ""), ("policies", "policies"), ("policies/", "policies"), ("a/b-c/d.e", "a/b-c/d.e")],
)
def test_a_folder_is_a_way_inside_the_repository(folder: str, kept: str) -> None:
    assert Address.of("/srv/policy", branch="main", folder=folder).folder == kept


@pytest.mark.parametrize(
    "folder",
    [
        *(
            "..",
            "../x",
            "a/../b",
            "a..b",
            "//",
            "/etc",
            "-x",
            "--output=x",
            ":(top)x",
            ":/",
            "a//b",
            "./a",
            ".git",
            "a/.git",
        ),
        *("a b", "a\nb", "a*", "a\\b", "a/\n", "\x00"),
    ],
)
def test_a_folder_that_could_lead_elsewhere_is_refused(folder: str) -> None:
    with pytest.raises(RepositoryError, match="not a folder"):
        Address.of("/srv/policy", branch="main", folder=folder)
