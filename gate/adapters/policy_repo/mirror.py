"""A bare mirror of the policy repository, of our own making: what the branch holds now, and which revision was good.

A name is resolved once, here; from then on only commit ids travel. Nothing is ever checked out, and nothing that was
fetched is deleted while the mirror is sound: a decision can be derived again although its revision was since pushed
away. Reading files at a commit happens in `tree`.
"""

import re
import shutil
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Final

from gate.adapters.policy_repo.address import Address
from gate.adapters.policy_repo.git import Git, GitError, GitTimedOutError
from gate.adapters.policy_repo.lock import held
from gate.domain.errors import RepositoryError

COMMIT_ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
INCOMING: Final = "refs/gate/incoming"
LAST_GOOD: Final = "refs/gate/last-good"

_SHA256_DIGITS: Final = 64
_MANY_PACKS: Final = 50
_FETCH: Final = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-gc")


class Mirror:
    """One mirror in a state folder, which several gates may share. Every method blocks; RepositoryError from each."""

    def __init__(self, address: Address, state: Path, git: Git, *, allow_rewind: bool = False) -> None:
        """`allow_rewind`: follow a branch whose history was rewritten, so that it no longer holds the last good one."""
        self.address = address
        self.git = git
        self.folder = state / "mirror.git"
        self._fresh = state / "mirror.git.new"
        self._discarded = state / "mirror.git.old"
        self._nowhere = state / "none.git"
        self._lock = state / "mirror.lock"
        self._allow_rewind = allow_rewind

    def fetch(self) -> str:
        """Look at the branch: the commit id at its tip, with everything that belongs to it in the mirror."""
        # Asked before the lock is taken, so that a slow remote holds up nobody else.
        tip = self._tip_of_remote()
        with self._held():
            self._sweep()
            if not self.folder.exists():
                self._rebuild(tip)
            elif not self._holds(tip):
                self._bring(tip)
            commit = self._resolve(self.folder)
            self._refuse_rewind(self.folder, commit)
        return commit

    def has(self, revision: str) -> bool:
        """Whether this is the id of a commit that the mirror holds."""
        if not COMMIT_ID.fullmatch(revision):
            return False
        try:
            self.git.run(self.folder, "rev-parse", "--quiet", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        except GitTimedOutError:
            raise
        except GitError:
            return False
        return True

    def keep(self, revision: str) -> None:
        """Remember this commit as the last good one."""
        if not self.has(revision):
            raise RepositoryError(f"revision {revision[:40]!r} is not in the mirror of {self.address}")
        with self._held():
            self._sweep()
            self.git.run(self.folder, "update-ref", LAST_GOOD, revision)

    def last_good(self) -> str | None:
        """The commit that was kept last. None if none was, or if the note of it is damaged beyond reading."""
        try:
            # Read as a file: it must be found even where the rest of the mirror is broken.
            noted = (self.folder / LAST_GOOD).read_text("ascii").strip()
        except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
            return None
        return noted if COMMIT_ID.fullmatch(noted) else None

    def mend(self) -> bool:
        """Look whether the mirror is damaged, and if so make it anew. Whether there was anything to mend."""
        with self._held():
            if self._is_sound():
                return False
            self._rebuild(self._tip_of_remote())
        return True

    def writing(self) -> AbstractContextManager[None]:
        """Have the mirror to oneself: what is being written into it is not swept away as somebody's leftovers."""
        return self._held()

    def _held(self) -> AbstractContextManager[None]:
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        return held(self._lock, self.git.limits.local_s)

    def _tip_of_remote(self) -> str:
        address = self.address
        arguments = ("ls-remote", "--refs", "--end-of-options", address.url, address.ref)
        # Without a repository of ours: whatever may be wrong with the mirror, this asks the remote alone.
        answer = self.git.run(self._nowhere, *arguments, protocol=address.protocol)
        for line in answer.decode("utf-8", "replace").splitlines():
            commit, _, name = line.partition("\t")
            if name == address.ref and COMMIT_ID.fullmatch(commit):
                return commit
        raise RepositoryError(
            f"there is no branch {address.branch} in {address.url}",
            hint="It may have been renamed or deleted: push it again, or name the one to follow in GATE_POLICY_BRANCH.",
        )

    def _holds(self, tip: str) -> bool:
        return self._incoming() == tip

    def _bring(self, tip: str) -> None:
        before = self._incoming()
        try:
            self._fetch_into(self.folder)
            self._refuse_standstill(before)
        except GitTimedOutError:
            raise
        except GitError:
            # The remote answered a moment ago, so look at home first.
            if self._is_sound():
                raise
            self._rebuild(tip)
        self._tidy()

    def _fetch_into(self, folder: Path) -> None:
        address = self.address
        arguments = (*_FETCH, "--end-of-options", address.url, f"+{address.ref}:{INCOMING}")
        self.git.run(folder, *arguments, protocol=address.protocol)

    def _incoming(self) -> str:
        """What was fetched last, a commit or whatever the branch points to; empty if there is nothing to be read."""
        try:
            return self.git.run(self.folder, "rev-parse", "--verify", "--end-of-options", INCOMING).decode().strip()
        except GitTimedOutError:
            raise
        except GitError:
            return ""

    def _refuse_standstill(self, before: str) -> None:
        # Of a shallow repository git fetches nothing, and calls that a success.
        if self._incoming() == before:
            raise GitError(
                f"git fetch brought nothing, although branch {self.address.branch} has moved",
                hint="Follow a repository with its whole history; `git fetch --unshallow` completes a shallow one.",
            )

    def _resolve(self, folder: Path) -> str:
        answer = self.git.run(folder, "rev-parse", "--verify", "--end-of-options", f"{INCOMING}^{{commit}}")
        return answer.decode("ascii").strip()

    def _refuse_rewind(self, folder: Path, commit: str) -> None:
        good = self.last_good()
        if good is None or good == commit or self._allow_rewind or self._contains(folder, commit, good):
            return
        raise RepositoryError(
            f"branch {self.address.branch} was rewritten: {commit[:12]} does not follow {good[:12]}, the last good one",
            hint="Push a commit that has the last good one in its history, or set GATE_POLICY_ALLOW_REWIND=true.",
        )

    def _contains(self, folder: Path, commit: str, earlier: str) -> bool:
        try:
            self.git.run(folder, "merge-base", "--is-ancestor", earlier, commit)
        except GitTimedOutError:
            raise
        except GitError:
            return False
        return True

    def _rebuild(self, tip: str) -> None:
        # Beside the old one, and swapped in when it is whole: a remote that fails now leaves everything as it was.
        good = self.last_good()
        self._init(self._fresh, tip)
        self._fetch_into(self._fresh)
        commit = self._resolve(self._fresh)
        self._refuse_rewind(self._fresh, commit)
        if good is not None and self._contains(self._fresh, commit, good):
            self.git.run(self._fresh, "update-ref", LAST_GOOD, good)
        if self.folder.exists():
            self.folder.rename(self._discarded)
        self._fresh.rename(self.folder)
        _remove(self._discarded)

    def _init(self, folder: Path, tip: str) -> None:
        _remove(folder)
        hash_name = "sha256" if len(tip) == _SHA256_DIGITS else "sha1"
        self.git.run(folder, "init", "--quiet", "--bare", "--template=", f"--object-format={hash_name}")

    def _is_sound(self) -> bool:
        try:
            self.git.run(self.folder, "fsck", "--no-dangling", "--no-progress", "--no-reflogs")
        except GitTimedOutError:
            raise
        except GitError:
            return False
        return True

    def _sweep(self) -> None:
        # We hold the lock, so whoever left these is gone: git killed in the middle, or the gate with it.
        if self._discarded.exists() and not self.folder.exists():
            self._discarded.rename(self.folder)
        _remove(self._fresh)
        _remove(self._discarded)
        for pattern in ("*.lock", "refs/**/*.lock", "objects/**/tmp_*"):
            for leftover in self.folder.glob(pattern):
                leftover.unlink(missing_ok=True)

    def _tidy(self) -> None:
        # One pack comes with each fetch; git's own housekeeping is off, since it would drop what was pushed away.
        if len(list(self.folder.glob("objects/pack/*.pack"))) > _MANY_PACKS:
            # Left untidy, the mirror is slower, not wrong: no reason to give no answer.
            with suppress(GitError):
                self.git.run(self.folder, "repack", "-a", "-d", "--keep-unreachable", "--quiet")


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
