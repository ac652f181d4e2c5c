"""Changes that exclude each other take turns: in order, by themselves, and nobody waits for one that never goes."""

from typing import Any

import pytest

from gate.domain.errors import EngineError
from gate.domain.instant import from_ns
from gate.domain.judgement import StoredChange
from gate.domain.outlook import HEARD_OF_NS
from tests.builders import AT_NS, HOUR, MINUTE
from tests.house import FILES, a_freeze
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio


async def look(bench: Bench, stored: StoredChange) -> StoredChange:
    """How it stands once everything that is due was judged."""
    while await bench.store.due(bench.clock.now_ns(), 1):
        await bench.watch.judge_due()
    return await bench.intake.change(stored.change.id)


async def places(bench: Bench, *changes: StoredChange) -> list[int | str | None]:
    """The place of those who wait, the outcome of the others."""
    stood = [(await look(bench, stored)).decision for stored in changes]
    return [decision.place if decision.outcome == "waiting" else decision.outcome for decision in stood]


async def line(bench: Bench, *runs: str, **fields: Any) -> list[StoredChange]:
    """One that has started, and others that line up behind it, a minute apart."""
    changes = [await bench.started(run="first", **fields)]
    for run in runs:
        await bench.later(MINUTE)
        changes.append(await bench.submit(run=run, **fields))
    return changes


# Order.


async def test_whoever_waits_for_others_only_is_told_a_place(bench: Bench) -> None:
    _, *waiting = await line(bench, "a", "b", "c")
    assert await places(bench, *waiting) == [1, 2, 3]


async def test_when_one_is_finished_the_next_goes_and_the_others_move_up(bench: Bench) -> None:
    first, a, b, c = await line(bench, "a", "b", "c")
    await bench.intake.finish(first.change.id, "succeeded")
    assert await places(bench, a, b, c) == ["approved", 1, 2]
    await bench.intake.start(a.change.id)
    await bench.intake.finish(a.change.id, "failed")
    assert await places(bench, b, c) == ["approved", 1]


async def test_a_newcomer_does_not_overtake_when_what_all_wait_for_comes_free(bench: Bench) -> None:
    first, a = await line(bench, "a")
    await bench.intake.finish(first.change.id, "succeeded")
    newcomer = await bench.submit(run="newcomer")
    assert (newcomer.decision.outcome, newcomer.decision.place) == ("waiting", 2)
    assert await places(bench, a, newcomer) == ["approved", 1]


async def test_who_was_judged_before_somebody_lined_up_ahead_is_judged_again(bench: Bench) -> None:
    other = await bench.another()
    await bench.started(run="first", service="status-page", implementer="jan")
    # It needs jan, who is busy, and payments, which nobody holds.
    bench.store.meanwhile.append(lambda: other.submit(run="repair", implementer="jan", incident="inc-1"))
    late = await bench.submit(run="late")
    assert (late.decision.outcome, late.decision.place) == ("waiting", 2)


async def test_an_emergency_goes_before_all_who_are_no_emergency(bench: Bench) -> None:
    first, a, b = await line(bench, "a", "b")
    repair = await bench.submit(run="repair", incident="inc-1")
    later_repair = await bench.submit(run="another repair", incident="inc-1")
    assert [repair.decision.place, later_repair.decision.place] == [1, 2]
    await bench.intake.finish(first.change.id, "succeeded")
    assert await places(bench, repair, later_repair, a, b) == ["approved", 1, 2, 3]


async def test_those_for_whom_something_else_is_not_in_order_are_not_in_line(bench: Bench) -> None:
    await bench.started(run="first")
    untested = await bench.submit(run="x", labels={"risk": "high"})
    assert (untested.decision.outcome, untested.decision.place) == ("review", None)
    assert (await bench.submit(run="y")).decision.place == 1


async def test_whoever_needs_nothing_that_others_wait_for_goes(bench: Bench) -> None:
    await line(bench, "a")
    assert (await bench.submit(run="x", service="status-page")).decision.outcome == "approved"


async def test_one_that_waits_for_two_things_keeps_its_place_for_both(bench: Bench) -> None:
    # Checkout and ledger both need the core database: who waits for it with ledger is before who comes with checkout.
    await bench.started(run="first", service="ledger")
    a = await bench.submit(run="a", service="ledger")
    b = await bench.submit(run="b", service="checkout")
    assert [a.decision.place, b.decision.place] == [1, 2]


async def test_the_same_person_cannot_do_two_changes_at_once_wherever_they_are(bench: Bench) -> None:
    first = await bench.started(run="first", implementer="jan")
    second = await bench.submit(run="second", service="status-page", environment="staging", implementer="jan")
    assert second.decision.place == 1
    assert (
        await bench.submit(run="x", service="status-page", environment="staging", implementer="mei")
    ).decision.outcome == "waiting"  # behind the one that waits for jan, with the same service
    await bench.intake.finish(first.change.id, "succeeded")
    assert await places(bench, second) == ["approved"]


# Nobody waits for one that never goes.


