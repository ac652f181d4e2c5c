"""A real gate in a process of its own, to be hurt, and the pipelines that keep asking it."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

_LISTENING: Final = re.compile(r"listens on http://127\.0\.0\.1:(\d+)")
_OK: Final = 200
_FAILURES: Final = (OSError, http.client.HTTPException, json.JSONDecodeError)


@dataclass
class GateProcess:
    """One `gate serve`, listening."""

    process: "subprocess.Popen[str]"
    port: int

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.process.kill()
        self.process.wait(10)

    def has_died(self) -> bool:
        """Whether it is gone, or goes within seconds: a signal takes a moment."""
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            return False
        return True

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
    command = [sys.executable, "-m", "tests.faults.launcher"]
    with (state / "gate.log").open("a") as log:
        process = subprocess.Popen(  # noqa: S603 -- ourselves
            command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
    try:
        yield GateProcess(process, _port_of(process))
    finally:
        _end_all(process)


def _port_of(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    for line in process.stdout:
        if found := _LISTENING.search(line):
            return int(found[1])
    raise ChildProcessError(f"the gate ended while starting, with {process.wait(10)}")


def _end_all(process: "subprocess.Popen[str]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    if process.stdout is not None:
        process.stdout.close()


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

    def _ask_all(self, gate: GateProcess, runs: Sequence[str], kill_after: int) -> None:
        for run in runs:
            self.asked.append(run)
            try:
                status, answer = gate.ask("POST", "/v1/changes", request(run))
            except _FAILURES:
                return
            if status in {200, 201}:
                self.answered[run] = (answer["id"], answer["decision"]["id"])
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
