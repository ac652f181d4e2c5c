"""Which commit brought the present content of a file to the branch, and who made it: the evidence for a bypass.

Only the branch's own line counts (first parents): a pull request's commits are written by whoever asks, its merge by
whoever grants. The answer depends on the revision alone, so every gate and every replay finds the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Final

from gate.adapters.policy_repo.mirror import Mirror
from gate.domain.bypass import Origin
from gate.domain.instant import NANOSECOND_PER_SECOND

_LOG: Final = ("log", "--first-parent", "-m", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", "-z")
_FORMAT: Final = "--format=%H%x00%P%x00%ae%x00%ce%x00%ct"
_HEADER_FIELDS: Final = 5
_A_MERGE: Final = 2


@dataclass(frozen=True, slots=True)
class _Step:
    """One commit of the branch's line and, where `path` is set, one file that it changed."""

    header: Sequence[bytes]
    path: str = ""
    before: str = ""
    after: str = ""

    @property
    def parents(self) -> list[str]:
        return self.header[1].decode("ascii").split()

    def origin(self) -> Origin:
        commit, _, author, committer, seconds = self.header
        return Origin(
            commit=commit.decode("ascii"),
            author=author.decode("utf-8", "replace"),
            committer=committer.decode("utf-8", "replace"),
            # Nothing, where the commit names an encoding in which its own header cannot be read: then nobody granted.
            at_ns=int(seconds or 0) * NANOSECOND_PER_SECOND,
            parents=len(self.parents),
        )


class Origins:
    """The origins of the files in one folder. The last answer is kept: the next costs only what came after it."""

    def __init__(self, mirror: Mirror, folder: str) -> None:
        """`folder`: the way to it from the root of the repository."""
        self._mirror = mirror
        self._folder = folder
        # Replaced whole, so that several threads may ask at once.
        self._last: tuple[str, Mapping[str, Origin]] = ("", {})

    def at(self, revision: str, blobs: Mapping[str, str]) -> Mapping[str, Origin]:
        """The origins of these files (path → blob id) at a revision. GitError."""
        base, known = self._last
        if not blobs or revision == base:
            return {path: known[path] for path in blobs if path in known}
        found = self._brought_forward(base, known, revision, blobs) or _newest(self._steps(revision), blobs)
        found = {path: self._by_its_author(path, origin, known.get(path)) for path, origin in found.items()}
        self._last = (revision, found)
        return found

    def _by_its_author(self, path: str, origin: Origin, known: Origin | None) -> Origin:
        """A merge commit's author is whoever merged; whoever wrote the file made the commit that the merge brought."""
        if known is not None and known.commit == origin.commit:
            return known
        if origin.parents < _A_MERGE:
            return origin
        wrote = ("log", "-1", "--no-merges", "--format=%ae", origin.commit, "--", path)
        author = self._mirror.git.run(self._mirror.folder, *wrote).decode("utf-8", "replace").strip()
        return origin.model_copy(update={"author": author or origin.author})

    def _brought_forward(
        self, base: str, known: Mapping[str, Origin], revision: str, blobs: Mapping[str, str]
    ) -> dict[str, Origin] | None:
        """What was known at `base` with what changed since; None where the line to `revision` does not pass there."""
        # --sparse lists the commits that touched nothing here too: the last of them shows where the line comes from.
        steps = list(self._steps(f"{base}..{revision}", "--sparse")) if base else []
        if not steps or steps[-1].parents[:1] != [base]:
            return None
        found = dict(known) | _newest(iter(steps), blobs)
        return {path: found[path] for path in blobs} if blobs.keys() <= found.keys() else None

    def _steps(self, commits: str, *options: str) -> Iterator[_Step]:
        arguments = (*_LOG, *options, _FORMAT, commits, "--", self._folder)
        with closing(self._mirror.git.records(self._mirror.folder, *arguments)) as records:
            header: Sequence[bytes] = ()
            for record in records:
                # A commit id never begins with a colon, a change always does, and the fields of each are counted.
                if record.startswith((b":", b"\n:")):
                    _, _, before, after, _ = record.decode("ascii").split()
                    yield _Step(header, next(records).decode("utf-8", "replace"), before, after)
                else:
                    header = (record, *islice(records, _HEADER_FIELDS - 1))
                    yield _Step(header)


def _newest(steps: Iterator[_Step], blobs: Mapping[str, str]) -> dict[str, Origin]:
    """The last step that changed each file. Stops reading once all are found."""
    found: dict[str, Origin] = {}
    for step in steps:
        # Where only the mode changed, the content came earlier.
        if step.path not in blobs or step.path in found or step.before == step.after:
            continue
        found[step.path] = step.origin()
        if len(found) == len(blobs):
            break
    return found
