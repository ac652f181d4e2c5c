"""A change that has not started is planned for another start: judged for it at once, and still the same change."""

import json
from typing import Any

import pytest

from gate.domain.errors import PlannedStartError, WrongStateError
from gate.domain.instant import from_ns
from gate.domain.judgement import StoredChange
from tests.builders import AT_NS, DAY, HOUR, MINUTE, a_request
from tests.house import a_freeze
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio


async def plan(bench: Bench, stored: StoredChange, in_ns: int | None) -> StoredChange:
    """Let it be planned by Jan for a start so long after ten o'clock; None: for none."""
    return await bench.intake.plan(stored.change.id, None if in_ns is None else from_ns(AT_NS + in_ns), "jan")


async def told(bench: Bench, stored: StoredChange) -> list[dict[str, Any]]:
    """What is on record of its planning."""
    records = await bench.store.records(stored.change.id)
    return [json.loads(record.body) for record in records if record.kind == "planned"]


async def look(bench: Bench, stored: StoredChange) -> StoredChange:
    """How it stands once what is due was judged."""
    await bench.watch.judge_due()
    return await bench.intake.change(stored.change.id)


# It is judged for the other time.


async def test_a_change_that_waits_is_approved_for_a_time_at_which_nobody_is_in_the_way(bench: Bench) -> None:
    await bench.started(run="first")
    waiting = await bench.submit(run="second")
    planned = await plan(bench, waiting, DAY)
    assert (planned.decision.outcome, planned.decision.sequence) == ("approved", 2)
    assert (planned.decision.starts_at_ns, planned.change.planned_start_ns) == (AT_NS + DAY, AT_NS + DAY)


async def test_it_holds_the_other_time_and_starts_when_it_comes(bench: Bench) -> None:
    stored = await plan(bench, await bench.submit(run="first"), DAY)
    in_between = {"run": "other", "planned_start": from_ns(AT_NS + DAY + MINUTE)}
    assert (await bench.submit(**in_between)).decision.outcome == "waiting"
    await bench.later(DAY)
    assert (await bench.intake.start(stored.change.id)).change.state == "started"


async def test_a_freeze_at_the_other_time_stands_in_its_way(bench: Bench) -> None:
    stored = await bench.submit()
    freeze = a_freeze(start="2026-11-03T09:00", end="2026-11-03T12:00")
    await bench.merge("closed tomorrow", {"calendar/x.yaml": [freeze]})
    assert (await plan(bench, stored, DAY)).decision.outcome == "waiting"
    assert (await plan(bench, stored, None)).decision.outcome == "approved"


async def test_it_is_judged_for_the_other_time_ever_after_also_by_another_gate(bench: Bench) -> None:
    stored = await plan(bench, await bench.submit(), DAY)
    again = await (await bench.another()).intake.judge_again(stored.change.id)
    assert again.decision.starts_at_ns == AT_NS + DAY


# It is the same change.


async def test_it_is_on_record_who_planned_it_from_when_to_when(bench: Bench) -> None:
    stored = await bench.submit()
    await plan(bench, stored, HOUR)
    await plan(bench, stored, None)
    said = [{key: one[key] for key in ("by", "from", "to")} for one in await told(bench, stored)]
    assert said == [
        {"by": "jan", "from": None, "to": "2026-11-02T11:00:00Z"},
        {"by": "jan", "from": "2026-11-02T11:00:00Z", "to": None},
    ]
    assert await bench.kinds(stored.change.id) == ["submitted", "decided", "planned", "decided", "planned", "decided"]


async def test_the_request_that_it_was_asked_with_still_names_it(bench: Bench) -> None:
    stored = await plan(bench, await bench.submit(), DAY)
    again = await bench.submit()
    assert (again.change.id, again.decision.id) == (stored.change.id, stored.decision.id)
    assert again.change.request == a_request()


async def test_what_people_approved_stays_approved_for_the_same_commit(bench: Bench) -> None:
    stored = await bench.risky()
    assert (await plan(bench, stored, HOUR)).decision.outcome == "review"
    assert (await bench.say(stored.change.id)).decision.starts_at_ns == AT_NS + HOUR
    assert (await plan(bench, stored, DAY)).decision.outcome == "approved"
    assert [one.by for one in bench.engine.asked[-1].approvals] == ["jan"]


