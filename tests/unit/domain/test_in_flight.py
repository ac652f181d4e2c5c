"""What becomes of a change that runs when time closes on it."""

import pytest

from gate.domain.assessment import Status
from gate.domain.change import StopRequest
from gate.domain.decision import Decision, decide
from gate.domain.edge import Edge
from gate.domain.in_flight import first_edge, first_look, look_at_it_again, stop_request
from gate.domain.red_button import PressedFreeze
from tests.builders import (
    AT_NS,
    HOUR,
    MINUTE,
    a_change,
    a_decision,
    a_pressed_freeze,
    a_reservation,
    an_assessment,
    facts_for,
    started,
)
from tests.unit.domain.windows import a_window

CHANGE = started(a_change())
START_NS = AT_NS + MINUTE
EDGE = Edge(at_ns=AT_NS + HOUR, window="stocktaking")


# Which window closed on it first


def edge_after(
    *pressed: PressedFreeze, known: PressedFreeze | None = None, frozen_from: int | None = None
) -> Edge | None:
    windows = () if known is None else (known.window_at(AT_NS),)
    calendar = [] if frozen_from is None else [a_window("freeze", frozen_from, None, "planned")]
    return first_edge(CHANGE, a_decision(CHANGE, windows=windows), calendar, pressed)


def test_where_nothing_closes_there_is_no_edge() -> None:
    assert edge_after() is None


def test_a_planned_window_closes_on_it_when_it_begins() -> None:
    assert edge_after(frozen_from=1) == Edge(at_ns=AT_NS + HOUR, window="planned")


def test_a_freeze_that_is_pressed_while_it_runs_closes_on_it_then() -> None:
    freeze = a_pressed_freeze(pressed_at_ns=AT_NS + HOUR)
    assert edge_after(freeze, frozen_from=2) == Edge(at_ns=AT_NS + HOUR, window=freeze.id)


def test_a_freeze_that_it_was_started_in_closes_nothing() -> None:
    freeze = a_pressed_freeze(pressed_at_ns=AT_NS)
    assert edge_after(freeze, known=freeze) is None


def test_a_freeze_that_its_start_did_not_know_of_came_after_it_whatever_the_clocks_say() -> None:
    freeze = a_pressed_freeze(pressed_at_ns=START_NS - 1)
    assert edge_after(freeze) == Edge(at_ns=START_NS, window=freeze.id)


# When to look


@pytest.mark.parametrize(
    ("edge_in", "sight", "held", "hours"),
    [
        (1, 2, 4, 1),
        (3, 2, 4, 2),
        (None, 2, 4, 2),
        (None, 4, 4, None),
        (1, 2, 1, None),
        (-1, 2, 4, 2),
    ],
)
def test_it_is_looked_at_at_the_edge_or_where_sight_ends_while_it_holds_something(
    edge_in: int | None, sight: int, held: int, hours: int | None
) -> None:
    windows = [] if edge_in is None else [a_window("freeze", edge_in, None)]
    expected = None if hours is None else AT_NS + hours * HOUR
    assert look_at_it_again(windows, AT_NS, AT_NS + sight * HOUR, AT_NS + held * HOUR) == expected


def test_once_started_it_is_looked_at_when_it_should_be_done() -> None:
    held = a_reservation(CHANGE, until_ns=AT_NS + HOUR)
    assert first_look(CHANGE, facts_for(CHANGE), held) == AT_NS + 30 * MINUTE


def test_what_was_told_to_stop_is_not_looked_at_again() -> None:
    stop = StopRequest(at_ns=AT_NS, reason="r", window="w", closed_at_ns=AT_NS)
    told = CHANGE.model_copy(update={"stop": stop})
    assert first_look(told, facts_for(told), a_reservation(told, until_ns=AT_NS + HOUR)) is None


# Whether to stop


def judged(freeze: Status, **others: Status) -> Decision:
    return decide(facts_for(CHANGE), an_assessment(verdicts={"freeze": freeze, **others}))


@pytest.mark.parametrize("status", ["waiting", "failed", "pending"])
def test_it_stops_if_the_freeze_step_does_not_let_it_run_on(status: Status) -> None:
    stop = stop_request(facts_for(CHANGE), judged(status), EDGE)
    assert stop == StopRequest(at_ns=AT_NS, reason=f"it is {status}", window="stocktaking", closed_at_ns=AT_NS + HOUR)


@pytest.mark.parametrize("status", ["waiting", "failed", "pending"])
def test_no_other_step_stops_it(status: Status) -> None:
    assert stop_request(facts_for(CHANGE), judged("satisfied", conflict=status), EDGE) is None


def test_where_no_freeze_step_is_demanded_nothing_stops_it() -> None:
    decision = decide(facts_for(CHANGE), an_assessment(verdicts={"conflict": "satisfied"}))
    assert stop_request(facts_for(CHANGE), decision, EDGE) is None
