"""When windows recur is known before a change is asked for."""

import asyncio
from contextlib import suppress

import pytest

from gate.application import foresight
from gate.application.foresight import Foresight
from gate.domain.calendar import Calendar
from gate.domain.recurrence import LocalSpans, Span
from tests.builders import AT_NS, DAY, HOUR
from tests.house import a_freeze
from tests.unit.application.conftest import Bench, until

pytestmark = pytest.mark.anyio

NIGHTLY = a_freeze(start="2026-11-01T22:00", end="2026-11-02T04:00", recurrence="FREQ=DAILY")


def calendar(bench: Bench) -> Calendar:
    assert bench.active.policy is not None
    return bench.active.policy.calendar


def forbid_working_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> list[Span]:
        raise AssertionError

    monkeypatch.setattr(LocalSpans, "between", never)


async def test_a_revision_has_looked_ahead_before_it_is_in_force(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await bench.merge("nightly", {"calendar/x.yaml": [NIGHTLY]})
    assert calendar(bench).is_ready(AT_NS)
    forbid_working_out(monkeypatch)
    assert (await bench.submit()).decision.outcome == "approved"


async def test_a_gate_looks_ahead_again_before_it_has_come_to_the_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foresight, "EVERY_SECONDS", 0)
    await bench.merge("nightly", {"calendar/x.yaml": [NIGHTLY]})
    looking = asyncio.create_task(Foresight(bench.active, bench.clock).run())
    try:
        for _ in range(3):
            bench.clock.advance(5 * DAY)
            await until(lambda: calendar(bench).is_ready(bench.clock.now_ns()))
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


async def test_what_was_not_foreseen_is_decided_all_the_same(bench: Bench) -> None:
    await bench.merge("nightly", {"calendar/x.yaml": [NIGHTLY]})
    bench.clock.advance(300 * DAY + 14 * HOUR)
    assert not calendar(bench).is_ready(bench.clock.now_ns())
    await bench.activation.look()
    assert (await bench.submit()).decision.outcome == "waiting"


async def test_without_a_policy_there_is_nothing_to_look_ahead_in() -> None:
    bench = Bench()
    looking = asyncio.create_task(Foresight(bench.active, bench.clock).run())
    await asyncio.sleep(0)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
