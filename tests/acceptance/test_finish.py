"""`gate finish` against a real gate."""

import json
from pathlib import Path

import pytest

from tests.acceptance.served import ServedGate

COMMIT = "4f0c2f6d1f0d4c3b8a7e6d5c4b3a291817161514"


@pytest.fixture(scope="module")
def answer(own_gate: ServedGate) -> str:
    """What `gate check` wrote of a change that it started."""
    named = ("--service", "status-page", "--environment", "staging", "--commit", COMMIT, "--lines", "3")
    more = ("--path", "src/a.py", "--evidence", "tests=passed", "--start", "--output", "json")
    done = own_gate.gate("check", *named, *more)
    assert done.status == 0, done.out
    return done.out


def test_a_started_change_is_finished_once(own_gate: ServedGate, answer: str, tmp_path: Path) -> None:
    file = tmp_path / "gate.json"
    file.write_text(answer)
    change = json.loads(answer)["id"]
    done = own_gate.gate("finish", "--answer", str(file), "--result", "rolled_back")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("FINISHED, rolled_back: status-page into staging at 4f0c2f6d1f0d")
    assert own_gate.gate("finish", change, "--result", "rolled_back").status == 0
    other = own_gate.gate("finish", change, "--result", "succeeded")
    assert (other.status, other.out) == (2, "")
    assert own_gate.get(f"/v1/changes/{change}")["result"] == "rolled_back"


def test_what_nobody_knows_or_nobody_hears_is_not_finished(own_gate: ServedGate) -> None:
    assert own_gate.gate("finish", "chg_nothing", "--result", "failed").status == 2
    away = own_gate.gate("finish", "chg_nothing", "--result", "failed", "--url", "http://127.0.0.1:1")
    assert away.status == 20
    assert "does not answer" in away.err
