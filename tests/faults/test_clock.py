"""Somebody sets the machine's clock back while the gate runs: nothing is lost, nothing doubled, nothing waits."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.gate_process import GateProcess, Pipelines, gate_process, request
from tests.faults.recovery import RECOVERY_S, until_answered
from tests.faults.small_policy import commit, make

HOUR_S = 3600


@dataclass(frozen=True)
class House:
    """A gate, and its clock."""

    gate: GateProcess
    clock: Path
    database: Path

    def set_clock(self, seconds: int) -> None:
        """Put it off by so many seconds."""
        moved = self.clock.with_suffix(".new")
        moved.write_text(str(seconds))
        moved.replace(self.clock)

    def ask(self, run: str) -> str:
        status, answer = self.gate.ask("POST", "/v1/changes", request(run))
        return str(answer["decision"]["outcome"] if status in {200, 201} else answer["type"])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    policy, clock, database = make(tmp_path / "policy"), tmp_path / "clock", tmp_path / "gate.db"
    strict = policy / "gate.yaml"
    strict.write_text(strict.read_text().replace("when_stale: allow", "when_stale: refuse"))
    commit(policy, "Refuse to be judged by what may be old")
    clock.write_text("0")
    settings = {"GATE_POLICY_POLL_SECONDS": "0.5"}
    with gate_process(tmp_path, policy, f"sqlite:///{database}", fault=f"clock:{clock}", **settings) as gate:
        yield House(gate, clock, database)


def test_a_clock_that_is_set_back_loses_nothing_and_doubles_nothing(house: House) -> None:
    pipelines = Pipelines()
    pipelines.ask(house.gate, "before", clients=4, each=10)
    first = pipelines.answered["before-0-0"][0]

    house.set_clock(-HOUR_S)
    seconds, meanwhile = until_answered(lambda: house.ask("just-after"), "approved")
    assert meanwhile <= {"urn:change-gate:problem:stale-policy"}, "how old the policy is, nobody knows for a moment"
    assert seconds < RECOVERY_S

    pipelines.ask(house.gate, "after", clients=4, each=10)
    assert pipelines.lost(house.gate) == []
    assert pipelines.doubled(house.gate) == []
    for step in ("start", "finish"):
        status, change = house.gate.ask("POST", f"/v1/changes/{first}/{step}", {"result": "succeeded"})
        assert status == 200, change
    assert change["state"] == "finished"
    assert history(house, first) == ["submitted", "decided", "decided", "started", "finished"]


def history(house: House, change: str) -> list[str]:
    """What is on record of a change, in its order."""
    with closing(sqlite3.connect(f"file:{house.database}?mode=ro", uri=True)) as connection:
        asked = connection.execute("SELECT kind FROM records WHERE change_id = ? ORDER BY number", (change,))
        return [kind for (kind,) in asked]
