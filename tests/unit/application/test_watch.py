"""Changes that wait go on by themselves, and one that cannot go on keeps no other."""

import asyncio

import pytest

from gate.application import watch
from gate.application.watch import AT_ONCE
from gate.domain.errors import EngineError, GateError, StoreError
from gate.domain.judgement import StoredChange
from tests.builders import HOUR, MINUTE
from tests.house import FILES, a_freeze
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio

MONEY = FILES["services/money.yaml"]


async def now(bench: Bench, stored: StoredChange) -> StoredChange:
    return await bench.intake.change(stored.change.id)


async def test_a_change_goes_on_when_its_time_has_come_and_not_before(bench: Bench) -> None:
    await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    stored = await bench.submit()
    await bench.later(2 * HOUR - 1)
    await bench.watch.judge_due()
    assert await now(bench, stored) == stored
    await bench.later(1)
    await bench.watch.judge_due()
    assert (await now(bench, stored)).decision.outcome == "approved"


async def test_a_change_goes_on_when_the_one_in_its_way_has_finished(bench: Bench) -> None:
    first = await bench.started()
    second = await bench.submit(run="run-2")
    await bench.watch.judge_due()
    assert await now(bench, second) == second
    await bench.intake.finish(first.change.id, "succeeded")
    await bench.watch.judge_due()
    assert (await now(bench, second)).decision.outcome == "approved"


async def test_a_change_goes_on_when_the_one_in_its_way_was_withdrawn(bench: Bench) -> None:
    first = await bench.submit()
    second = await bench.submit(run="run-2")
    await bench.intake.withdraw(first.change.id)
    await bench.watch.judge_due()
    assert (await now(bench, second)).decision.outcome == "approved"


async def test_a_change_goes_on_when_the_approval_in_its_way_ran_out(bench: Bench) -> None:
    await bench.submit()
    second = await bench.submit(run="run-2")
    await bench.later(15 * MINUTE)
    await bench.watch.judge_due()
    assert (await now(bench, second)).decision.outcome == "approved"


async def test_a_change_in_its_way_that_finished_while_it_was_judged_is_not_waited_for(bench: Bench) -> None:
    first = await bench.started()
    bench.store.meanwhile.append(lambda: bench.intake.finish(first.change.id, "succeeded"))
    second = await bench.submit(run="run-2")
    assert second.decision.outcome == "waiting"
    await bench.watch.judge_due()
    assert (await now(bench, second)).decision.outcome == "approved"


async def test_of_two_that_waited_for_the_same_only_one_goes_on(bench: Bench) -> None:
    first = await bench.started()
    waiting = [await bench.submit(run=f"run-{number}") for number in (2, 3)]
    await bench.intake.finish(first.change.id, "succeeded")
    await bench.watch.judge_due()
    outcomes = sorted([(await now(bench, stored)).decision.outcome for stored in waiting])
    assert outcomes == ["approved", "waiting"]


async def test_a_new_revision_lets_what_waits_or_was_refused_be_judged_again(bench: Bench) -> None:
    await bench.merge("endless", {"calendar/x.yaml": [a_freeze(end=None)]})
    waiting = await bench.submit()
    refused = await bench.submit(service="status-page", evidence=[{"kind": "tests", "status": "failed"}])
    approved = await bench.submit(environment="staging")
    await bench.merge("over", {"calendar/x.yaml": []})
    await bench.watch.judge_due()
    assert (await now(bench, waiting)).decision.outcome == "approved"
    assert (await now(bench, refused)).decision.sequence == 2
    assert await now(bench, approved) == approved


async def test_what_waits_for_an_unknown_end_is_judged_again_each_minute_and_no_more_often(bench: Bench) -> None:
    await bench.merge("endless", {"calendar/x.yaml": [a_freeze(end=None)]})
    stored = await bench.submit()
    for minute in range(1, 4):
        await bench.later(MINUTE)
        for _ in range(3):
            await bench.watch.judge_due()
        assert (await now(bench, stored)).decision.sequence == 1 + minute


