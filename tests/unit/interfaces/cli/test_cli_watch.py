import pytest
from typer.testing import CliRunner, Result

from gate.domain.errors import CallerError
from gate.interfaces.cli import main
from gate.interfaces.cli.answer_errors import AskedWronglyError, UnreachableError
from gate.interfaces.cli.gate_client import GateClient
from gate.interfaces.cli.patience import Patience
from gate.interfaces.cli.watching import Watching
from gate.interfaces.wire import ChangeAnswer
from tests.unit.interfaces.cli.answers import a_change
from tests.unit.interfaces.cli.simulated_gate import Answer, SimulatedGate, is_away, objects, says

STOP = {"at": "2026-11-27T10:05:00Z", "reason": "production is closed", "window": "frz_1"}
RUNS = a_change(state="started")
STOPPED = a_change(state="started", stop_requested=STOP)
FINISHED = a_change(state="finished", result="succeeded")
ROLLED_BACK = a_change(state="finished", result="rolled_back", stop_requested=STOP)


def watched(gate: SimulatedGate, wait_s: float = 0) -> ChangeAnswer:
    def patience() -> Patience:
        clock = [0.0]
        return Patience(wait_s, lambda: clock[0], lambda seconds: clock.append(clock.pop() + seconds))

    return Watching(gate.client(), patience, lambda _: None).until_over_or_stopped("chg_1")


def test_it_is_watched_until_it_is_over() -> None:
    gate = SimulatedGate(says(RUNS), says(RUNS), says(FINISHED))
    assert watched(gate) == FINISHED
    assert gate.calls == ["GET /v1/changes/chg_1", *["GET /v1/changes/chg_1?wait=30"] * 2]


def test_it_is_watched_until_it_is_told_to_stop() -> None:
    assert watched(SimulatedGate(says(RUNS), says(STOPPED))) == STOPPED


def test_what_is_over_already_is_not_watched() -> None:
    gate = SimulatedGate(says(FINISHED))
    assert watched(gate) == FINISHED
    assert len(gate.calls) == 1


def test_what_has_not_started_cannot_be_watched() -> None:
    with pytest.raises(CallerError, match="has not started"):
        watched(SimulatedGate(says(a_change())))


def test_a_gate_that_is_away_now_and_then_is_asked_again_each_time() -> None:
    away = [is_away, objects("no-store", 503)]
    gate = SimulatedGate(says(RUNS), *away, says(RUNS), *away, says(FINISHED))
    assert watched(gate, 3) == FINISHED


def test_a_gate_that_stays_away_never_says_that_all_is_well() -> None:
    with pytest.raises(UnreachableError):
        watched(SimulatedGate(says(RUNS), is_away), 60)


def test_what_nobody_knows_cannot_be_watched() -> None:
    with pytest.raises(AskedWronglyError):
        watched(SimulatedGate(objects("unknown-name", 404)))


# The command


def invoked(monkeypatch: pytest.MonkeyPatch, *answers: Answer) -> Result:
    gate = SimulatedGate(*answers)
    monkeypatch.setattr(GateClient, "at", lambda _: gate.client())
    return CliRunner().invoke(main.app, ["watch", "chg_1"], prog_name="gate")


def test_a_stop_has_an_exit_status_of_its_own_and_says_why_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    done = invoked(monkeypatch, says(RUNS), says(STOPPED))
    assert done.exit_code == 13
    assert done.stdout.splitlines() == [
        "STOP: payments into production at 4f0c2f6d1f0d",
        "  since 2026-11-27T10:05:00Z, because production is closed",
        "  end or undo the deployment, then: gate finish chg_1 --result …",
    ]
    assert "watching: payments into production at 4f0c2f6d1f0d runs" in done.stderr


@pytest.mark.parametrize("over", [FINISHED, ROLLED_BACK])
def test_what_is_over_is_well_even_if_it_had_been_told_to_stop(
    monkeypatch: pytest.MonkeyPatch, over: ChangeAnswer
) -> None:
    done = invoked(monkeypatch, says(over))
    assert done.exit_code == 0
    assert done.stdout.startswith(f"OVER, finished, {over.result}: payments into production")


def test_which_change_must_be_said() -> None:
    done = CliRunner().invoke(main.app, ["watch"], prog_name="gate")
    assert isinstance(done.exception, CallerError)
