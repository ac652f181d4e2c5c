"""Changes that run when time closes on them: they finish, or they are told to stop, and what happened is on record."""

import asyncio
import json
from typing import Any

import pytest

from gate.domain.errors import EngineError, WrongStateError
from gate.domain.judgement import StoredChange
from tests.builders import AT_NS, DAY, HOUR, MINUTE
from tests.house import Fields, a_bypass, a_freeze
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio

AT_ELEVEN: Fields = a_freeze(start="2026-11-02T11:00", end="2026-11-02T12:00", overrun="stop")


def nights(**fields: Any) -> Fields:
    """Maintenance from half past nine until eleven."""
    usual = {"kind": "Maintenance", "name": "nights", "start": "2026-11-02T09:30", "end": "2026-11-02T11:00"}
    return a_freeze(**(usual | {"overrun": "stop"} | fields))


async def running(bench: Bench, **fields: Any) -> StoredChange:
    """A change that has started and takes two hours."""
    stored = await bench.started(**({"duration": "PT2H"} | fields))
    assert stored.change.state == "started"
    return stored


async def later(bench: Bench, by_ns: int) -> None:
    """Time passes, and the gate looks at what is due."""
    await bench.later(by_ns)
    await bench.watch.judge_due()


async def now(bench: Bench, stored: StoredChange) -> StoredChange:
    return await bench.intake.change(stored.change.id)


async def is_told_to_stop(bench: Bench, stored: StoredChange) -> bool:
    return (await now(bench, stored)).change.stop is not None


async def told_at_the_end(bench: Bench, stored: StoredChange) -> dict[str, Any]:
    """What the record says of a change that finishes now."""
    await bench.intake.finish(stored.change.id, "succeeded")
    body = json.loads((await bench.store.records(stored.change.id))[-1].body)
    return {name: body[name] for name in ("stop_requested", "edge", "ended")}


# The red button


async def test_a_red_button_that_says_stop_stops_what_runs_at_once(bench: Bench) -> None:
    stored = await running(bench)
    bench.clock.advance(MINUTE)
    freeze = await bench.press(overrun="stop")
    await bench.watch.judge_due()
    stop = (await now(bench, stored)).change.stop
    assert stop is not None
    assert (stop.at_ns, stop.window, stop.closed_at_ns) == (AT_NS + MINUTE, freeze.id, AT_NS + MINUTE)
    assert stop.reason == "frozen"
    assert await bench.kinds(stored.change.id) == [
        "submitted",
        "decided",
        "decided",
        "started",
        "decided",
        "stop_requested",
    ]


async def test_one_that_says_finish_asks_nothing_and_records_no_decision(bench: Bench) -> None:
    stored = await running(bench)
    await bench.press()
    await bench.watch.judge_due()
    assert await now(bench, stored) == stored


async def test_one_elsewhere_asks_nothing(bench: Bench) -> None:
    stored = await running(bench)
    await bench.press(overrun="stop", scope={"services": ["ledger"]})
    await bench.watch.judge_due()
    assert await now(bench, stored) == stored


async def test_the_repair_of_its_incident_runs_on(bench: Bench) -> None:
    stored = await running(bench, incident="INC-1")
    await bench.press(overrun="stop", incident="INC-1")
    await bench.watch.judge_due()
    assert await now(bench, stored) == stored


async def test_what_was_started_in_a_freeze_is_not_stopped_by_it(bench: Bench) -> None:
    await bench.press(overrun="stop", incident="INC-1")
    stored = await running(bench, incident="INC-1")
    await bench.press(scope={"services": ["ledger"]})
    await later(bench, MINUTE)
    assert await now(bench, stored) == stored


async def test_a_press_while_it_is_looked_at_is_not_missed(bench: Bench) -> None:
    stored = await running(bench)
    await bench.later(HOUR)
    await bench.store.postpone(stored.change.id, AT_NS)
    bench.store.before_postpone = lambda: bench.press(overrun="stop")
    await bench.watch.judge_due()
    await bench.watch.judge_due()
    assert await is_told_to_stop(bench, stored)


async def test_a_gate_that_dies_while_it_looks_leaves_it_to_the_next_in_a_minute(bench: Bench) -> None:
    stored = await running(bench)
    await bench.press(overrun="stop")
    bench.engine.fault = EngineError("it died")
    await bench.watch.judge_due()
    assert not await is_told_to_stop(bench, stored)
    again = await bench.another()
    await later(again, MINUTE)
    assert await is_told_to_stop(again, stored)