async def test_the_longest_due_are_judged_first_and_not_all_at_once(bench: Bench) -> None:
    await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze(end="2026-11-02T10:05:00")]})
    waiting = [await bench.submit(service="status-page", run=f"run-{number}") for number in range(AT_ONCE + 1)]
    await bench.later(5 * MINUTE)
    assert await bench.watch.judge_due()
    sequences = [(await now(bench, stored)).decision.sequence for stored in waiting]
    assert sequences == [2] * AT_ONCE + [1]
    assert not await bench.watch.judge_due()
    assert (await now(bench, waiting[-1])).decision.sequence == 2


# One that cannot go on.


async def two_due(bench: Bench) -> tuple[StoredChange, StoredChange]:
    """Two changes that waited for a freeze which is over now; the first is due first."""
    await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze(end="2026-11-02T10:05:00")]})
    broken = await bench.submit(labels={"broken": "yes"})
    fine = await bench.submit(service="status-page")
    await bench.later(5 * MINUTE)
    return broken, fine


@pytest.mark.parametrize("fault", [EngineError("it never answers"), None])
async def test_a_change_that_cannot_be_judged_keeps_no_other(bench: Bench, fault: GateError | None) -> None:
    broken, fine = await two_due(bench)
    ordinary = bench.answer

    def answer(facts: dict[str, object]) -> object:
        if "broken" not in str(facts["change"]):
            return ordinary(facts)
        if fault is not None:
            raise fault
        return None

    bench.answer = answer  # type: ignore[assignment]  # a narrower mapping will do
    await bench.watch.judge_due()
    assert (await now(bench, fine)).decision.outcome == "approved"
    assert await now(bench, broken) == broken


async def test_a_change_that_cannot_be_judged_is_tried_again_later_and_not_at_once(bench: Bench) -> None:
    broken, _ = await two_due(bench)
    bench.engine.fault = EngineError("it never answers")
    await bench.watch.judge_due()
    asked = len(bench.engine.asked)
    await bench.watch.judge_due()
    assert len(bench.engine.asked) == asked
    bench.engine.fault = None
    await bench.later(MINUTE)
    await bench.watch.judge_due()
    assert (await now(bench, broken)).decision.outcome == "approved"


async def test_a_change_whose_service_left_the_catalogue_keeps_no_other(bench: Bench) -> None:
    _, fine = await two_due(bench)
    rest = [fields for fields in MONEY if fields["name"] == "ledger"]
    groups = [fields for fields in FILES["groups.yaml"] if fields["name"] != "team-payments"]
    await bench.merge("without payments", {"services/money.yaml": rest, "groups.yaml": groups})
    assert bench.active.rejected is None
    await bench.watch.judge_due()
    assert (await now(bench, fine)).decision.outcome == "approved"


async def test_a_stale_policy_keeps_only_those_whose_environment_refuses_it(bench: Bench) -> None:
    await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze(end="2026-11-02T10:30:00", scope={})]})
    production = await bench.submit()
    staging = await bench.submit(environment="staging")
    bench.clock.advance(HOUR)
    await bench.watch.judge_due()
    assert await now(bench, production) == production
    assert (await now(bench, staging)).decision.outcome == "approved"


async def test_a_change_that_ended_meanwhile_is_left_alone(bench: Bench) -> None:
    broken, fine = await two_due(bench)
    other = await bench.another()
    bench.store.meanwhile.append(lambda: other.intake.withdraw(broken.change.id))
    await bench.watch.judge_due()
    assert (await now(bench, broken)).change.state == "withdrawn"
    assert (await now(bench, fine)).decision.outcome == "approved"


async def test_a_store_that_is_away_ends_the_round_but_not_the_watch(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, fine = await two_due(bench)
    monkeypatch.setattr(watch, "EVERY_SECONDS", 0)
    bench.store.fails_at = bench.store.calls + 1
    with pytest.raises(StoreError):
        await bench.watch.judge_due()
    bench.store.fails_at = bench.store.calls + 1
    watching = asyncio.create_task(bench.watch.run())
    await asyncio.sleep(0)
    answer = await bench.intake.settled(fine.change.id, 5)
    watching.cancel()
    assert answer.decision.outcome == "approved"
