"""A wired gate loads its policy before it serves, follows what comes, and stops what it started."""

import asyncio

import pytest

from gate.application import gate as gate_module
from gate.application.access import Access
from gate.application.gate import Gate
from gate.domain.errors import StoreError
from tests.house import a_freeze
from tests.unit.application.conftest import Bench, until

pytestmark = pytest.mark.anyio


def wired(bench: Bench) -> Gate:
    return Gate(
        active=bench.active,
        activation=bench.activation,
        intake=bench.intake,
        access=Access(bench.store, bench.clock),
        red_button=bench.red_button,
        glass_breaking=bench.glass_breaking,
        reminders=bench.reminders,
        watch=bench.watch,
        courier=bench.courier,
        engine=bench.engine,
        store=bench.store,
        clock=bench.clock,
        poll_seconds=3600,
        metrics=lambda: b"",
    )


async def test_a_gate_has_its_policy_before_the_first_question() -> None:
    bench = Bench()
    async with wired(bench).running():
        assert (await bench.submit()).decision.outcome == "approved"


async def test_a_hint_from_outside_is_followed_at_once() -> None:
    bench = Bench()
    async with wired(bench).running() as gate:
        revision = bench.repository.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
        gate.look_now.set()
        await until(lambda: bench.engine.status().revision == revision)


async def test_a_gate_that_stops_lets_go_of_engine_and_store() -> None:
    bench = Bench()
    before = asyncio.all_tasks()
    async with wired(bench).running():
        assert len(asyncio.all_tasks() - before) == 4
    assert asyncio.all_tasks() == before
    assert bench.engine.status().revision is None
    with pytest.raises(StoreError):
        await bench.store.ping()


async def test_a_defect_in_one_round_is_logged_and_ends_no_rounds(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_module, "REST_SECONDS", 0)
    bench = Bench()
    rounds: list[int] = []

    async def defect_once() -> bool:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise ZeroDivisionError
        return False

    bench.watch.judge_due = defect_once  # type: ignore[method-assign]  # stands for any defect
    async with wired(bench).running():
        await until(lambda: len(rounds) == 2)
    assert "watching what is due failed and begins again" in caplog.text
