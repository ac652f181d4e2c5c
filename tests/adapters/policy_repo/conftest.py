"""Real git on both sides: an upstream that authors push to, and what the gate makes of it."""

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from gate.adapters.policy_repo.address import Address
from gate.adapters.policy_repo.git import Access, Git, Limits
from gate.adapters.policy_repo.mirror import Mirror
from gate.adapters.policy_repo.source import GitPolicySource

PACK: Final = {
    "gate.yaml": "kind: Gate\nformat: 1\nenvironments:\n  production: {production: true}\n",
    "process.yaml": "kind: Process\nclasses:\n  standard: [freeze]\n  normal: [freeze]\n  emergency: [freeze]\n",
    "risk.yaml": "kind: Risk\nfactors: {}\nthresholds: {medium: 10, high: 20, critical: 30}\n",
    "rego/steps/freeze.rego": "package gate.steps.freeze\n",
    "groups.yaml": "kind: Group\nname: payers\nmembers: [ann]\n",
    "objectives.yaml": "kind: Objective\nname: revenue\ndescription: What pays the bills\n",
    "services/payments.yaml": "kind: Service\nname: payments\nowners: payers\ntier: 1\nobjective: revenue\n",
}
"""The smallest policy that holds together."""


class Upstream:
    """The repository that policy authors push to."""

    pack: Final = PACK

    def __init__(self, folder: Path) -> None:
        """Open it; where there is none yet, make an empty one."""
        self.folder = folder
        self.extra: dict[str, str] = {}
        """Variables that git has besides, such as where a key lies."""
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ann",
            "GIT_COMMITTER_NAME": "Ann",
        }
        if not folder.exists():
            folder.mkdir()
            self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, feed: bytes = b"", author: str = "ann@example.org", committer: str = "") -> str:
        """Run git as a person would."""
        people = {"GIT_AUTHOR_EMAIL": author, "GIT_COMMITTER_EMAIL": committer or author}
        done = subprocess.run(  # noqa: S603 -- git with the arguments of a test
            ["git", "-C", str(self.folder), *arguments],  # noqa: S607 -- whichever git is on the path
            input=feed,
            env=self._environment | people | self.extra,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Put files into the work tree; None deletes."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, str | bytes | None], *, author: str = "ann@example.org", by: str = "") -> str:
        """Commit files; the commit id."""
        self.write(files)
        return self.commit_all(author=author, by=by)

    def commit_all(self, *, author: str = "ann@example.org", by: str = "") -> str:
        """Commit what lies in the work tree; the commit id."""
        self.git("add", "--all", "--force", ".")
        self.git("commit", "--quiet", "--allow-empty", "--message=change", author=author, committer=by)
        return self.tip()

    def commit_tree(self, tree: str) -> str:
        """Put a tree on main that no work tree could hold; the commit id."""
        commit = self.git("commit-tree", "-m", "change", "-p", "HEAD", tree)
        self.git("update-ref", "refs/heads/main", commit)
        return commit

    def object(self, kind: str, content: bytes) -> str:
        """Write an object as it is, however malformed; its id."""
        return self.git("hash-object", "-t", kind, "--literally", "-w", "--stdin", feed=content)

    def tip(self) -> str:
        """The commit that is checked out."""
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    repository = Upstream(tmp_path / "upstream")
    repository.commit(PACK)
    return repository


@pytest.fixture
def mirror_of(tmp_path: Path) -> "Callable[..., Mirror]":
    """A mirror, as a gate just started would build it on this state folder."""

    def build(
        upstream: Upstream | Address,
        *,
        branch: str = "main",
        folder: str = "",
        allow_rewind: bool = False,
        limits: Limits | None = None,
        access: Access | None = None,
    ) -> Mirror:
        home = tmp_path / "state" / "home"
        home.mkdir(parents=True, exist_ok=True)
        address = (
            upstream if isinstance(upstream, Address) else Address.local(upstream.folder, branch=branch, folder=folder)
        )
        return Mirror(address, tmp_path / "state", Git(home, access=access, limits=limits), allow_rewind=allow_rewind)

    return build


@pytest.fixture
def source_of(tmp_path: Path) -> "Callable[..., GitPolicySource]":
    """A policy source, as a gate just started would build it on this state folder."""

    def build(upstream: Upstream, *, folder: str = "", allow_rewind: bool = False) -> GitPolicySource:
        address = Address.local(upstream.folder, branch="main", folder=folder)
        return GitPolicySource(address, tmp_path / "state", allow_rewind=allow_rewind)

    return build
