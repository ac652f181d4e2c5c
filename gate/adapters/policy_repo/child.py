"""One git process: started through GitPython in an environment of its own, watched, and ended with all its children.

Which commands run, and in which environment, is decided in `git`.
"""

import os
import signal
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import Popen
from typing import IO, Final

from git.cmd import Git as GitPython

_CHUNK: Final = 64 * 1024
_KEPT_STDERR: Final = 16 * 1024


class Child:
    """A running process, leader of its own process group."""

    def __init__(self, process: "Popen[bytes]", timeout_s: float) -> None:
        self.timed_out = False
        self._process = process
        self._said = bytearray()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._watchdog = threading.Timer(timeout_s, self._run_out)
        self._watchdog.daemon = True
        self._listener.start()
        self._watchdog.start()

    def output(self) -> Iterator[bytes]:
        """What it writes, as it comes, until it stops writing or is ended."""
        stdout = _pipe(self._process.stdout)
        while chunk := os.read(stdout.fileno(), _CHUNK):
            yield chunk

    def status(self) -> int:
        """How it ended; negative for a signal. Waits for it, and ends what it left behind holding the pipes."""
        status = self._process.wait()
        self.kill()
        return status

    def said(self) -> str:
        """What it wrote to stderr, after the end."""
        self._listener.join()
        return self._said.decode("utf-8", "replace")

    def kill(self) -> None:
        """End it and everything it started that is still in its group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def release(self) -> None:
        """End what still runs, and let go of pipes and threads."""
        if self._process.returncode is None:
            self.kill()
            self._process.wait()
        self._watchdog.cancel()
        self._watchdog.join()
        self._listener.join()
        _pipe(self._process.stdout).close()
        _pipe(self._process.stderr).close()

    def _run_out(self) -> None:
        self.timed_out = True
        self.kill()

    def _listen(self) -> None:
        # Read to the end, keep the beginning: a full pipe would stop git, a full memory the gate.
        stderr = _pipe(self._process.stderr)
        while chunk := os.read(stderr.fileno(), _CHUNK):
            self._said += chunk[: _KEPT_STDERR - len(self._said)]


@contextmanager
def started(command: Sequence[str], folder: Path, feed: bytes, timeout_s: float) -> Iterator[Child]:
    """Run a command in a folder with `feed` as its input; on leaving, it and all that it started are gone."""
    with tempfile.TemporaryFile() as source:
        source.write(feed)
        source.seek(0)
        # GitPython's own time-out looks for children by running ps; a process group needs no looking.
        handle = GitPython(str(folder)).execute(command, istream=source, as_process=True, start_new_session=True)
        process = handle.proc
        if process is None:
            raise ChildProcessError(command[0])
        child = Child(process, timeout_s)
        try:
            yield child
        finally:
            child.release()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        msg = "GitPython opens a pipe for each of stdout and stderr"
        raise TypeError(msg)
    return stream