# Windows of the calendar


async def test_at_the_edge_of_a_freeze_that_says_stop_it_is_told_to_and_not_before(bench: Bench) -> None:
    stored = await running(bench)
    await bench.merge("at eleven", {"calendar/x.yaml": [AT_ELEVEN]})
    await later(bench, HOUR - 1)
    assert not await is_told_to_stop(bench, stored)
    await later(bench, 1)
    stop = (await now(bench, stored)).change.stop
    assert stop is not None
    assert (stop.at_ns, stop.closed_at_ns, stop.window) == (AT_NS + HOUR, AT_NS + HOUR, "stocktaking")


async def test_a_freeze_that_was_planned_before_it_started_stops_it_too(bench: Bench) -> None:
    await bench.merge("at eleven", {"calendar/x.yaml": [AT_ELEVEN]})
    stored = await running(bench)
    await later(bench, HOUR)
    assert await is_told_to_stop(bench, stored)


async def test_a_freeze_that_lets_it_finish_asks_nothing(bench: Bench) -> None:
    await bench.merge("at eleven", {"calendar/x.yaml": [{**AT_ELEVEN, "overrun": "finish"}]})
    stored = await running(bench)
    await later(bench, HOUR)
    assert await now(bench, stored) == stored


async def test_at_the_end_of_a_maintenance_window_that_says_stop_it_is_told_to(bench: Bench) -> None:
    await bench.merge("nights", {"calendar/x.yaml": [nights(recurrence="RRULE:FREQ=DAILY")]})
    stored = await running(bench)
    await later(bench, HOUR - 1)
    assert not await is_told_to_stop(bench, stored)
    await later(bench, 1)
    assert await is_told_to_stop(bench, stored)


async def test_at_the_end_of_one_that_lets_it_finish_it_runs_on(bench: Bench) -> None:
    await bench.merge("nights", {"calendar/x.yaml": [nights(recurrence="RRULE:FREQ=DAILY", overrun="finish")]})
    stored = await running(bench)
    await later(bench, HOUR)
    assert await now(bench, stored) == stored


async def test_a_freeze_that_begins_long_after_it_should_be_done_finds_it_running_still(bench: Bench) -> None:
    late = {**AT_ELEVEN, "start": "2026-11-02T13:20", "end": "2026-11-02T14:00"}
    stored = await running(bench, duration="PT1H")
    await bench.merge("late", {"calendar/x.yaml": [late]})
    for _ in range(19):
        await later(bench, 10 * MINUTE)
    assert not await is_told_to_stop(bench, stored)
    await later(bench, 10 * MINUTE)
    assert await is_told_to_stop(bench, stored)


async def test_what_nobody_finished_and_holds_nothing_any_more_is_left_alone(bench: Bench) -> None:
    stored = await running(bench)
    await later(bench, DAY)
    await bench.press(overrun="stop")
    await bench.watch.judge_due()
    assert await now(bench, stored) == stored


async def test_what_a_bypass_let_start_it_lets_run_on_after_it_expired(bench: Bench) -> None:
    freeze = a_freeze(overrun="stop")
    bypass = a_bypass(expires="2026-11-02T10:30:00Z")
    await bench.merge("a way out", {"calendar/x.yaml": [freeze], "bypasses/x.yaml": [bypass]})
    stored = await running(bench)
    await bench.later(HOUR)
    await bench.press(overrun="stop")
    await bench.watch.judge_due()
    assert not await is_told_to_stop(bench, stored)


# Once it was told


async def test_it_keeps_what_it_holds_until_it_is_finished(bench: Bench) -> None:
    stored = await running(bench)
    freeze = await bench.press(overrun="stop")
    await bench.watch.judge_due()
    await bench.thaw(freeze)
    other = await bench.submit(run="run-2")
    assert [conflict.change for conflict in other.decision.conflicts] == [stored.change.id]
    await bench.intake.finish(stored.change.id, "rolled_back")
    await bench.watch.judge_due()
    assert (await now(bench, other)).decision.outcome == "approved"


async def test_it_is_told_once_and_what_was_told_is_not_taken_back(bench: Bench) -> None:
    stored = await running(bench)
    freeze = await bench.press(overrun="stop")
    await bench.watch.judge_due()
    told = await now(bench, stored)
    await bench.press(overrun="stop")
    await bench.thaw(freeze)
    await later(bench, HOUR)
    await bench.merge("again", {"calendar/x.yaml": [AT_ELEVEN]})
    await bench.watch.judge_due()
    assert await now(bench, stored) == told