async def test_the_same_start_again_changes_nothing(bench: Bench) -> None:
    stored = await plan(bench, await bench.submit(), HOUR)
    assert await plan(bench, stored, HOUR) == stored
    await bench.later(DAY)
    assert (await plan(bench, stored, HOUR)).decision.sequence == 3, "an approval that has lapsed is no answer"
    assert len(await told(bench, stored)) == 1


async def test_one_that_waits_keeps_its_place_in_line(bench: Bench) -> None:
    await bench.started(run="first")
    waiting = await bench.submit(run="second")
    await bench.later(MINUTE)
    behind = await bench.submit(run="third")
    planned = await plan(bench, waiting, HOUR)
    assert planned.change.in_line_since_ns == AT_NS
    assert (planned.decision.place, (await look(bench, behind)).decision.place) == (1, 1), "they want other times"
    back = await plan(bench, waiting, None)
    assert (back.decision.place, (await bench.intake.judge_again(behind.change.id)).decision.place) == (1, 2)


async def test_one_that_was_given_its_turn_and_plans_for_later_begins_anew(bench: Bench) -> None:
    stored = await bench.submit(run="first")
    await bench.later(MINUTE)
    other = await bench.submit(run="second")
    for minutes in (10, 20, 30):  # to put it off again and again keeps nobody waiting
        await bench.later(MINUTE)
        await plan(bench, stored, minutes * MINUTE)
    assert (await look(bench, other)).decision.outcome == "approved"
    assert (await look(bench, stored)).decision.outcome == "waiting"


# Those that wait for it.


async def test_those_that_wait_for_its_time_are_judged_again_when_it_moves(bench: Bench) -> None:
    stored = await bench.submit(run="first", planned_start=from_ns(AT_NS + HOUR))
    other = await bench.submit(run="second", planned_start=from_ns(AT_NS + HOUR))
    assert other.decision.outcome == "waiting"
    await plan(bench, stored, DAY)
    assert (await look(bench, other)).decision.outcome == "approved"


async def test_those_behind_it_in_line_are_judged_again_when_it_claims_another_time(bench: Bench) -> None:
    await bench.submit(run="holder", planned_start=from_ns(AT_NS + HOUR), duration="PT1H")
    ahead = await bench.submit(run="ahead", duration="PT3H")
    behind = await bench.submit(run="behind", duration="PT15M")
    assert (ahead.decision.place, behind.decision.place) == (1, 1 + 1)
    await plan(bench, ahead, DAY)
    assert (await look(bench, behind)).decision.outcome == "approved"


async def test_a_move_while_another_is_judged_to_wait_for_it_is_not_missed(bench: Bench) -> None:
    stored = await bench.submit(run="first", planned_start=from_ns(AT_NS + HOUR))

    async def move() -> None:
        await plan(bench, stored, DAY)

    bench.store.before_record = move
    other = await bench.submit(run="second", planned_start=from_ns(AT_NS + HOUR))
    assert other.decision.outcome == "waiting"
    assert (await look(bench, other)).decision.outcome == "approved"


async def test_a_judgement_that_began_before_the_move_does_not_undo_it(bench: Bench) -> None:
    stored = await bench.submit()

    async def move() -> None:
        await plan(bench, stored, DAY)

    bench.store.before_record = move
    again = await bench.intake.judge_again(stored.change.id)
    assert (again.change.planned_start_ns, again.decision.starts_at_ns) == (AT_NS + DAY, AT_NS + DAY)


# What cannot be planned.


@pytest.mark.parametrize(("in_ns", "said"), [(-6 * MINUTE, "is past"), (91 * DAY, "more than 90 days ahead")])
async def test_a_time_that_is_past_or_too_far_ahead_moves_nothing(bench: Bench, in_ns: int, said: str) -> None:
    stored = await bench.submit()
    with pytest.raises(PlannedStartError, match=said):
        await plan(bench, stored, in_ns)
    assert await bench.intake.change(stored.change.id) == stored


async def test_what_runs_or_is_over_cannot_be_planned(bench: Bench) -> None:
    running = await bench.started()
    with pytest.raises(WrongStateError, match="is started, not open"):
        await plan(bench, running, HOUR)
    await bench.intake.finish(running.change.id, "succeeded")
    with pytest.raises(WrongStateError, match="is finished, not open"):
        await plan(bench, running, HOUR)
    withdrawn = await bench.submit(run="withdrawn")
    await bench.intake.withdraw(withdrawn.change.id)
    with pytest.raises(WrongStateError, match="is withdrawn, not open"):
        await plan(bench, withdrawn, HOUR)
