"""A policy folder on disk, read by the same rules as a commit: what `gate policy check DIR` judges before a push.

Nothing here is in force, and no commit brought it: bypasses in it have no origin.
"""

import hashlib
import os
import stat
from collections.abc import Generator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from gate.adapters.policy_repo.listing import MAX_ENTRIES, MAX_PATH_PARTS, Found, PolicyFile
from gate.adapters.policy_repo.reading import PolicyReader
from gate.adapters.policy_repo.strict_text import MAX_FILE_BYTES
from gate.domain.bypass import Origin
from gate.domain.errors import RepositoryError
from gate.domain.policy_set import PolicySet

_GITS_OWN: Final = b".git"
_REGULAR: Final = "100644"
_LINK: Final = "120000"
_FOLDER: Final = "040000"
_OTHER: Final = "000000"
# A pipe in place of a file must not make the reader wait for whoever writes into it.
_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_working_copy(folder: Path, now_ns: int = 0) -> PolicySet:
    """The policy set of a folder as it lies there; its revision is `working-copy-` and a digest of what was read.

    It is judged as if it was committed now.
    PolicyRejectedError with every finding; RepositoryError if the folder cannot be read.
    """
    try:
        return PolicyReader().read(_WorkingCopy(folder, now_ns))
    except OSError as error:
        raise RepositoryError(
            f"the policy folder {folder} cannot be read: {error.strerror}",
            hint="Give the folder that holds gate.yaml, and the right to read everything below it.",
        ) from error


class _WorkingCopy:
    """A snapshot of a folder. OSError from every method."""

    def __init__(self, folder: Path, committed_at_ns: int) -> None:
        self.committed_at_ns = committed_at_ns
        self._folder = folder
        self._digest = hashlib.sha256()

    @property
    def revision(self) -> str:
        """Names what was read."""
        return f"working-copy-{self._digest.hexdigest()[:12]}"

    def found(self) -> Generator[Found, None, None]:
        """Everything below the folder but git's own directory."""
        return _below(os.fsencode(self._folder), b"")

    def contents(self, files: Sequence[PolicyFile]) -> Mapping[str, bytes]:
        """The bytes of each file."""
        contents = {file.blob: self._content(file.path) for file in files}
        for path, content in sorted(contents.items()):
            self._digest.update(f"{path}\0{len(content)}\0".encode())
            self._digest.update(content)
        return contents

    def origins(self, files: Sequence[PolicyFile]) -> Mapping[str, Origin]:  # noqa: ARG002 -- no commit brought them
        """None: nothing here was merged."""
        return {}

    def _content(self, path: str) -> bytes:
        descriptor = os.open(self._folder / path, _OPEN)
        with os.fdopen(descriptor, "rb") as file:
            # One byte more than allowed shows a file that grew since it was listed.
            return file.read(MAX_FILE_BYTES + 1)


def _below(folder: bytes, prefix: bytes) -> Generator[Found, None, None]:
    with os.scandir(folder) as entries:
        here = sorted(islice(entries, MAX_ENTRIES + 1), key=lambda entry: entry.name)
    for entry in here:
        name = prefix + entry.name
        if name == _GITS_OWN:
            continue
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode) and name.count(b"/") < MAX_PATH_PARTS:
            yield from _below(entry.path, name + b"/")
        else:
            yield Found(name, _mode(status.st_mode), status.st_size, os.fsdecode(name))


def _mode(bits: int) -> str:
    if stat.S_ISREG(bits):
        return _REGULAR
    if stat.S_ISLNK(bits):
        return _LINK
    return _FOLDER if stat.S_ISDIR(bits) else _OTHER
