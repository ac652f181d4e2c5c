"""`gate serve` as a process, and questions to it."""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

from tests.ports import free_port
from tests.secrecy import discreet

_START_S: Final = 90


@dataclass(frozen=True, slots=True)
class ServedGate:
    """A gate on a port of the loopback."""

    port: int

    def ask(self, path: str, body: object = None, *, token: str = "") -> tuple[int, Any]:
        """Status and JSON of an answer; a question with a body is a POST. OSError while nobody answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            if body is None:
                connection.request("GET", path, headers=headers)
            else:
                connection.request("POST", path, json.dumps(body), {**headers, "Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def is_ready(self) -> bool:
        """Whether it can decide; False also while nobody answers."""
        try:
            return self.ask("/readyz")[0] == 200
        except OSError:
            return False


@contextmanager
def serving(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], port: int = 0
) -> Iterator[ServedGate]:
    """A gate that was started by this command, from when it is ready."""
    served = ServedGate(port or free_port())
    told = {"GATE_HOST": "127.0.0.1", "GATE_PORT": str(served.port)}
    log = folder / "gate.log"
    with (
        log.open("w") as out,
        subprocess.Popen(command, cwd=folder, env={**environment, **told}, stdout=out, stderr=out) as process,  # noqa: S603 -- a test's own command
    ):
        try:
            deadline = time.monotonic() + _START_S
            while not served.is_ready():
                assert process.poll() is None, f"the gate ended: {log.read_text()}"
                assert time.monotonic() < deadline, f"the gate is not ready in time: {log.read_text()}"
                time.sleep(0.1)
            with discreet(process.pid, f"http://127.0.0.1:{served.port}", environment):
                yield served
        finally:
            process.terminate()
