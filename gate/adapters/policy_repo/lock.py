"""One writer at a time on a state folder, among threads and among gates on one machine."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gate.domain.errors import RepositoryError

_PAUSE_S: Final = 0.02


@contextmanager
def held(path: Path, timeout_s: float) -> Iterator[None]:
    """Hold the lock file. RepositoryError if somebody else holds it for longer than this many seconds.

    The kernel lets go of it when its holder dies, so no lock outlives a killed gate.
    """
    with path.open("a+b") as file:
        deadline = time.monotonic() + timeout_s
        while not _taken(file.fileno()):
            if time.monotonic() >= deadline:
                raise RepositoryError(
                    f"another gate has held {path} for more than {timeout_s:g} s",
                    hint="Wait until it is done, or give each gate a state folder of its own.",
                )
            time.sleep(_PAUSE_S)
        yield


def _taken(descriptor: int) -> bool:
    try:
        # flock, not lockf: it belongs to the open file, so that two threads exclude each other too.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
