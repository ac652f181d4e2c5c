"""Whatever a served OPA answers but the truth, at the pinned revision and in time: no approval, nothing on record."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final
from urllib.request import urlopen

import pytest

from tests.faults.gate_process import GateProcess, gate_process, request
from tests.faults.lying_opa import LIES, LyingOpa, serving
from tests.faults.recovery import RECOVERY_S, until_answered
from tests.faults.small_policy import commit, git, make

PROBLEMS: Final = {"no-engine", "engine-busy", "engine-behind", "no-assessment"}
COUNTED: Final = ("changes", "decisions", "records WHERE change_id IS NOT NULL", "reservations")
_RUNS: Final = count(1)


@dataclass(frozen=True)
class House:
    """A gate that is judged for by an OPA of which nobody knows what it will say."""

    gate: GateProcess
    opa: LyingOpa
    policy: Path
    database: Path

    def ask(self) -> str:
        """`approved`, or the problem, for a change that was never asked for before."""
        status, answer = self.gate.ask("POST", "/v1/changes", request(f"run-{next(_RUNS)}"))
        if status in {200, 201}:
            return str(answer["decision"]["outcome"])
        assert (status, answer["status"]) == (503, 503), answer
        assert answer["hint"], "it says what to do next"
        return str(answer["type"]).removeprefix("urn:change-gate:problem:")

    def push(self) -> str:
        """Commit another revision, and tell the gate; the revision."""
        with (self.policy / "objectives.yaml").open("a") as file:
            file.write("# said otherwise\n")
        revision = commit(self.policy, "Say it otherwise")
        self.gate.ask("POST", "/hooks/policy")
        return revision

    def in_force(self) -> str:
        """The revision that the gate judges at."""
        return str(self.gate.ask("GET", "/v1/policy")[1]["revision"])

    def published(self) -> str:
        """The revision that the gate offers to OPA."""
        with urlopen(f"http://127.0.0.1:{self.gate.port}/v1/bundles/gate.tar.gz") as answer:
            return str(answer.headers["ETag"]).strip('"')

    def on_record(self) -> dict[str, int]:
        """How many rows there are of changes, and of what became of them."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return {rows: connection.execute(f"SELECT count(*) FROM {rows}").fetchone()[0] for rows in COUNTED}  # noqa: S608 -- our names


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    yield from opened(tmp_path)


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for all lies: what one has left behind shows in the next."""
    yield from opened(tmp_path_factory.mktemp("lies"))


def opened(folder: Path, fault: str = "") -> Iterator[House]:
    policy, database = make(folder / "policy"), folder / "gate.db"
    with serving(git(policy, "rev-parse", "HEAD")) as opa:
        settings = {"GATE_OPA_URL": opa.url, "GATE_OPA_TIMEOUT_SECONDS": "0.5", "GATE_POLICY_POLL_SECONDS": "0.5"}
        with gate_process(folder, policy, f"sqlite:///{database}", fault=fault, **settings) as gate:
            gate.until_it_judges()
            yield House(gate, opa, policy, database)


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_approves_nothing_records_nothing_and_passes(lived_in: House, lie: str) -> None:
    assert lived_in.ask() == "approved"
    before = lived_in.on_record()
    lived_in.opa.lie = LIES[lie]
    try:
        answers = {lived_in.ask() for _ in range(3)}
    finally:
        lived_in.opa.lie = None
    assert answers <= PROBLEMS
    assert lived_in.on_record() == before
    seconds, meanwhile = until_answered(lived_in.ask, "approved")
    assert meanwhile <= PROBLEMS
    assert seconds < RECOVERY_S


def test_an_opa_that_has_not_followed_yet_judges_on_at_the_revision_before(house: House) -> None:
    old, new = house.opa.revision, house.push()
    until_answered(house.published, new)
    for _ in range(3):
        _, change = house.gate.ask("POST", "/v1/changes", request(f"run-{next(_RUNS)}"))
        assert (change["decision"]["outcome"], change["decision"]["revision"]) == ("approved", old)
    house.opa.revision = new
    until_answered(house.in_force, new)
    assert house.ask() == "approved"


def test_an_opa_that_stays_behind_gives_no_answers_until_it_has_followed(tmp_path: Path) -> None:
    for house in opened(tmp_path, fault="hurried_activation"):
        new = house.push()
        until_answered(house.in_force, new)
        before = house.on_record()
        assert {house.ask() for _ in range(3)} == {"engine-behind"}
        assert house.gate.ask("GET", "/readyz")[0] == 503
        assert house.on_record() == before

        house.opa.revision = new
        seconds, meanwhile = until_answered(house.ask, "approved")
        assert meanwhile <= {"engine-behind"}
        assert seconds < RECOVERY_S
        assert house.gate.ask("GET", "/readyz")[0] == 200


def test_what_was_asked_while_opa_lied_is_a_new_change_afterwards(house: House) -> None:
    house.opa.lie = LIES["half a reply"]
    assert house.gate.ask("POST", "/v1/changes", request("meanwhile"))[0] == 503
    house.opa.lie = None
    assert house.gate.ask("POST", "/v1/changes", request("meanwhile"))[0] == 201


def test_a_change_does_not_start_on_a_lie(house: House) -> None:
    _, change = house.gate.ask("POST", "/v1/changes", request("approved"))
    assert change["decision"]["outcome"] == "approved"
    house.opa.lie = LIES["another revision"]
    assert house.gate.ask("POST", f"/v1/changes/{change['id']}/start")[0] == 503
    assert house.gate.ask("GET", f"/v1/changes/{change['id']}")[1]["state"] == "open"


@pytest.mark.parametrize("lie", ["garbage", "half a reply", "another revision", "slow"])
def test_a_swallowed_error_would_be_found(tmp_path: Path, lie: str) -> None:
    for house in opened(tmp_path, fault="engine_error_passes"):
        house.opa.lie = LIES[lie]
        assert house.ask() == "approved", "the planted bug approves, which the tests above refuse"
