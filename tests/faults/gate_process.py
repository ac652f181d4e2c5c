"""A real gate in a process of its own, to be hurt, and the pipelines that keep asking it."""

import http.client
import json
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Final

from tests.faults import launcher
from tests.secrecy import discreet

_LISTENING: Final = re.compile(r"listens on http://127\.0\.0\.1:(\d+)")
_OK: Final = 200
_NURSERY: Final = multiprocessing.get_context("forkserver")
_NURSERY.set_forkserver_preload(["gate.wiring", "gate.interfaces.cli.serve"])
"""Gates are forked off a process that has imported everything already, because there are hundreds of them."""
_FAILURES: Final = (OSError, http.client.HTTPException, json.JSONDecodeError)


@dataclass
class GateProcess:
    """One `gate serve`, listening."""

    process: ForkServerProcess
    port: int

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.process.kill()
        self.process.join(10)

    def has_died(self) -> bool:
        """Whether it is gone, or goes within seconds: a signal takes a moment, on a busy machine a long one."""
        self.process.join(30)
        return not self.process.is_alive()

    def until_it_judges(self) -> None:
        """Return once it can decide; on a busy machine that may take a few looks. ChildProcessError if it dies."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if self.ask("GET", "/readyz")[0] == _OK:
                    return
            except _FAILURES as error:
                raise ChildProcessError("the gate ended before it judged") from error
        raise TimeoutError("no policy became active")

    def engine_pids(self) -> list[int]:
        """The OPA processes that it started."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]

    def ask(
        self, method: str, path: str, body: object = None, *, timeout: float = 10, token: str = ""
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON of one request; bytes are sent as they are. OSError or HTTPException without an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            content = body if body is None or isinstance(body, bytes) else json.dumps(body)
            connection.request(method, path, content, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()


@contextmanager
def gate_process(
    state: Path, policy: Path, database: str, *, fault: str = "", **settings: str
) -> Iterator[GateProcess]:
    """A gate that listens when this is entered, and is gone when it is left. A gate that died while starting raises."""
    environment = os.environ | {
        "FAULT": fault,
        "GATE_STATE_DIR": str(state),
        "GATE_POLICY_REPO": str(policy),
        "GATE_DATABASE_URL": database,
        "GATE_PORT": "0",
        "GATE_RATE_PER_SECOND": "100000",
        "GATE_RATE_BURST": "100000",
        **settings,
    }
    reading, writing = _NURSERY.Pipe(duplex=False)
    process = _NURSERY.Process(target=_be_a_gate, args=(environment, writing, state / "gate.log"))
    process.start()
    writing.close()
    try:
        gate = GateProcess(process, _port_of(process, reading))
        with discreet(process.pid or 0, f"http://127.0.0.1:{gate.port}", environment):
            yield gate
    finally:
        _end_all(process)
        reading.close()


def _be_a_gate(environment: Mapping[str, str], out: Connection, log: Path) -> None:
    """What the forked process does: as `python -m tests.faults.launcher` in this environment, leading its own group."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(out.fileno(), sys.stdout.fileno())
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), sys.stderr.fileno())
    out.close()
    launcher.main()


def _port_of(process: ForkServerProcess, out: Connection) -> int:
    with open(out.fileno(), closefd=False) as said:
        for line in said:
            if found := _LISTENING.search(line):
                return int(found[1])
    process.join(10)
    raise ChildProcessError(f"the gate ended while starting, with {process.exitcode}")


def _end_all(process: ForkServerProcess) -> None:
    """It and whatever it has started."""
    if process.pid is not None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.join(10)
    process.close()


def request(run: str) -> dict[str, Any]:
    """A change that the small policy approves."""
    return {
        "service": "payments",
        "environment": "production",
        "commit": "4f0c2f6d1f0d4c3b8a7e6d5c4b3a291817161514",
        "run": run,
        "evidence": [{"kind": "tests", "status": "passed"}],
    }


@dataclass
class Pipelines:
    """Clients that ask at the same time, each change once, and remember every answer that reached them."""

    asked: list[str] = field(default_factory=list)
    answered: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Run → change id and decision id."""
    refused: list[str] = field(default_factory=list)
    """Why, where there was no answer although the gate was there."""

    def ask(self, gate: GateProcess, round_name: str, *, clients: int, each: int, kill_after: int = 0) -> None:
        """Ask until all is answered or the gate is gone. `kill_after`: SIGKILL once so many answers are here."""
        gate.until_it_judges()
        share = [[f"{round_name}-{client}-{n}" for n in range(each)] for client in range(clients)]
        threads = [threading.Thread(target=self._ask_all, args=(gate, runs, kill_after)) for runs in share]
        self._left = kill_after
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if kill_after:
            gate.process.kill()  # for clients that gave up waiting before there were so many answers

    def _ask_all(self, gate: GateProcess, runs: Sequence[str], kill_after: int) -> None:
        for run in runs:
            self.asked.append(run)
            try:
                status, answer = gate.ask("POST", "/v1/changes", request(run))
            except TimeoutError as slow:
                self.refused.append(repr(slow))
                continue
            except _FAILURES:
                return
            if status in {200, 201}:
                self.answered[run] = (answer["id"], answer["decision"]["id"])
            else:
                self.refused.append(str(answer))
            self._left -= 1
            if kill_after and self._left <= 0:
                gate.process.kill()

    def lost(self, gate: GateProcess) -> list[str]:
        """The runs whose answer left although it is not on record."""
        return [
            run
            for run, (_, decision) in self.answered.items()
            if gate.ask("GET", f"/v1/decisions/{decision}")[0] != 200
        ]

    def doubled(self, gate: GateProcess) -> list[str]:
        """The runs that, asked again, became another change than the one that was answered."""
        again = {run: gate.ask("POST", "/v1/changes", request(run))[1]["id"] for run in self.asked}
        changed = [run for run, (change, _) in self.answered.items() if again[run] != change]
        shared = len(again) - len(set(again.values()))
        return changed + [f"{shared} runs share a change"] * bool(shared)
