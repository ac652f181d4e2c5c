"""A gate that is killed and started again goes on where it was: who holds what, whose turn it is, what is frozen."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.databases import KINDS, empty_database
from tests.faults.colliding_policy import make
from tests.faults.gate_process import GateProcess, gate_process
from tests.faults.recovery import until_answered


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("policy"), houses=2)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as url:
        yield url


def submit(gate: GateProcess, service: str, run: str, **fields: Any) -> str:
    body = {"service": service, "environment": "production", "commit": "4f" * 20, "run": run, **fields}
    status, answer = gate.ask("POST", "/v1/changes", body)
    assert status == 201, answer
    return str(answer["id"])


def standing(gate: GateProcess, *changes: str) -> list[tuple[str, int | None]]:
    """Outcome and place of each."""
    decisions = [gate.ask("GET", f"/v1/changes/{change}")[1]["decision"] for change in changes]
    return [(decision["outcome"], decision["place"]) for decision in decisions]


def act(gate: GateProcess, change: str, what: str, body: object = None) -> None:
    status, answer = gate.ask("POST", f"/v1/changes/{change}/{what}", body)
    assert status == 200, answer


def test_reservations_places_in_line_and_red_buttons_are_as_before(policy: Path, database: str, tmp_path: Path) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    with gate_process(tmp_path, policy, database) as gate:
        gate.until_it_judges()
        running = submit(gate, "stock-0", "running")
        act(gate, running, "start")
        line = [submit(gate, "stock-0", f"in line {number}") for number in range(3)]
        planned = submit(gate, "shop-1", "planned", planned_start=tomorrow)
        status, freeze = gate.ask("POST", "/v1/freezes", {"scope": {}, "reason": "something is on fire"})
        assert status == 201, freeze
        before = standing(gate, *line, planned)
        gate.kill()
    assert before == [("waiting", 1), ("waiting", 2), ("waiting", 3), ("approved", None)]

    with gate_process(tmp_path, policy, database) as gate:
        gate.until_it_judges()
        assert standing(gate, *line, planned) == before
        freezes: Any = gate.ask("GET", "/v1/freezes")[1]
        assert [each["id"] for each in freezes] == [freeze["id"]]
        late = submit(gate, "books-1", "late", planned_start=tomorrow)
        assert standing(gate, late) == [("waiting", 1)]
        act(gate, running, "finish", {"result": "succeeded"})
        moved_up = [("approved", None), ("waiting", 1), ("waiting", 2)]
        until_answered(lambda: str(standing(gate, *line)), str(moved_up))
