"""How git is run: fixed commands, an environment built from nothing, limits on time, memory and files.

GitPython only ever adds to the environment of its own process, so every command goes through `env -i`: an inherited
GIT_DIR, GIT_SSH_COMMAND or GIT_CONFIG_COUNT never reaches git.
"""

import shlex
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from gate.adapters.policy_repo.child import Child, started
from gate.domain.errors import RepositoryError

DEFAULT_PATH: Final = "/usr/local/bin:/usr/bin:/bin"
_ENV: Final = "/usr/bin/env"
# `ulimit -f` counts 512-byte blocks (POSIX), `-v` KiB. Not every system can limit memory; all can limit files. With the
# signal ignored, a write past the limit fails, and git says why instead of dying mute.
_SCRIPT: Final = 'trap "" XFSZ; ulimit -v "$1" 2>/dev/null; ulimit -f "$2" || exit 125; shift 2; exec "$@"'
_LIMITED: Final = ("/bin/sh", "-c", _SCRIPT, "sh")
_BLOCK: Final = 512
_SHOWN: Final = 300
_MAX_RECORD: Final = 64 * 1024

_ENVIRONMENT: Final = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_DEFAULT_REF_FORMAT": "files",
    "GIT_SSH_VARIANT": "ssh",
    "SSH_ASKPASS_REQUIRE": "never",
}
_CONFIG: Final = (
    *("protocol.ext.allow=never", "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.symlinks=false"),
    *(
        "transfer.fsckObjects=true",
        "transfer.unpackLimit=1",
        "transfer.bundleURI=false",
        "fetch.recurseSubmodules=false",
    ),
    *("http.followRedirects=false", "safe.bareRepository=explicit", "gc.auto=0", "maintenance.auto=false"),
    *("core.fsync=committed,reference", "pack.threads=1", "credential.helper="),
)


@dataclass(frozen=True, slots=True)
class Access:
    """What git may use to be let in. Nothing is taken from the environment or the home of whoever runs the gate."""

    ssh_command: str = "ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10"
    """Run by git for ssh addresses; must understand OpenSSH's options."""
    ssh_agent: Path | None = None
    """The socket of an agent that holds the key."""
    credentials: Path | None = None
    """For https: a file of `https://user:token@host` lines, in the format of git-credential-store."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one git command may take."""

    remote_s: float = 60.0
    """Seconds for a command that asks the remote repository."""
    local_s: float = 30.0
    """Seconds for any other command, and for waiting until another gate lets go of the mirror."""
    file_bytes: int = 1024 * 1024 * 1024
    """The largest file git may write: the history of the policy repository, packed."""
    memory_bytes: int = 4 * 1024 * 1024 * 1024
    """Address space; packs are mapped, so it must exceed the largest file."""
    output_bytes: int = 64 * 1024 * 1024
    """What is read of one command's answer."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of checking a signature: git's exit status, and what it and the tool behind it said."""

    status: int
    lines: Sequence[str]


class GitError(RepositoryError):
    """A git command failed."""


class GitTimedOutError(GitError):
    """A git command did not end in time and was killed, with everything it had started."""


