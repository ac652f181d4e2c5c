"""One caller who brings very much at once does not keep the others from being answered."""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from gate.settings import Settings
from gate.wiring import open_access
from tests.faults.gate_process import GateProcess, gate_process, request
from tests.faults.small_policy import make

CROWD: Final = 90
ANSWER_S: Final = 5.0
"""How long the others wait before they give up. Without shares and turns it took 22 s, or ended with a 503."""


@dataclass(frozen=True)
class Besieged:
    """A gate, and the tokens of two of its callers."""

    gate: GateProcess
    crowd: str
    other: str


@pytest.fixture
def besieged(tmp_path: Path) -> Iterator[Besieged]:
    database = f"sqlite:///{tmp_path / 'gate.db'}"
    settings = Settings.model_validate({"state_dir": tmp_path, "database_url": database})
    crowd, other = (asyncio.run(token(settings, name)) for name in ("crowd", "other"))
    with gate_process(tmp_path, make(tmp_path / "policy"), database) as gate:
        yield Besieged(gate, crowd, other)


async def token(settings: Settings, name: str) -> str:
    async with open_access(settings) as access:
        _, written = await access.make(name, ["submit"])
        return written


def many_paths(run: str) -> bytes:
    """A request as large as they can be, which is answered."""
    return json.dumps(request(run) | {"paths": [f"{'x' * 180}/{number}" for number in range(5000)]}).encode()


def many_numbers(run: str) -> bytes:
    """One that is refused, but took a third of a second to read."""
    return f'{{"run": "{run}", "paths": [{"1," * 490_000}1]}}'.encode()


@pytest.mark.parametrize("body", [many_paths, many_numbers])
def test_a_crowd_of_large_requests_keeps_nobody_else_waiting(besieged: Besieged, body: Callable[[str], bytes]) -> None:
    gate, seen = besieged.gate, Counter[int]()
    gate.until_it_judges()

    def come(run: str) -> None:
        status, _ = gate.ask("POST", "/v1/changes", body(run), timeout=60, token=besieged.crowd)
        seen[status] += 1

    threads = [threading.Thread(target=come, args=(f"crowd-{number}",)) for number in range(CROWD)]
    for thread in threads:
        thread.start()
    waited = list(asked_until(lambda: not any(thread.is_alive() for thread in threads), besieged))
    assert seen.total() == CROWD
    assert seen.keys() <= {201, 400, 429, 503}, "the crowd itself may be told to come again"
    print(f"{body.__name__}: crowd {dict(seen)}; the other asked {len(waited)} times, {max(waited):.2f} s at most")


def asked_until(over: Callable[[], bool], besieged: Besieged) -> Iterator[float]:
    """Seconds that the other caller waited for each of its answers, and a look at the health beside it."""
    number = 0
    while number < 5 or not over():
        begun = time.monotonic()
        status, answer = asked(besieged, f"other-{number}")
        assert status == 201, answer
        assert besieged.gate.ask("GET", "/healthz", timeout=ANSWER_S)[0] == 200
        number += 1
        yield time.monotonic() - begun


def asked(besieged: Besieged, run: str) -> tuple[int, dict[str, Any]]:
    return besieged.gate.ask("POST", "/v1/changes", request(run), timeout=ANSWER_S, token=besieged.other)
