import pytest

from gate.domain.errors import CallerError, EngineError, GateError, PolicyRejectedError
from gate.interfaces.cli.answer_errors import NoGateError, UnreachableError
from gate.interfaces.cli.check_result import Unanswered
from gate.interfaces.cli.exit_status import of_error
from tests.unit.interfaces.cli.answers import a_decision, answered


@pytest.mark.parametrize(("outcome", "status"), [("approved", 0), ("refused", 10), ("review", 11), ("waiting", 12)])
def test_each_outcome_has_its_exit_status(outcome: str, status: int) -> None:
    assert answered(a_decision(outcome)).exit_status == status


STOP = {"at": "2026-11-27T10:05:00Z", "reason": "production is closed", "window": "frz_1"}


@pytest.mark.parametrize(("state", "status"), [("started", 13), ("finished", 12)])
def test_a_change_that_runs_and_is_to_stop_has_a_status_of_its_own(state: str, status: int) -> None:
    assert answered(a_decision("waiting"), state=state, stop_requested=STOP).exit_status == status


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CallerError("x"), 2),
        (UnreachableError("x"), 20),
        (NoGateError("x"), 20),
        (EngineError("x"), 20),
        (GateError("x"), 20),
    ],
)
def test_no_answer_is_never_an_approval(error: GateError, status: int) -> None:
    assert Unanswered(error).exit_status == status


def test_a_rejected_policy_and_a_defect_have_their_own_status() -> None:
    assert of_error(PolicyRejectedError("r", [])) == 1
    assert of_error(ZeroDivisionError()) == 20
