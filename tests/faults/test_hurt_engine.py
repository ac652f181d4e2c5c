"""Whatever becomes of OPA, nothing is approved without it, and the gate recovers by itself."""

import os
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.faults.gate_process import GateProcess, gate_process, request
from tests.faults.recovery import RECOVERY_S, until_answered
from tests.faults.small_policy import make


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    return make(tmp_path / "policy")


@pytest.fixture
def gate(policy: Path, tmp_path: Path) -> Iterator[GateProcess]:
    database = f"sqlite:///{tmp_path / 'gate.db'}"
    with gate_process(tmp_path, policy, database, GATE_OPA_TIMEOUT_SECONDS="0.5") as process:
        yield process


def ask(gate: GateProcess, run: str) -> str:
    """`approved`, or the status of the problem."""
    status, answer = gate.ask("POST", "/v1/changes", request(run))
    return str(answer["decision"]["outcome"]) if status in {200, 201} else str(status)


def until_approved(gate: GateProcess) -> tuple[float, set[str]]:
    """Seconds until the gate approves again, and what it answered until then."""
    numbers = count()
    return until_answered(lambda: ask(gate, f"again-{next(numbers)}"), "approved")


@pytest.mark.parametrize("hurt", [signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV])
def test_an_engine_that_is_hurt_approves_nothing_and_comes_back(gate: GateProcess, hurt: signal.Signals) -> None:
    assert ask(gate, "before") == "approved"
    (engine,) = gate.engine_pids()
    os.kill(engine, hurt)

    seconds, meanwhile = until_approved(gate)
    assert meanwhile <= {"503"}
    print(f"{hurt.name}: approving again after {seconds:.2f} s (promised: {RECOVERY_S})")
    assert gate.engine_pids() != [engine]


def test_what_was_asked_while_the_engine_was_away_is_not_on_record(gate: GateProcess) -> None:
    (engine,) = gate.engine_pids()
    os.kill(engine, signal.SIGSTOP)
    assert ask(gate, "meanwhile") == "503"
    until_approved(gate)
    status, _ = gate.ask("POST", "/v1/changes", request("meanwhile"))
    assert status == 201, "it is a new change: nothing was decided about it before"


def test_an_engine_error_that_passes_would_be_found(policy: Path, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'gate.db'}"
    settings = {"GATE_OPA_TIMEOUT_SECONDS": "0.5"}
    with gate_process(tmp_path, policy, database, fault="engine_error_passes", **settings) as gate:
        (engine,) = gate.engine_pids()
        os.kill(engine, signal.SIGSTOP)
        assert ask(gate, "meanwhile") == "approved", "the planted bug approves, which the tests above refuse"
