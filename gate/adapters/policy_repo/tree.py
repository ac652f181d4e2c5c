"""The policy folder at a commit: what lies in it, and what the files say, by id and never by name.

Which files are acceptable is decided in `listing`; which commit brought a file, in `origins`.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Final

from gate.adapters.policy_repo.git import GitError
from gate.adapters.policy_repo.listing import Found, PolicyFile
from gate.adapters.policy_repo.mirror import COMMIT_ID, Mirror
from gate.adapters.policy_repo.origins import Origins
from gate.domain.bypass import Origin
from gate.domain.errors import PolicyRejectedError, RepositoryError
from gate.domain.finding import Finding
from gate.domain.instant import NANOSECOND_PER_SECOND, YEARS, to_ns

_NO_DATE: Final = to_ns(datetime(YEARS.stop, 1, 1, tzinfo=UTC)) // NANOSECOND_PER_SECOND


class CommitSnapshot:
    """One commit in the mirror. RepositoryError from every method; GitError where the mirror may be damaged."""

    def __init__(self, mirror: Mirror, revision: str, origins: Origins) -> None:
        """`origins` remembers between snapshots. RepositoryError for what is no commit id or not in the mirror."""
        if not COMMIT_ID.fullmatch(revision):
            raise RepositoryError(f"{revision[:80]!r} is not a commit id", hint="Give all of its hexadecimal digits.")
        if not mirror.has(revision):
            raise GitError(
                f"revision {revision} is not in the mirror of {mirror.address}",
                hint="Give the id of a commit that is or was on the branch.",
            )
        self.revision = revision
        self._mirror = mirror
        self._origins = origins
        self._prefix = f"{mirror.address.folder}/" if mirror.address.folder else ""

    @property
    def committed_at_ns(self) -> int:
        """When the commit was made, as it states itself. PolicyRejectedError where that cannot be."""
        # Empty where the commit names an encoding in which its own header cannot be read.
        answer = self._mirror.git.run(self._mirror.folder, "log", "-1", "--format=%ct", self.revision, "--").strip()
        if not answer or not 0 <= int(answer) < _NO_DATE:
            message = f"the commit's date, {answer.decode() or 'unreadable'}, is none of the years 1970 to {YEARS[-1]}"
            hint = "Set the clock, leave the encoding to git, and commit again."
            raise PolicyRejectedError(self.revision, [Finding(message=message, hint=hint)])
        return int(answer) * NANOSECOND_PER_SECOND

    def found(self) -> Generator[Found, None, None]:
        """Every entry below the folder, as git lists it. A tree that never ends costs no more than what is taken."""
        arguments = ["ls-tree", "-r", "-z", "-l", "--full-tree", self.revision]
        if self._mirror.address.folder:
            arguments += ["--", self._mirror.address.folder]
        prefix = self._prefix.encode()
        with closing(self._mirror.git.records(self._mirror.folder, *arguments)) as records:
            for record in records:
                fields, _, name = record.partition(b"\t")
                mode, _, blob, size = fields.decode("ascii").split()
                # Submodules have no size here.
                yield Found(name.removeprefix(prefix), mode, int(size) if size != "-" else 0, blob)

    def contents(self, files: Sequence[PolicyFile]) -> Mapping[str, bytes]:
        """The bytes of each file."""
        wanted = {file.blob: file.size for file in files}
        if not wanted:
            return {}
        feed = "".join(f"{blob}\n" for blob in wanted).encode("ascii")
        answer = self._mirror.git.run(self._mirror.folder, "cat-file", "--batch", feed=feed)
        return dict(_blobs(answer, wanted))

    def origins(self, files: Sequence[PolicyFile]) -> Mapping[str, Origin]:
        """Who brought each file's present content to the branch."""
        found = self._origins.at(self.revision, {f"{self._prefix}{file.path}": file.blob for file in files})
        return {path.removeprefix(self._prefix): origin for path, origin in found.items()}


def _blobs(answer: bytes, wanted: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
    position = 0
    for blob, size in wanted.items():
        header = f"{blob} blob {size}\n".encode("ascii")
        start = position + len(header)
        if answer[position:start] != header:
            raise GitError(f"blob {blob[:12]} of the policy repository cannot be read")
        yield blob, answer[start : start + size]
        position = start + size + 1
