"""Finish and withdraw: each says once what happened, and makes room for who waits."""

import json

import pytest

from gate.domain.errors import StoreError, UnknownNameError, WrongStateError
from tests.builders import AT_NS, MINUTE
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio


async def test_a_started_change_finishes_with_its_result(bench: Bench) -> None:
    started = await bench.started()
    bench.clock.advance(MINUTE)
    finished = await bench.intake.finish(started.change.id, "succeeded")
    assert (finished.change.state, finished.change.result) == ("finished", "succeeded")
    assert finished.change.ended_at_ns == AT_NS + MINUTE
    assert finished == await bench.intake.change(started.change.id)
    said = json.loads((await bench.store.records(started.change.id))[-1].body)
    assert (said["kind"], said["result"]) == ("finished", "succeeded")


async def test_the_same_result_again_changes_nothing(bench: Bench) -> None:
    finished = await bench.intake.finish((await bench.started()).change.id, "rolled_back")
    bench.clock.advance(MINUTE)
    assert await bench.intake.finish(finished.change.id, "rolled_back") == finished
    assert (await bench.kinds(finished.change.id)).count("finished") == 1


async def test_another_result_afterwards_is_too_late(bench: Bench) -> None:
    finished = await bench.intake.finish((await bench.started()).change.id, "failed")
    with pytest.raises(WrongStateError, match="is finished, not started"):
        await bench.intake.finish(finished.change.id, "succeeded")


async def test_what_has_not_started_does_not_finish(bench: Bench) -> None:
    stored = await bench.submit()
    with pytest.raises(WrongStateError, match="is open, not started") as caught:
        await bench.intake.finish(stored.change.id, "succeeded")
    assert "start or withdraw it" in caught.value.hint
    assert await bench.intake.change(stored.change.id) == stored


async def test_an_open_change_is_withdrawn_once(bench: Bench) -> None:
    withdrawn = await bench.intake.withdraw((await bench.submit()).change.id)
    bench.clock.advance(MINUTE)
    assert (withdrawn.change.state, withdrawn.change.result) == ("withdrawn", None)
    assert await bench.intake.withdraw(withdrawn.change.id) == withdrawn
    assert (await bench.kinds(withdrawn.change.id)).count("withdrawn") == 1


async def test_a_started_change_is_finished_not_withdrawn(bench: Bench) -> None:
    started = await bench.started()
    with pytest.raises(WrongStateError, match="is started, not open") as caught:
        await bench.intake.withdraw(started.change.id)
    assert "with its result" in caught.value.hint


async def test_what_was_withdrawn_does_not_finish_nor_the_other_way_round(bench: Bench) -> None:
    withdrawn = await bench.intake.withdraw((await bench.submit()).change.id)
    with pytest.raises(WrongStateError):
        await bench.intake.finish(withdrawn.change.id, "succeeded")
    finished = await bench.intake.finish((await bench.started(run="run-2")).change.id, "succeeded")
    with pytest.raises(WrongStateError):
        await bench.intake.withdraw(finished.change.id)


async def test_what_nobody_knows_does_not_end(bench: Bench) -> None:
    with pytest.raises(UnknownNameError):
        await bench.intake.finish("chg_none", "succeeded")
    with pytest.raises(UnknownNameError):
        await bench.intake.withdraw("chg_none")


@pytest.mark.parametrize("failing", [1, 2])
async def test_when_the_store_fails_nothing_has_ended(bench: Bench, failing: int) -> None:
    started = await bench.started()
    bench.store.fails_at = bench.store.calls + failing
    with pytest.raises(StoreError):
        await bench.intake.finish(started.change.id, "succeeded")
    assert await bench.intake.change(started.change.id) == started


# Two at the same moment: what the second is told is what it would have been told a moment later.


async def test_two_that_finish_alike_at_once_are_both_told_that_it_finished(bench: Bench) -> None:
    started = await bench.started()
    bench.store.before_end = lambda: bench.intake.finish(started.change.id, "succeeded")
    finished = await bench.intake.finish(started.change.id, "succeeded")
    assert finished.change.result == "succeeded"
    assert (await bench.kinds(started.change.id)).count("finished") == 1


async def test_two_that_finish_differently_at_once_are_not_both_believed(bench: Bench) -> None:
    started = await bench.started()
    bench.store.before_end = lambda: bench.intake.finish(started.change.id, "failed")
    with pytest.raises(WrongStateError):
        await bench.intake.finish(started.change.id, "succeeded")
    assert (await bench.intake.change(started.change.id)).change.result == "failed"


async def test_a_change_that_starts_while_it_is_withdrawn_is_started(bench: Bench) -> None:
    stored = await bench.submit()
    bench.store.before_end = lambda: bench.intake.start(stored.change.id)
    with pytest.raises(WrongStateError, match="is started, not open"):
        await bench.intake.withdraw(stored.change.id)
    assert (await bench.intake.change(stored.change.id)).change.state == "started"


# Room for others.


async def test_a_change_in_the_way_is_told_and_gone_when_it_has_finished(bench: Bench) -> None:
    started = await bench.started()
    waiting = await bench.submit(run="run-2")
    assert waiting.decision.outcome == "waiting"
    assert [conflict.change for conflict in waiting.decision.conflicts] == [started.change.id]
    await bench.intake.finish(started.change.id, "succeeded")
    again = await bench.intake.judge_again(waiting.change.id)
    assert (again.decision.outcome, again.decision.conflicts) == ("approved", ())


async def test_changes_of_one_exclusive_resource_go_one_after_the_other(bench: Bench) -> None:
    first = await bench.started(service="ledger")
    second = await bench.submit(service="checkout")
    assert [conflict.relation for conflict in second.decision.conflicts] == ["exclusive"]
    await bench.intake.finish(first.change.id, "failed")
    assert (await bench.intake.judge_again(second.change.id)).decision.outcome == "approved"


async def test_another_environment_is_another_matter(bench: Bench) -> None:
    await bench.started()
    assert (await bench.submit(environment="staging")).decision.outcome == "approved"


async def test_a_result_goes_into_the_track_record(bench: Bench) -> None:
    for number, result in enumerate(("succeeded", "failed", "rolled_back")):
        started = await bench.started(run=f"run-{number}")
        await bench.intake.finish(started.change.id, result)  # type: ignore[arg-type]  # they are results
    stored = await bench.submit(run="run-9")
    recorded = await bench.store.decision(stored.decision.id)
    assert recorded is not None
    assert json.loads(recorded.facts)["track_record"] == {"days": 30, "failed": 2, "finished": 3}
