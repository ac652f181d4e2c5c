"""The caller's own git, in the caller's own repository: which commit, and what changed since another.

Not how policy is read: that repository is hostile until it has passed, and has an adapter of its own.
"""

import os
import re
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from gate.domain.errors import CallerError

COMMIT_ID: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ELSEWHERE: Final = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}
_TIMEOUT_S: Final = 60
_STAT: Final = ("--numstat", "-z", "--no-renames", "--no-ext-diff", "--no-textconv")


class GitFailedError(CallerError):
    """Git could not do what the command line asks of it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a commit brings on top of where it branched off."""

    paths: tuple[str, ...]
    lines: int
    """Added and deleted; a binary file counts none."""
    commits: int
    oldest_commit_at: str | None
    """RFC 3339."""


def git(folder: Path, *arguments: str, feed: str = "", index: Path | None = None) -> str:
    """What git answers in a folder. GitFailedError with git's own words. `index`: another than the folder's own."""
    try:
        done = subprocess.run(  # noqa: S603 -- fixed commands; what callers name comes after --end-of-options
            ["git", "-C", str(folder), *arguments],  # noqa: S607 -- the caller's git, wherever it is
            input=feed.encode(),
            capture_output=True,
            check=False,
            timeout=_TIMEOUT_S,
            env=_environment() | ({} if index is None else {"GIT_INDEX_FILE": str(index)}),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitFailedError(f"git cannot be run here: {error}", hint="Install git, or put it on the PATH.") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip() or f"exit status {done.returncode}"
        raise GitFailedError(f"git {arguments[0]} in {folder}: {said}")
    return done.stdout.decode("utf-8", "surrogateescape")


def _environment() -> dict[str, str]:
    # The folder says which repository is meant, even where a hook of another one runs us.
    return {name: value for name, value in os.environ.items() if name not in _ELSEWHERE} | {"LC_ALL": "C"}


@dataclass(frozen=True, slots=True)
class Checkout:
    """The repository that a folder is in."""

    folder: Path

    def commit_id(self, name: str) -> str:
        """The commit id of a name such as HEAD, a branch or a shortened id. GitFailedError."""
        return git(self.folder, "rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}").strip()

    def difference(self, base: str, commit: str) -> Difference:
        """What `commit` brings on top of its merge base with `base`. GitFailedError, also where history is cut off."""
        start = self.commit_id(base)
        stat = git(self.folder, "diff", *_STAT, f"{start}...{commit}", "--")
        fields = [entry.split("\t", 2) for entry in stat.split("\0") if entry]
        dates = git(self.folder, "log", "--format=%cI", f"{start}..{commit}", "--").split()
        return Difference(
            paths=tuple(path.encode("utf-8", "replace").decode() for _, _, path in fields),
            lines=sum(int(number) for *numbers, _ in fields for number in numbers if number != "-"),
            commits=max(1, len(dates)),
            oldest_commit_at=min(dates, default=None, key=datetime.fromisoformat),
        )
