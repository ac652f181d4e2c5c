from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner, Result

from gate.domain import change
from gate.domain.errors import CallerError
from gate.interfaces.cli import finish, main
from gate.interfaces.cli.answer_errors import AskedWronglyError, UnreachableError
from gate.interfaces.cli.asking import Asking
from gate.interfaces.cli.patience import Patience
from tests.unit.interfaces.cli.answers import a_change
from tests.unit.interfaces.cli.simulated_gate import SimulatedGate, is_away, objects, says

FINISHED = a_change(state="finished", result="succeeded")
NOWHERE = "http://127.0.0.1:1"


def asking(gate: SimulatedGate, wait_s: float = 0) -> Asking:
    clock = [0.0]
    patience = Patience(wait_s, lambda: clock[0], lambda seconds: clock.append(clock.pop() + seconds))
    return Asking(gate.client(), patience, lambda _: None)


def invoked(*arguments: str) -> Result:
    return CliRunner().invoke(main.app, ["finish", *arguments, "--url", NOWHERE], prog_name="gate")


def test_the_gate_is_told_the_result() -> None:
    gate = SimulatedGate(says(FINISHED))
    assert asking(gate).finish("chg_1", "succeeded").said == FINISHED
    assert gate.calls == ["POST /v1/changes/chg_1/finish"]
    assert gate.asked[0].content == b'{"result":"succeeded"}'


def test_a_gate_that_is_away_for_a_moment_is_told_again() -> None:
    gate = SimulatedGate(is_away, objects("no-store", 503), says(FINISHED))
    assert asking(gate, 60).finish("chg_1", "succeeded").said == FINISHED


def test_a_gate_that_stays_away_has_recorded_nothing() -> None:
    with pytest.raises(UnreachableError):
        asking(SimulatedGate(is_away), 60).finish("chg_1", "failed")


def test_a_change_that_was_never_started_cannot_be_finished() -> None:
    with pytest.raises(AskedWronglyError):
        asking(SimulatedGate(objects("wrong-state", 409)), 60).finish("chg_1", "failed")


def test_the_results_are_those_of_a_change() -> None:
    assert tuple(finish.Result) == get_args(change.Result)


def test_how_it_went_must_be_said() -> None:
    assert invoked("chg_1").exit_code == 2
    assert invoked("chg_1", "--result", "well").exit_code == 2


@pytest.mark.parametrize("arguments", [(), ("chg_1", "--answer", "gate.json")])
def test_either_the_id_or_the_answer_is_given(arguments: tuple[str, ...]) -> None:
    done = invoked(*arguments, "--result", "failed")
    assert isinstance(done.exception, CallerError)
    assert "either the id of a change or --answer" in str(done.exception)


@pytest.mark.parametrize("text", [None, "", "[]", '{"type": "urn:change-gate:problem:unanswered"}'])
def test_what_is_no_answer_names_no_change(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "gate.json"
    if text is not None:
        file.write_text(text)
    done = invoked("--answer", str(file), "--result", "failed")
    assert isinstance(done.exception, CallerError)
    assert "holds no answer of a gate" in str(done.exception)
