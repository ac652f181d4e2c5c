"""A caller may burst, then asks at its rate; one caller's haste is nobody else's trouble."""

import pytest

from gate.interfaces.http import rate
from gate.interfaces.http.rate import Rate


class Watch:
    """A stopwatch that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_a_burst_goes_through_and_then_the_rate_holds(watch: Watch) -> None:
    asked = Rate(2, burst=3, clock=watch)
    assert [asked.take("ci") for _ in range(4)] == [0, 0, 0, 0.5]


def test_whoever_waits_as_long_as_it_is_told_may_go_on(watch: Watch) -> None:
    asked = Rate(2, burst=1, clock=watch)
    asked.take("ci")
    watch.seconds += asked.take("ci")
    assert asked.take("ci") == 0


def test_being_refused_costs_nothing(watch: Watch) -> None:
    asked = Rate(1, burst=1, clock=watch)
    asked.take("ci")
    assert {asked.take("ci") for _ in range(1000)} == {1.0}


def test_a_quiet_time_saves_up_no_more_than_a_burst(watch: Watch) -> None:
    asked = Rate(1, burst=2, clock=watch)
    asked.take("ci")
    watch.seconds += 3600
    assert [asked.take("ci") for _ in range(3)] == [0, 0, 1]


def test_callers_do_not_share(watch: Watch) -> None:
    asked = Rate(1, burst=1, clock=watch)
    assert [asked.take("ci"), asked.take("other"), asked.take("ci")] == [0, 0, 1]


def test_many_callers_take_a_bounded_place_and_the_quietest_is_forgotten(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate, "CALLERS", 2)
    asked = Rate(1, burst=1, clock=watch)
    for caller in ("a", "b", "a", "c"):
        asked.take(caller)
    assert asked.take("a") == 1
    assert asked.take("b") == 0  # forgotten when c came
