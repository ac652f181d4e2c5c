"""Two gates on one database, asked at the same moment for what collides: one is approved, the other waits its turn."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any, Final

import pytest

from tests.databases import KINDS, empty_database
from tests.faults.colliding_policy import make
from tests.faults.gate_process import GateProcess, gate_process

PAIRS: Final = 1000
HOUSES: Final = 10
FOLLOWED: Final = 7
"""Of every so manyth pair is seen to it that the other one goes after it by itself, which takes it a moment."""
COLLISIONS: Final = (
    ({"service": "shop"}, {"service": "shop"}),
    ({"service": "shop"}, {"service": "stock"}),
    ({"service": "books"}, {"service": "shop"}),
    ({"service": "stock", "implementer": "noor"}, {"service": "books", "implementer": "noor"}),
    ({"service": "stock"}, {"service": "stock", "incident": "inc-1"}),
)


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("policy"), HOUSES)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as url:
        yield url


@dataclass
class Pairs:
    """Asks for pairs that collide, one at each gate, and keeps count of how they went."""

    gates: tuple[GateProcess, GateProcess]
    seen: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """What the two were answered."""
    wrong: list[str] = field(default_factory=list)

    def ask(self, pairs: int) -> None:
        """Ask for so many, in every house one after the other, in all houses at once."""
        with ThreadPoolExecutor(HOUSES) as pool:
            list(pool.map(self._ask_in, range(HOUSES), repeat(pairs // HOUSES)))

    def _ask_in(self, house: int, pairs: int) -> None:
        for number in range(pairs):
            self._ask_one(house, number)

    def _ask_one(self, house: int, number: int) -> None:
        start = threading.Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            asked = [
                pool.submit(self._submit, start, gate, house, f"{house}-{number}-{side}", fields)
                for side, (gate, fields) in enumerate(zip(self.gates, COLLISIONS[number % 5], strict=True))
            ]
            (outcome, first), (other_outcome, second) = sorted(one.result() for one in asked)
        self.seen[outcome, other_outcome] += 1
        self._finish(self.gates[number % 2], first, withdraws=number % 3 == 0)
        if number % FOLLOWED == FOLLOWED - 1:
            self._follow(self.gates[1 - number % 2], second)
        else:
            self._finish(self.gates[0], second, withdraws=True)

    def _submit(
        self, start: threading.Barrier, gate: GateProcess, house: int, run: str, fields: dict[str, str]
    ) -> tuple[str, str]:
        """Outcome and id of a change that was asked for at the same moment as the other one of the pair."""
        named = {name: f"{said}-{house}" if name != "incident" else said for name, said in fields.items()}
        body = {"environment": "production", "commit": "4f" * 20, "run": run, **named}
        start.wait(30)
        status, answer = gate.ask("POST", "/v1/changes", body, timeout=30)
        if status != 201:
            self.wrong.append(f"{run}: {status} {answer}")
            return f"status {status}", ""
        return str(answer["decision"]["outcome"]), str(answer["id"])

    def _follow(self, gate: GateProcess, change: str) -> None:
        """Whoever waited goes on by itself, and is seen so by the gate at which the other one was not ended."""
        settled = gate.ask("GET", f"/v1/changes/{change}?wait=25", timeout=30)[1]
        if settled["decision"]["outcome"] != "approved":
            self.wrong.append(f"{change} waits for ever: {settled['decision']}")
        self._finish(gate, change, withdraws=False)

    def _finish(self, gate: GateProcess, change: str, *, withdraws: bool) -> None:
        steps: list[tuple[str, Any]] = [("withdraw", None)] if withdraws else [("start", None), ("finish", None)]
        for step, body in steps:
            said = {"result": "succeeded"} if step == "finish" else body
            status, answer = gate.ask("POST", f"/v1/changes/{change}/{step}", said, timeout=30)
            if status != 200:
                self.wrong.append(f"{change} cannot {step}: {answer}")


@pytest.fixture
def two_gates(policy: Path, database: str, tmp_path: Path) -> Iterator[tuple[GateProcess, GateProcess]]:
    with ExitStack() as stack:
        yield _both(stack, policy, database, tmp_path)


def _both(
    stack: ExitStack, policy: Path, database: str, folder: Path, fault: str = ""
) -> tuple[GateProcess, GateProcess]:
    states = [folder / "first", folder / "second"]
    for state in states:
        state.mkdir()
    first, second = (stack.enter_context(gate_process(state, policy, database, fault=fault)) for state in states)
    first.until_it_judges()
    second.until_it_judges()
    return first, second


def test_of_a_thousand_pairs_that_collide_one_is_approved_and_the_other_goes_after_it(
    two_gates: tuple[GateProcess, GateProcess],
) -> None:
    pairs = Pairs(two_gates)
    pairs.ask(PAIRS)
    assert pairs.wrong == []
    assert pairs.seen == {("approved", "waiting"): PAIRS}
    print(f"{PAIRS} pairs: one approved, the other waiting, in each; all went on by themselves")


def test_approvals_that_do_not_look_again_would_be_found(policy: Path, database: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        pairs = Pairs(_both(stack, policy, database, tmp_path, fault="approved_unasked"))
        pairs.ask(HOUSES * (FOLLOWED - 1))
    assert pairs.seen["approved", "approved"]
