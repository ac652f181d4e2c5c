"""An answer that left is on record, whatever is killed next; and nothing is recorded twice."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import KINDS, empty_database
from tests.faults.gate_process import Pipelines, gate_process
from tests.faults.small_policy import make

KILLS_AT_RANDOM = 26
KILLS_AT_COMMITS = 24
"""Half of them before the commit, half after."""
COMMITS_TO_START = 3


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("policy"))


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as url:
        yield url


def faults() -> Iterator[tuple[str, int]]:
    """Every fault with the number of answers after which the gate is killed from outside, 0 for never."""
    chance = random.Random(20261122)  # noqa: S311 -- which moment is hit must be the same each time
    for _ in range(KILLS_AT_RANDOM):
        yield "", chance.randint(1, 24)
    for number in range(KILLS_AT_COMMITS // 2):
        yield f"before_commit:{COMMITS_TO_START + number}", 0
        yield f"after_commit:{COMMITS_TO_START + number}", 0


def test_fifty_kills_lose_no_answer_and_double_none(policy: Path, database: str, tmp_path: Path) -> None:
    pipelines = Pipelines()
    survivors = []
    for number, (fault, kill_after) in enumerate(faults()):
        try:
            with gate_process(tmp_path, policy, database, fault=fault) as gate:
                pipelines.ask(gate, f"round-{number}", clients=4, each=25, kill_after=kill_after)
                if not gate.has_died():
                    survivors.append((fault, kill_after, pipelines.refused))
        except ChildProcessError:
            continue  # a commit while starting was the one to die at
    assert survivors == []

    with gate_process(tmp_path, policy, database) as gate:
        assert pipelines.lost(gate) == []
        assert pipelines.doubled(gate) == []
    kills = KILLS_AT_RANDOM + KILLS_AT_COMMITS
    print(f"{kills} kills, {len(pipelines.asked)} asked, {len(pipelines.answered)} answered, none lost, none doubled")


def test_an_answer_before_its_commit_would_be_found(policy: Path, database: str, tmp_path: Path) -> None:
    pipelines = Pipelines()
    with gate_process(tmp_path, policy, database, fault="answer_before_commit") as gate:
        pipelines.ask(gate, "planted", clients=2, each=10)
        gate.kill()

    with gate_process(tmp_path, policy, database) as gate:
        assert pipelines.lost(gate)
