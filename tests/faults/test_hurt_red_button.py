"""A red button that was pressed holds for every gate process from when its answer left, and whatever is killed next."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.databases import KINDS, empty_database
from tests.faults.gate_process import GateProcess, gate_process, request
from tests.faults.small_policy import commit, make

PRESSES = 8
CLIENTS = 4
FREEZE_STEP = """package gate.steps.freeze

default verdict := {"status": "failed", "reasons": [{"code": "no_rule", "message": "no rule of this step applied"}]}

closed := [{"code": "frozen", "message": window.name} | some window in input.windows; not _runs_on(window)]

_runs_on(window) if {
	input.change.state == "started"
	window.overrun == "finish"
}

verdict := {"status": "satisfied"} if count(closed) == 0

verdict := {"status": "waiting", "until_ns": null, "reasons": closed} if count(closed) > 0
"""


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small policy, with a step that looks at freezes."""
    folder = make(tmp_path_factory.mktemp("policy"))
    (folder / "rego/steps/freeze.rego").write_text(FREEZE_STEP)
    for name in ("process.yaml", "rego/assessment.rego"):
        told = (folder / name).read_text()
        told = told.replace("[evidence]", "[freeze]").replace('["evidence"]', '["freeze"]')
        told = told.replace('"evidence": data.gate.steps.evidence', '"freeze": data.gate.steps.freeze')
        (folder / name).write_text(told)
    commit(folder, "Look at freezes")
    return folder


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as url:
        yield url


def insist(gate: GateProcess, path: str, said: dict[str, Any]) -> tuple[int, Any]:
    """Ask, and again whenever others were in the way, as they often are where a bug is planted."""
    for _ in range(20):
        status, answer = gate.ask("POST", path, said)
        if status != 503:
            break
    return status, answer


def press(gate: GateProcess, **fields: Any) -> str:
    status, freeze = insist(gate, "/v1/freezes", {"scope": {}, "reason": "something is on fire"} | fields)
    assert status == 201, freeze
    return str(freeze["id"])


def thaw(gate: GateProcess, freeze: str) -> None:
    status, answer = insist(gate, f"/v1/freezes/{freeze}/thaw", {"reason": "it is out now"})
    assert (status, answer["state"]) == (200, "thawed"), answer


def outcome(gate: GateProcess, run: str) -> str:
    return str(gate.ask("POST", "/v1/changes", request(run))[1]["decision"]["outcome"])


def approvals(database: str) -> set[str]:
    """The decisions on record that approve, as a bystander reads them."""
    engine = create_engine(database.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
    with engine.connect() as connection:
        return set(connection.execute(text("SELECT id FROM decisions WHERE outcome = 'approved'")).scalars())


# Two processes


def slipped_past(pressed_at: GateProcess, asked_at: GateProcess, database: str) -> int:
    """Press again and again while clients ask the other gate: how many approvals were recorded after a press."""
    over, slipped = threading.Event(), 0
    asked = threading.Semaphore(0)

    def client(number: int) -> None:
        for question in range(1_000_000):
            if over.is_set():
                return
            outcome(asked_at, f"{number}-{question}")
            asked.release()

    clients = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in clients:
        thread.start()
    try:
        for _ in range(PRESSES):
            _let_pass(asked, 3 * CLIENTS)
            freeze = press(pressed_at)
            before = approvals(database)
            _let_pass(asked, 3 * CLIENTS)
            slipped += len(approvals(database) - before)
            thaw(pressed_at, freeze)
    finally:
        over.set()
        for thread in clients:
            thread.join()
    return slipped


def _let_pass(asked: threading.Semaphore, number: int) -> None:
    """Until so many more questions have been answered."""
    while asked.acquire(blocking=False):
        pass
    for _ in range(number):
        assert asked.acquire(timeout=30)


def test_no_gate_approves_anything_once_a_press_was_answered(policy: Path, database: str, tmp_path: Path) -> None:
    with gate_process(tmp_path, policy, database) as one, gate_process(tmp_path, policy, database) as other:
        for gate in (one, other):
            gate.until_it_judges()
        assert slipped_past(one, other, database) == 0


def test_a_gate_that_would_not_look_once_more_would_be_found(policy: Path, database: str, tmp_path: Path) -> None:
    with (
        gate_process(tmp_path, policy, database) as one,
        gate_process(tmp_path, policy, database, fault="press_unheard") as other,
    ):
        for gate in (one, other):
            gate.until_it_judges()
        assert slipped_past(one, other, database) > 0


# Killed


def test_what_is_pressed_or_thawed_stays_so_whatever_is_killed(policy: Path, database: str, tmp_path: Path) -> None:
    with gate_process(tmp_path, policy, database) as gate:
        gate.until_it_judges()
        freeze = press(gate)
        gate.kill()
    with gate_process(tmp_path, policy, database) as gate:
        gate.until_it_judges()
        assert outcome(gate, "frozen") == "waiting"
        thaw(gate, freeze)
        gate.kill()
    with gate_process(tmp_path, policy, database) as gate:
        gate.until_it_judges()
        assert outcome(gate, "thawed") == "approved"
        assert gate.ask("GET", f"/v1/freezes/{freeze}")[1]["thaw_reason"] == "it is out now"


def test_a_change_that_runs_is_told_to_stop_by_the_gate_that_comes_after(
    policy: Path, database: str, tmp_path: Path
) -> None:
    with gate_process(tmp_path, policy, database) as gate:
        gate.until_it_judges()
        change = gate.ask("POST", "/v1/changes", request("runs"))[1]["id"]
        assert gate.ask("POST", f"/v1/changes/{change}/start")[1]["state"] == "started"
        press(gate, overrun="stop")
        gate.kill()
    with gate_process(tmp_path, policy, database) as gate:
        gate.until_it_judges()
        stop = told_to_stop(gate, change)
        gate.kill()
    with gate_process(tmp_path, policy, database) as gate:
        assert gate.ask("GET", f"/v1/changes/{change}")[1]["stop_requested"] == stop


def told_to_stop(gate: GateProcess, change: str) -> dict[str, Any]:
    """What it is told, once it is. The gate holds the answer back until then, or for half a minute."""
    begun = time.monotonic()
    while time.monotonic() - begun < 90:
        answer = gate.ask("GET", f"/v1/changes/{change}?wait=30", timeout=40)[1]
        if answer["stop_requested"]:
            return dict(answer["stop_requested"])
    raise AssertionError("nobody told it")