async def test_one_that_is_withdrawn_leaves_no_gap(bench: Bench) -> None:
    first, a, b, c = await line(bench, "a", "b", "c")
    await bench.intake.withdraw(b.change.id)
    assert await places(bench, a, c) == [1, 2]
    await bench.intake.withdraw(a.change.id)
    await bench.intake.finish(first.change.id, "succeeded")
    assert await places(bench, c) == ["approved"]


async def test_one_that_is_approved_and_does_not_start_lets_the_next_go_and_begins_anew(bench: Bench) -> None:
    first, a, b = await line(bench, "a", "b")
    await bench.intake.finish(first.change.id, "succeeded")
    assert await places(bench, a, b) == ["approved", 1]
    await bench.later(15 * MINUTE)
    again = await bench.submit(run="a")
    assert (again.decision.outcome, again.decision.place) == ("waiting", 2)
    assert await places(bench, b, a) == ["approved", 1]


async def test_one_that_runs_on_for_ever_lets_the_next_go_when_its_hold_is_over(bench: Bench) -> None:
    _, a, b = await line(bench, "a", "b")
    await bench.later(4 * HOUR)
    assert await places(bench, a, b) == ["approved", 1]


async def test_one_that_is_refused_meanwhile_lets_the_next_go(bench: Bench) -> None:
    first, a, b = await line(bench, "a", "b")
    held_up = {"calendar/x.yaml": [a_freeze(scope={"services": ["checkout"]})]}
    await bench.merge("nothing changes for them", held_up)
    bench.answer = refusing(bench, a.change.id)
    await bench.merge("refuses one", {})
    await bench.intake.finish(first.change.id, "succeeded")
    assert await places(bench, a, b) == ["refused", "approved"]


def refusing(bench: Bench, change_id: str) -> Any:
    """The policy of the bench, but that it refuses one change."""
    usual = bench.answer

    def answer(facts: Any) -> Any:
        said: Any = usual(facts)
        if facts["change"]["id"] == change_id:
            said["verdicts"]["evidence"] = {"status": "failed"}
        return said

    return answer


async def test_one_whose_service_is_gone_lets_the_next_go(bench: Bench) -> None:
    first = await bench.started(run="first", service="ledger")
    gone = await bench.submit(run="gone", service="checkout")
    patient = await bench.submit(run="patient", service="ledger")
    assert [gone.decision.place, patient.decision.place] == [1, 2]
    without = [each for each in FILES["services/money.yaml"] if each["name"] != "checkout"]
    await bench.merge("checkout is gone", {"services/money.yaml": without, "groups.yaml": FILES["groups.yaml"]})
    await bench.intake.finish(first.change.id, "succeeded")
    assert await places(bench, patient) == ["approved"]


async def test_one_that_cannot_be_judged_because_the_engine_is_away_keeps_its_place(bench: Bench) -> None:
    first, a = await line(bench, "a")
    await bench.intake.finish(first.change.id, "succeeded")
    bench.engine.fault = EngineError("away")
    await bench.watch.judge_due()
    bench.engine.fault = None
    assert (await bench.submit(run="newcomer")).decision.place == 2
    await bench.later(MINUTE)
    assert await places(bench, a) == ["approved"]


# Looking again costs little.


async def test_who_waits_in_line_is_woken_and_does_not_look_again_all_the_time(bench: Bench) -> None:
    _, _, b = await line(bench, "a", "b")
    await bench.later(HEARD_OF_NS - MINUTE)
    assert await bench.store.due(bench.clock.now_ns(), 10) == []
    assert (await look(bench, b)).decision.sequence == 1


async def test_a_change_that_has_its_turn_starts_even_if_somebody_with_an_older_claim_lines_up(bench: Bench) -> None:
    await bench.merge("closed", {"calendar/x.yaml": [a_freeze(end="2026-11-02T10:10")]})
    frozen = await bench.submit(run="frozen")
    assert frozen.decision.place is None
    await bench.later(10 * MINUTE)
    newcomer = await bench.submit(run="newcomer")
    assert newcomer.decision.outcome == "approved"
    assert await places(bench, frozen) == [1]
    assert (await bench.intake.start(newcomer.change.id)).change.state == "started"


async def test_a_plan_for_later_does_not_keep_those_waiting_who_came_before(bench: Bench) -> None:
    first, a = await line(bench, "a")
    plan = await bench.submit(run="plan", planned_start=from_ns(AT_NS + 2 * HOUR))
    assert plan.decision.place == 2
    await bench.intake.finish(first.change.id, "succeeded")
    assert await places(bench, a, plan) == ["approved", "approved"]


async def test_who_plans_for_another_time_is_in_nobodys_way(bench: Bench) -> None:
    await line(bench, "a")
    tomorrow = from_ns(AT_NS + 24 * HOUR)
    first_plan = await bench.submit(run="plan", planned_start=tomorrow)
    assert first_plan.decision.place == 2
    assert (await bench.submit(run="now", service="status-page")).decision.outcome == "approved"
