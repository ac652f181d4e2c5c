import httpx2
import pytest

from gate.domain.errors import CallerError
from gate.interfaces.cli.answer_errors import AskedWronglyError, NoGateError, UnreachableError
from gate.interfaces.cli.asking import Answer as Asked
from gate.interfaces.cli.asking import Asking
from gate.interfaces.cli.patience import Patience
from gate.interfaces.wire import ChangeAnswer
from tests.unit.interfaces.cli.answers import REVIEWERS, a_change, a_decision, a_step
from tests.unit.interfaces.cli.simulated_gate import Answer, SimulatedGate, is_away, objects, says

REVIEW = a_change(a_decision("review", a_step("peer_review", "pending", needs=(REVIEWERS,))))
WAITING = a_change(a_decision("waiting", a_step("freeze", "waiting", until="2026-11-28T08:00:00Z")))
APPROVED = a_change(a_decision("approved", a_step("freeze")))
REFUSED = a_change(a_decision("refused", a_step("evidence", "failed")))
STARTED = APPROVED.model_copy(update={"state": "started"})


class Clock:
    """Stands still but for pauses, and for questions that take a while."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now_s += seconds

    def passing(self, seconds: float, answer: Answer) -> Answer:
        """An answer that takes so long."""

        def late(request: httpx2.Request) -> httpx2.Response:
            self.now_s += seconds
            return answer(request)

        return late


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ask(
    gate: SimulatedGate, clock: Clock, wait_s: float = 0, *, start: bool = False, said: list[str] | None = None
) -> Asked:
    hear = [] if said is None else said
    asking = Asking(gate.client(), Patience(wait_s, clock.now, clock.sleep), hear.append)
    return asking.ask({"service": "payments"}, None, start=start)


@pytest.mark.parametrize("change", [APPROVED, REFUSED, REVIEW, WAITING])
def test_without_waiting_the_first_answer_is_the_last(clock: Clock, change: ChangeAnswer) -> None:
    gate = SimulatedGate(says(change))
    assert ask(gate, clock).said == change
    assert gate.calls == ["POST /v1/changes"]


def test_waiting_ends_when_people_have_answered(clock: Clock) -> None:
    gate = SimulatedGate(says(REVIEW), clock.passing(30, says(REVIEW)), clock.passing(5, says(APPROVED)))
    assert ask(gate, clock, 900).said == APPROVED
    assert gate.calls[1:] == ["GET /v1/changes/chg_1?wait=30", "GET /v1/changes/chg_1?wait=30"]


def test_waiting_ends_when_time_is_over_and_nothing_is_approved_by_that(clock: Clock) -> None:
    gate = SimulatedGate(clock.passing(20, says(WAITING)))
    assert ask(gate, clock, 50).said == WAITING
    assert gate.calls == ["POST /v1/changes", "GET /v1/changes/chg_1?wait=30", "GET /v1/changes/chg_1?wait=10"]


def test_who_watches_is_told_what_is_waited_for(clock: Clock) -> None:
    said: list[str] = []
    ask(SimulatedGate(says(REVIEW), says(APPROVED)), clock, 60, said=said)
    (words,) = said
    assert words.startswith("review: payments into production at 4f0c2f6d1f0d waits for peer_review (needs 2 approvals")


def test_a_gate_that_is_away_for_a_moment_is_asked_again(clock: Clock) -> None:
    gate = SimulatedGate(is_away, is_away, objects("no-engine", 503), says(APPROVED))
    assert ask(gate, clock, 60).said == APPROVED
    assert clock.pauses == [0.5, 1.0, 2.0]


def test_a_gate_that_says_when_to_ask_again_is_not_asked_before(clock: Clock) -> None:
    gate = SimulatedGate(objects("too-many-requests", 429, {"Retry-After": "7"}), says(APPROVED))
    ask(gate, clock, 60)
    assert clock.pauses == [7.0]


def test_a_gate_that_stays_away_approves_nothing(clock: Clock) -> None:
    gate = SimulatedGate(is_away)
    with pytest.raises(UnreachableError):
        ask(gate, clock, 60)
    assert clock.now_s == 60
    assert max(clock.pauses) <= 10


def test_without_waiting_a_gate_that_is_away_is_asked_once(clock: Clock) -> None:
    gate = SimulatedGate(is_away)
    with pytest.raises(UnreachableError):
        ask(gate, clock)
    assert len(gate.calls) == 1


def test_a_gate_that_goes_away_while_people_think_leaves_no_answer(clock: Clock) -> None:
    with pytest.raises(UnreachableError):
        ask(SimulatedGate(says(REVIEW), is_away), clock, 60)


def test_what_was_asked_wrongly_is_not_asked_again(clock: Clock) -> None:
    gate = SimulatedGate(objects("invalid-request", 422), says(APPROVED))
    with pytest.raises(AskedWronglyError):
        ask(gate, clock, 60)
    assert len(gate.calls) == 1


@pytest.mark.parametrize("state", ["finished", "withdrawn"])
def test_the_approval_of_a_change_that_is_over_approves_nothing(clock: Clock, state: str) -> None:
    over = APPROVED.model_copy(update={"state": state})
    with pytest.raises(CallerError, match=f"{state} already"):
        ask(SimulatedGate(says(over)), clock, 60)


def test_an_approved_change_is_started_where_that_is_asked(clock: Clock) -> None:
    gate = SimulatedGate(says(APPROVED), says(STARTED))
    assert ask(gate, clock, start=True).said == STARTED
    assert gate.calls == ["POST /v1/changes", "POST /v1/changes/chg_1/start"]


def test_a_change_that_was_started_before_is_not_started_again(clock: Clock) -> None:
    gate = SimulatedGate(says(STARTED))
    assert ask(gate, clock, 60, start=True).said == STARTED
    assert gate.calls == ["POST /v1/changes"]


@pytest.mark.parametrize("change", [REFUSED, REVIEW, WAITING])
def test_what_is_not_approved_is_not_started(clock: Clock, change: ChangeAnswer) -> None:
    gate = SimulatedGate(says(change))
    assert ask(gate, clock, start=True).said == change
    assert gate.calls == ["POST /v1/changes"]


def test_a_freeze_that_begins_before_the_start_is_waited_out(clock: Clock) -> None:
    frozen = objects("not-approved", 409, change=WAITING)
    gate = SimulatedGate(says(APPROVED), frozen, clock.passing(10, says(APPROVED)), says(STARTED))
    assert ask(gate, clock, 60, start=True).said == STARTED


def test_a_start_that_was_refused_is_the_result(clock: Clock) -> None:
    gate = SimulatedGate(says(APPROVED), objects("not-approved", 409, change=REFUSED))
    assert ask(gate, clock, 60, start=True).said == REFUSED


def test_a_gate_that_neither_starts_nor_refuses_is_no_gate(clock: Clock) -> None:
    with pytest.raises(NoGateError):
        ask(SimulatedGate(says(APPROVED)), clock, 60, start=True)