class Git:
    """Runs git commands. Safe to use from several threads; `close` ends what is running, and nothing starts after."""

    def __init__(
        self, home: Path, *, access: Access | None = None, limits: Limits | None = None, path: str = DEFAULT_PATH
    ) -> None:
        """`home` is an empty folder; `path` is where git and ssh are looked for."""
        self.limits = limits or Limits()
        self._home = home
        self._access = access or Access()
        self._path = path
        self._running: set[Child] = set()
        self._guard = threading.Lock()
        self._closed = False

    def run(self, repository: Path, *arguments: str, feed: bytes = b"", protocol: str = "") -> bytes:
        """What a command in this repository answers, given `feed` as input. GitError, GitTimedOutError.

        `protocol` is the one that the command may speak to a remote repository; without it, none.
        """
        answer = bytearray()
        with closing(self._chunks(repository, arguments, feed, protocol)) as chunks:
            for chunk in chunks:
                answer += chunk
                if len(answer) > self.limits.output_bytes:
                    raise GitError(f"git {arguments[0]} answers more than {self.limits.output_bytes} bytes")
        return bytes(answer)

    def records(self, repository: Path, *arguments: str) -> Generator[bytes, None, None]:
        """The NUL-terminated records of the answer, as they come. Closing the generator ends the command."""
        rest = b""
        with closing(self._chunks(repository, arguments, b"", "")) as chunks:
            for chunk in chunks:
                *records, rest = (rest + chunk).split(b"\0")
                yield from records
                if len(rest) > _MAX_RECORD:
                    raise GitError(f"git {arguments[0]} names something in more than {_MAX_RECORD} bytes")

    def verify(
        self, repository: Path, commit: str, settings: Sequence[str], environment: Mapping[str, str]
    ) -> Verification:
        """Check the signature of a commit, with these settings of git and these variables besides. GitTimedOutError.

        That a signature is not good is an answer, and so is that there is no tool to check it.
        """
        command = self._command(repository, ("verify-commit", "--raw", commit), "", settings, environment)
        with started(command, self._home, b"", self.limits.local_s) as child, self._admitted(child):
            for _ in child.output():
                pass
            status = child.status()
            if child.timed_out:
                raise GitTimedOutError(f"a signature was not checked within {self.limits.local_s:g} s")
            return Verification(status, child.said().splitlines())

    def close(self) -> None:
        """End every command; those who wait for one get a GitError."""
        with self._guard:
            self._closed = True
            for child in self._running:
                child.kill()

    def _chunks(
        self, repository: Path, arguments: Sequence[str], feed: bytes, protocol: str
    ) -> Generator[bytes, None, None]:
        timeout_s = self.limits.remote_s if protocol else self.limits.local_s
        with started(self._command(repository, arguments, protocol), self._home, feed, timeout_s) as child:
            with self._admitted(child):
                yield from child.output()
                status = child.status()
            if child.timed_out:
                raise GitTimedOutError(
                    f"git {arguments[0]} did not end within {timeout_s:g} s and was stopped",
                    hint="The repository may be slow or unreachable; the last good revision stays in force.",
                )
            if status != 0:
                raise _failure(arguments[0], status, child.said())

    @contextmanager
    def _admitted(self, child: Child) -> Iterator[None]:
        with self._guard:
            if self._closed:
                raise GitError("the policy source is closed")
            self._running.add(child)
        try:
            yield
        finally:
            with self._guard:
                self._running.discard(child)

    def _command(
        self,
        repository: Path,
        arguments: Sequence[str],
        protocol: str,
        settings: Sequence[str] = (),
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> list[str]:
        environment = _ENVIRONMENT | {
            "PATH": self._path,
            "HOME": str(self._home),
            "GIT_DIR": str(repository),
            "GIT_ALLOW_PROTOCOL": protocol,
            "GIT_SSH_COMMAND": self._access.ssh_command,
            **more,
        }
        if self._access.ssh_agent is not None:
            environment["SSH_AUTH_SOCK"] = str(self._access.ssh_agent)
        variables = [f"{name}={value}" for name, value in environment.items()]
        memory, blocks = self.limits.memory_bytes // 1024, self.limits.file_bytes // _BLOCK
        configuration = [part for setting in (*self._configuration(), *settings) for part in ("-c", setting)]
        return [_ENV, "-i", *variables, *_LIMITED, str(memory), str(blocks), "git", *configuration, *arguments]

    def _configuration(self) -> list[str]:
        if self._access.credentials is None:
            return list(_CONFIG)
        # git hands the helper's line to a shell.
        return [*_CONFIG, f"credential.helper=store --file={shlex.quote(str(self._access.credentials))}"]


_HINTS: Final = {
    "File too large": "The repository is larger than the gate accepts; raise the limit or use a smaller repository.",
    "Out of memory": "An object in the repository is larger than the gate takes in; remove it from the history.",
    "dubious ownership": "Let the user that runs the gate own the repository, or give an ssh or https address.",
    "Host key verification failed": "Add the host's key to the known hosts that the ssh command reads.",
    "Permission denied": "Give the gate an agent (GATE_POLICY_SSH_AGENT) whose key may read the repository.",
    "could not read Username": "Give the gate a token that may read it, in a file (GATE_POLICY_CREDENTIALS).",
}


def _failure(name: str, status: int, said: str) -> GitError:
    lines = [line for line in said.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    reason = (fatal or lines or [f"it ended with status {status}"])[0]
    hint = next((hint for sign, hint in _HINTS.items() if sign in said), "")
    # What a remote repository says travels into logs and pages: nothing in it may steer a terminal.
    printable = "".join(c if c.isprintable() else " " for c in reason)
    return GitError(f"git {name} failed: {printable[:_SHOWN]}", hint=hint)
