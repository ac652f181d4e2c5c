"""A gate as its users meet it: `gate serve` on a free port with the default pack, and `gate` commands that ask it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

import httpx2

from tests.secrecy import discreet

PROJECT: Final = Path(__file__).parents[2]
SOMEBODY: Final = ("-c", "user.name=ruth", "-c", "user.email=ruth@house.test")
"""Who commits."""
_START_S: Final = 60
_END_S: Final = 20
_FOLLOW_S: Final = 30
_GATE: Final = (sys.executable, "-m", "gate")

# Nothing of whoever runs the tests: their GATE_URL, their CI's run, their git configuration, their colours.
_KEPT: Final = ("PATH", "LANG", "SYSTEMROOT", "TMPDIR", "GATE_OPA_BINARY")
_ENVIRONMENT: Final = {
    "PYTHONUTF8": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "HOME": os.devnull,
}


def clean_environment(**more: str) -> dict[str, str]:
    """The environment of a command of the gate, and of git beside it."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | _ENVIRONMENT | more


def gate(
    *arguments: str,
    folder: Path = PROJECT,
    given: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> "Ended":
    """Run a command of the gate to its end, in a folder, with something on its standard input."""
    done = subprocess.run(  # noqa: S603 -- the gate itself
        [*_GATE, *arguments],
        cwd=folder,
        env=clean_environment(PYTHONPATH=str(PROJECT), **(environment or {})),
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


@dataclass(slots=True)
class ServedGate:
    """A running gate and the policy repository that it follows."""

    url: str
    policy: Path
    process: "subprocess.Popen[str]"

    def gate(
        self,
        *arguments: str,
        folder: Path = PROJECT,
        given: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Ended:
        """A command that asks this gate."""
        return gate(*arguments, folder=folder, given=given, environment={"GATE_URL": self.url, **(environment or {})})

    def get(self, path: str) -> Any:
        """What it answers, as JSON."""
        return httpx2.get(f"{self.url}{path}").raise_for_status().json()

    def commit(self, path: str, text: str | None) -> str:
        """Commit a file of the policy (None takes it away), and wait until the gate follows. The revision."""
        revision = self.push(path, text)
        active, _ = self._seen()
        assert active == revision, f"the gate rejects {path}: {self.get('/v1/policy')['findings']}"
        return revision

    def push(self, path: str, text: str | None) -> str:
        """The same for what the gate may reject."""
        file = self.policy / path
        if text is None:
            file.unlink()
        else:
            file.write_text(text, "utf-8")
        git(self.policy, "add", "--all")
        git(self.policy, *SOMEBODY, "commit", "-qm", path)
        revision = git(self.policy, "rev-parse", "HEAD")
        httpx2.post(f"{self.url}/hooks/policy").raise_for_status()
        _until(lambda: revision in self._seen(), _FOLLOW_S, f"the gate saw {revision}")
        return revision

    def _seen(self) -> tuple[str, str]:
        policy = self.get("/v1/policy")
        return policy["revision"], policy["rejected_revision"]


@contextmanager
def serving(policy: Path, state: Path, **environment: str) -> Iterator[ServedGate]:
    """A gate on the main branch of a policy repository, ready; told to end when left, which it must do cleanly."""
    state.mkdir(parents=True, exist_ok=True)
    options = ("--port", "0", "--policy-repo", str(policy), "--state-dir", str(state))
    with (state / "serve.log").open("w+") as log, _started(options, log, environment) as process:
        try:
            served = ServedGate(_url(process, log), policy, process)
            _until(lambda: httpx2.get(f"{served.url}/readyz").is_success, _START_S, "the gate is ready")
            with discreet(process.pid, served.url, environment):
                yield served
        finally:
            process.terminate()
            status = process.wait(_END_S)
        assert status == 0, f"the gate ended with {status}: {_text(log)}"


def _started(options: tuple[str, ...], log: TextIO, environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 -- the gate itself
        [*_GATE, "serve", *options],
        cwd=PROJECT,
        env=clean_environment(**environment),
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )


def _url(process: "subprocess.Popen[str]", log: TextIO) -> str:
    assert process.stdout is not None
    greeting = process.stdout.readline()
    assert "http://" in greeting, f"the gate did not start: {greeting}{_text(log)}"
    return greeting.rsplit(maxsplit=1)[-1]


def _text(log: TextIO) -> str:
    log.seek(0)
    return str(log.read())


def git(folder: Path, *arguments: str) -> str:
    """What git answers in a folder; it knows nobody's name but those given with -c."""
    return subprocess.check_output(  # noqa: S603 -- fixed commands
        ["git", "-C", str(folder), *arguments],  # noqa: S607 -- the git of whoever runs the tests
        env=clean_environment(),
        text=True,
    ).strip()


def _until(is_so: Callable[[], bool], seconds: float, what: str) -> None:
    """Look again and again: what is waited for happens in another process."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"not within {seconds} s: {what}"
        time.sleep(0.05)