async def test_a_restart_forgets_nothing(bench: Bench) -> None:
    await bench.merge("at eleven", {"calendar/x.yaml": [AT_ELEVEN]})
    stored = await running(bench)
    again = await bench.another()
    await later(again, HOUR)
    assert await is_told_to_stop(again, stored)
    assert (await (await again.another()).intake.change(stored.change.id)).change.stop is not None


async def test_two_gates_that_look_at_once_tell_it_once(bench: Bench) -> None:
    stored = await running(bench)
    other = await bench.another()
    await bench.press(overrun="stop")
    bench.store.meanwhile.append(lambda: other.running.look(stored.change.id))
    await bench.watch.judge_due()
    assert (await bench.kinds(stored.change.id)).count("stop_requested") == 1


async def test_whoever_waits_for_word_of_it_hears_at_once(bench: Bench) -> None:
    stored = await running(bench)
    waiting = asyncio.create_task(bench.intake.settled(stored.change.id, 60))
    await asyncio.sleep(0)
    await bench.press(overrun="stop")
    await bench.watch.judge_due()
    async with asyncio.timeout(10):
        assert (await waiting).change.stop is not None


async def test_whoever_waits_for_word_of_it_hears_that_it_is_over(bench: Bench) -> None:
    stored = await running(bench)
    waiting = asyncio.create_task(bench.intake.settled(stored.change.id, 60))
    await asyncio.sleep(0)
    await bench.intake.finish(stored.change.id, "succeeded")
    async with asyncio.timeout(10):
        assert (await waiting).change.state == "finished"


async def test_a_change_that_does_not_run_is_not_looked_at(bench: Bench) -> None:
    stored = await bench.submit()
    assert not await bench.running.look(stored.change.id)
    await bench.intake.withdraw(stored.change.id)
    assert not await bench.running.look(stored.change.id)
    with pytest.raises(WrongStateError):
        await bench.intake.judge_again(stored.change.id)


# What the record of its end says


async def test_what_no_window_closed_on_says_so(bench: Bench) -> None:
    stored = await running(bench)
    assert await told_at_the_end(bench, stored) == {"stop_requested": None, "edge": None, "ended": None}


async def test_what_was_told_to_stop_says_when_and_that_it_ended_after(bench: Bench) -> None:
    stored = await running(bench)
    freeze = await bench.press(overrun="stop")
    await bench.watch.judge_due()
    bench.clock.advance(MINUTE)
    assert await told_at_the_end(bench, stored) == {
        "stop_requested": "2026-11-02T10:00:00Z",
        "edge": {"window": freeze.id, "at": "2026-11-02T10:00:00Z"},
        "ended": "after the edge",
    }


async def test_what_was_allowed_to_finish_says_that_it_ended_after_the_edge(bench: Bench) -> None:
    await bench.merge("at eleven", {"calendar/x.yaml": [{**AT_ELEVEN, "overrun": "finish"}]})
    stored = await running(bench)
    await later(bench, HOUR + MINUTE)
    assert await told_at_the_end(bench, stored) == {
        "stop_requested": None,
        "edge": {"window": "stocktaking", "at": "2026-11-02T11:00:00Z"},
        "ended": "after the edge",
    }


async def test_what_was_done_in_time_says_that_it_ended_before(bench: Bench) -> None:
    await bench.merge("at eleven", {"calendar/x.yaml": [AT_ELEVEN]})
    stored = await running(bench)
    await later(bench, HOUR - 1)
    told = await told_at_the_end(bench, stored)
    assert (told["stop_requested"], told["ended"]) == (None, "before the edge")


async def test_a_freeze_that_came_and_went_while_it_ran_is_remembered(bench: Bench) -> None:
    stored = await running(bench)
    bench.clock.advance(MINUTE)
    freeze = await bench.press()
    await bench.thaw(freeze)
    told = await told_at_the_end(bench, stored)
    assert (told["edge"], told["ended"]) == ({"window": freeze.id, "at": "2026-11-02T10:01:00Z"}, "after the edge")


async def test_a_service_that_left_the_catalogue_meanwhile_can_still_be_finished(bench: Bench) -> None:
    stored = await running(bench, service="status-page")
    await bench.merge("gone", {"services/status-page.yaml": []})
    assert (await told_at_the_end(bench, stored))["edge"] is None
