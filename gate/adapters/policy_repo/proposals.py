"""Branches for the policy repository, as `gate.ports.Proposals`: a commit made of objects alone, and pushed.

No work tree and no index: the file becomes a blob, the trees on the way to it are written anew, and the commit is the
text that it is. Nothing of the mirror but its objects changes.
"""

import asyncio
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from gate.adapters.policy_repo.mirror import Mirror
from gate.domain.errors import RepositoryError
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.proposal import Proposal

_AUTHOR: Final = "Change Gate <change-gate@gate.invalid>"
"""An address that belongs to nobody (RFC 2606): no such commit ever counts as somebody's."""
_PUSH: Final = ("push", "--quiet", "--no-verify", "--no-signed", "--recurse-submodules=no")
# A repository on this machine would run its own hooks, and its own housekeeping, as the gate's user.
_HARMLESS_RECEIVER: Final = "--receive-pack=git -c core.hooksPath=/dev/null -c receive.autogc=false receive-pack"


class GitProposals:
    """Pushes to the repository that a mirror follows, with the access that the mirror has."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror

    async def propose(self, proposal: Proposal, revision: str) -> None:
        """See to it that the branch is there, with the file on top of the revision. RepositoryError."""
        await asyncio.to_thread(self._propose, proposal, revision)

    def _propose(self, proposal: Proposal, revision: str) -> None:
        ref = f"refs/heads/{proposal.branch}"
        if self._is_there(ref):
            return
        commit = self._commit(proposal, revision)
        address = self._mirror.address
        receiver = (_HARMLESS_RECEIVER,) if address.protocol == "file" else ()
        arguments = (*_PUSH, *receiver, "--end-of-options", address.url, f"{commit}:{ref}")
        self._mirror.git.run(self._mirror.folder, *arguments, protocol=address.protocol)

    def _is_there(self, ref: str) -> bool:
        address = self._mirror.address
        arguments = ("ls-remote", "--refs", "--end-of-options", address.url, ref)
        answer = self._mirror.git.run(self._mirror.folder, *arguments, protocol=address.protocol)
        return any(line.endswith(f"\t{ref}".encode()) for line in answer.splitlines())

    def _commit(self, proposal: Proposal, revision: str) -> str:
        if not self._mirror.has(revision):
            raise RepositoryError(f"revision {revision[:40]!r} is not in the mirror of {self._mirror.address}")
        path = PurePosixPath(self._mirror.address.folder, proposal.path)
        with self._mirror.writing():
            blob = self._object("blob", proposal.text)
            tree = self._tree_with(f"{revision}^{{tree}}", path.parts, blob)
            stamp = f"{_AUTHOR} {proposal.at_ns // NANOSECOND_PER_SECOND} +0000"
            head = f"tree {tree}\nparent {revision}\nauthor {stamp}\ncommitter {stamp}\n"
            return self._object("commit", f"{head}\n{proposal.message}")

    def _object(self, kind: str, text: str) -> str:
        answer = self._mirror.git.run(
            self._mirror.folder, "hash-object", "-t", kind, "-w", "--stdin", feed=text.encode()
        )
        return answer.decode("ascii").strip()

    def _tree_with(self, tree: str, path: Sequence[str], blob: str) -> str:
        """The tree with the blob at a path, and whatever else it had; the folders on the way are made."""
        name, *rest = path
        entries = self._entries(tree) if tree else {}
        if rest:
            below = entries.get(name, "")
            if below and not below.startswith("040000 tree "):
                raise RepositoryError(f"{name} of the policy repository is no folder", hint="File the freeze by hand.")
            entries[name] = f"040000 tree {self._tree_with(below.rpartition(' ')[2], rest, blob)}"
        else:
            entries[name] = f"100644 blob {blob}"
        feed = b"".join(f"{fields}\t".encode() + _bytes(entry) + b"\0" for entry, fields in entries.items())
        return self._mirror.git.run(self._mirror.folder, "mktree", "-z", feed=feed).decode("ascii").strip()

    def _entries(self, tree: str) -> dict[str, str]:
        """Name → `mode kind id` of everything directly in a tree."""
        found = (
            record.partition(b"\t") for record in self._mirror.git.records(self._mirror.folder, "ls-tree", "-z", tree)
        )
        return {_text(name): fields.decode("ascii") for fields, _, name in found}


def _text(name: bytes) -> str:
    # Any bytes are a name to git; they must come back as they were.
    return name.decode("utf-8", "surrogateescape")


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
