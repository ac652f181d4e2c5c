from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gate.domain.errors import CallerError
from gate.interfaces.cli import main, plan
from gate.interfaces.cli.asking import Asking
from gate.interfaces.cli.patience import Patience
from gate.interfaces.wire import SlotAnswer
from tests.unit.interfaces.cli.answers import a_change, a_decision, a_step
from tests.unit.interfaces.cli.simulated_gate import SimulatedGate, is_away, says

APPROVED = a_change(a_decision("approved", a_step("freeze")))
WAITING = a_change(a_decision("waiting", a_step("freeze", "waiting")))
NOWHERE = "http://127.0.0.1:1"


def asking(gate: SimulatedGate, wait_s: float = 0) -> Asking:
    clock = [0.0]
    patience = Patience(wait_s, lambda: clock[0], lambda seconds: clock.append(clock.pop() + seconds))
    return Asking(gate.client(), patience, lambda _: None)


def invoked(*arguments: str) -> Result:
    return CliRunner().invoke(main.app, ["plan", *arguments, "--url", NOWHERE], prog_name="gate")


@pytest.mark.parametrize(
    ("start", "sent"),
    [("2026-11-28T02:00:00Z", b'{"planned_start":"2026-11-28T02:00:00Z"}'), (None, b'{"planned_start":null}')],
)
def test_the_gate_is_told_the_other_start(start: str | None, sent: bytes) -> None:
    gate = SimulatedGate(says(APPROVED))
    assert asking(gate).plan("chg_1", start).said == APPROVED
    assert gate.calls == ["POST /v1/changes/chg_1/plan"]
    assert gate.asked[0].content == sent


def test_a_gate_that_is_away_for_a_moment_is_told_again() -> None:
    gate = SimulatedGate(is_away, says(WAITING), says(APPROVED))
    assert asking(gate, 60).plan("chg_1", None).said == APPROVED


def test_the_first_slot_is_the_one_that_is_offered_first() -> None:
    slots = [SlotAnswer(start=f"2026-11-2{day}T02:00:00Z", end="", start_by=None) for day in (8, 9)]
    assert plan.first_slot(WAITING.model_copy(update={"next_slots": tuple(slots)})) == "2026-11-28T02:00:00Z"
    with pytest.raises(CallerError, match="is approved, and no slot is offered"):
        plan.first_slot(APPROVED)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("chg_1",), "say when"),
        (("chg_1", "--next", "--now"), "say when"),
        (("chg_1", "2026-11-28T02:00:00Z", "--now"), "say when"),
        (("2026-11-28T02:00:00Z",), "say when"),
        (("--now",), "give either the id of a change or --answer"),
        (("chg_1", "2026-11-28T02:00:00"), "must be a time with an offset"),
        (("chg_1", "9999-11-28T02:00:00Z"), "must lie in the years"),
    ],
)
def test_it_must_be_said_which_change_and_when(arguments: tuple[str, ...], said: str) -> None:
    result = invoked(*arguments)
    assert isinstance(result.exception, CallerError)
    assert said in str(result.exception)


def test_with_the_answer_of_a_check_only_the_time_is_named(tmp_path: Path) -> None:
    file = tmp_path / "gate.json"
    file.write_text("nothing")
    result = invoked("--answer", str(file), "2026-11-28T02:00:00Z")
    assert "holds no answer of a gate" in str(result.exception)
