"""One child process: started fresh, fed once, listened to, ended with everything it started.

Started by exec, never by a bare fork: the Go runtime inside the embedded engine hangs in a forked copy.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from typing import Final, Self

from gate.domain.errors import EngineError

_PASSED_ON: Final = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "TZDIR", "LANG")
"""Of the gate's environment only these: its secrets are no business of a process that runs policy."""

_LINE_BYTES: Final = 8 << 20
_CHUNK_BYTES: Final = 64 << 10
_REMEMBERED_BYTES: Final = 256 << 10


class Child:
    """A running process, the first line it said, and the end of everything it said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._said = b""
        self._first_line: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._listening = [
            asyncio.create_task(self._listen_to_output()),
            asyncio.create_task(self._listen(process.stderr)),
        ]

    @classmethod
    async def start(cls, command: Sequence[str], *, environment: Mapping[str, str], opening: bytes = b"") -> Self:
        """Start a process in a group of its own and write `opening` to its input, which then stays open.

        EngineError if there is no such program.
        """
        inherited = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**inherited, **environment},
                start_new_session=True,
                limit=_LINE_BYTES,
            )
        except OSError as cause:
            raise EngineError(
                f"the policy engine cannot be started: {cause}", hint=f"Is {command[0]} an executable file?"
            ) from cause
        child = cls(process)
        await child._feed(opening)
        return child

    @property
    def pid(self) -> int:
        """Its process id, which is that of its group too."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it is known to have ended."""
        return self._process.returncode is not None

    @property
    def said(self) -> str:
        """The end of what it wrote, output and complaints."""
        return self._said.decode(errors="replace").strip()

    async def first_line(self) -> bytes:
        """The first line of its output; empty if it ended without one."""
        return await asyncio.shield(self._first_line)

    async def ended(self) -> int:
        """Wait until it has ended and everything it said was heard; its exit status."""
        status = await self._process.wait()
        await asyncio.wait(self._listening)
        return status

    def kill(self) -> None:
        """End it now, with everything it started. Not a request: a runaway evaluation does not listen."""
        if not self.has_ended:  # its number may belong to somebody else by now
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    async def close(self) -> None:
        """Kill it and wait until nothing of it is left."""
        self.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self.ended()

    async def _feed(self, opening: bytes) -> None:
        stream = self._process.stdin
        if stream is None:
            return
        # That it has ended already is noticed where its first line is awaited.
        with contextlib.suppress(ConnectionError):
            stream.write(opening)
            await stream.drain()

    async def _listen_to_output(self) -> None:
        stream = self._process.stdout
        line = await stream.readline() if stream is not None else b""
        self._first_line.set_result(line)
        self._remember(line)
        await self._listen(stream)

    async def _listen(self, stream: asyncio.StreamReader | None) -> None:
        """Read to the end: a full pipe would stop the process."""
        while stream is not None and (chunk := await stream.read(_CHUNK_BYTES)):
            self._remember(chunk)

    def _remember(self, chunk: bytes) -> None:
        self._said = (self._said + chunk)[-_REMEMBERED_BYTES:]
