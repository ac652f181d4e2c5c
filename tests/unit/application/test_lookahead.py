"""Looking ahead: what the calendar says, the next slots, and the slots that come with an answer."""

from datetime import timedelta

import pytest

from gate.application.calendar import Lookahead
from gate.domain.errors import NoPolicyError, PlannedStartError, StalePolicyError, UnknownNameError
from gate.domain.instant import from_ns
from gate.domain.judgement import StoredChange
from gate.domain.prospect import OFFERED
from tests.builders import AT_NS, DAY, HOUR, MINUTE
from tests.house import FILES, a_freeze
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio

NOON = AT_NS + 2 * HOUR


@pytest.fixture
async def frozen(bench: Bench) -> Bench:
    """From nine until noon; it is ten."""
    await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    return bench


def ahead(bench: Bench) -> Lookahead:
    return Lookahead(bench.active, bench.store, bench.clock)


async def offered(bench: Bench, stored: StoredChange) -> list[int]:
    return [slot.start_ns for slot in await ahead(bench).offered(stored)]


async def test_the_state_is_that_of_now_where_no_instant_is_given(frozen: Bench) -> None:
    look = ahead(frozen)
    payments = look.prospect("payments", "production")
    now = await look.state(payments)
    assert (now.at_ns, now.is_open, now.opening.at_ns) == (AT_NS, False, NOON)
    assert (await look.state(payments, NOON)).is_open
    assert (await look.state(payments, AT_NS - DAY)).is_open


async def test_unknown_names_are_told_with_the_nearest(frozen: Bench) -> None:
    with pytest.raises(UnknownNameError, match="did you mean payments"):
        ahead(frozen).prospect("paymets", "production")
    with pytest.raises(UnknownNameError, match="did you mean production"):
        ahead(frozen).prospect("payments", "prod")


async def test_where_no_policy_counts_none_is_told_of(frozen: Bench) -> None:
    frozen.clock.advance(HOUR)
    with pytest.raises(StalePolicyError):
        ahead(frozen).prospect("payments", "production")
    with pytest.raises(NoPolicyError):
        ahead(Bench()).prospect("payments", "production")


async def test_slots_begin_after_the_freeze_and_after_what_others_hold(frozen: Bench) -> None:
    look = ahead(frozen)
    assert [slot.start_ns for slot in (await look.slots(look.prospect("payments", "production"), 3)).slots] == [NOON]
    await frozen.later(2 * HOUR)
    await frozen.submit()
    found = await look.slots(look.prospect("payments", "production"), 3)
    assert [slot.start_ns for slot in found.slots] == [NOON + 30 * MINUTE]


async def test_slots_are_looked_for_from_an_instant_that_is_not_past_and_at_most_ninety_days_ahead(
    frozen: Bench,
) -> None:
    look = ahead(frozen)
    payments = look.prospect("payments", "production")
    assert (await look.slots(payments, 1, AT_NS - DAY)).slots[0].start_ns == NOON
    assert (await look.slots(payments, 1, AT_NS + DAY)).slots[0].start_ns == AT_NS + DAY
    with pytest.raises(PlannedStartError, match="from 2027-02-01T10:00:00Z on, more than 90 days ahead") as caught:
        await look.slots(payments, 1, AT_NS + 91 * DAY)
    assert (caught.value.field, "before 2027-01-31T10:00:00Z" in caught.value.hint) == ("from", True)


async def test_a_longer_change_may_find_a_later_slot(bench: Bench) -> None:
    freeze = a_freeze(start="2026-11-02T11:00", end="2026-11-02T12:00", overrun="stop")
    await bench.merge("stocktaking", {"calendar/x.yaml": [freeze]})
    look = ahead(bench)
    payments = look.prospect("payments", "production")
    found = {
        hours: (await look.slots(payments.taking(timedelta(hours=hours)), 1)).slots[0].start_ns for hours in (1, 2)
    }
    assert found == {1: AT_NS, 2: NOON}


async def test_a_schedule_is_of_the_time_asked_about(frozen: Bench) -> None:
    look = ahead(frozen)
    found = await look.schedule(look.prospect("payments", "production"), AT_NS, AT_NS + DAY)
    assert (found.begin_ns, found.until_ns, len(found.closed)) == (AT_NS, AT_NS + DAY, 1)


# What comes with an answer


async def test_a_change_that_a_freeze_keeps_waiting_is_offered_the_time_after(frozen: Bench) -> None:
    assert await offered(frozen, await frozen.submit()) == [NOON]


async def test_no_more_slots_are_offered_than_anybody_reads(bench: Bench) -> None:
    await bench.merge("daily", {"calendar/x.yaml": [a_freeze(recurrence="RRULE:FREQ=DAILY")]})
    stored = await bench.submit()
    assert await offered(bench, stored) == [NOON + number * DAY for number in range(OFFERED)]


async def test_a_change_that_collides_is_offered_the_time_after_the_other(bench: Bench) -> None:
    await bench.submit(run="first")
    assert await offered(bench, await bench.submit(run="second")) == [AT_NS + 30 * MINUTE]


async def test_a_change_that_is_planned_for_later_is_offered_no_time_before(frozen: Bench) -> None:
    planned = await frozen.submit(planned_start=from_ns(NOON - HOUR))
    assert await offered(frozen, planned) == [NOON]
    await frozen.merge(
        "late", {"calendar/y.yaml": [a_freeze(name="b", start="2026-11-03T12:00", end="2026-11-03T13:00")]}
    )
    later = await frozen.submit(run="later", planned_start=from_ns(NOON + DAY + HOUR // 2))
    assert await offered(frozen, later) == [NOON + DAY + HOUR]


async def test_its_own_reservation_does_not_stand_in_its_way(frozen: Bench) -> None:
    await frozen.later(2 * HOUR)
    approved = await frozen.submit()
    await frozen.merge(
        "again", {"calendar/y.yaml": [a_freeze(name="b", start="2026-11-02T12:00", end="2026-11-02T13:00")]}
    )
    waiting = await frozen.intake.judge_again(approved.change.id)
    assert await offered(frozen, waiting) == [NOON + HOUR]


async def test_an_answer_that_time_cannot_change_costs_no_look_and_offers_nothing(frozen: Bench) -> None:
    await frozen.later(2 * HOUR)
    answers = [await frozen.submit(), await frozen.submit(run="2", evidence=[{"kind": "tests", "status": "failed"}])]
    calls = frozen.store.calls
    assert [await offered(frozen, stored) for stored in answers[:1]] == [[]]
    assert frozen.store.calls == calls


async def test_a_change_that_is_over_is_offered_nothing(frozen: Bench) -> None:
    withdrawn = await frozen.intake.withdraw((await frozen.submit()).change.id)
    assert await offered(frozen, withdrawn) == []


async def test_an_answer_stays_whole_where_slots_cannot_be_found_out(
    frozen: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    stored = await frozen.submit()
    frozen.store.fails_at = frozen.store.calls + 1
    assert await offered(frozen, stored) == []
    assert "no slots for" in caplog.text
    frozen.clock.advance(HOUR)
    assert await offered(frozen, stored) == []


# Freezes that are pressed.


async def test_a_pressed_freeze_closes_time_with_no_known_end_and_says_by_whom(bench: Bench) -> None:
    freeze = await bench.press(scope={"services": ["payments"]})
    look = ahead(bench)
    state = await look.state(look.prospect("payments", "production"))
    assert (state.is_open, state.opening.at_ns) == (False, None)
    (reason,) = state.reasons
    assert reason.message.endswith(f"{freeze.id}, which has no known end: something is on fire (pressed by ruth)")
    assert (await look.state(look.prospect("status-page", "production"))).is_open
    assert (await look.slots(look.prospect("payments", "production"), 1)).slots == ()


async def test_a_pressed_freeze_with_an_end_is_waited_for(bench: Bench) -> None:
    await bench.press(until_ns=AT_NS + HOUR)
    look = ahead(bench)
    payments = look.prospect("payments", "production")
    assert (await look.state(payments)).opening.at_ns == AT_NS + HOUR
    assert [slot.start_ns for slot in (await look.slots(payments, 1)).slots] == [AT_NS + HOUR]
    assert await offered(bench, await bench.submit()) == [AT_NS + HOUR]
    assert (await look.schedule(payments, AT_NS, AT_NS + DAY)).closed[0].end_ns == AT_NS + HOUR


async def test_of_a_time_that_is_past_a_freeze_is_told_although_it_was_thawed_since(bench: Bench) -> None:
    freeze = await bench.press()
    bench.clock.advance(MINUTE)
    await bench.thaw(freeze)
    look = ahead(bench)
    payments = look.prospect("payments", "production")
    assert not (await look.state(payments, AT_NS)).is_open
    assert (await look.state(payments)).is_open
    assert (await look.state(payments, AT_NS - 1)).is_open


async def test_to_a_clock_that_is_behind_a_pressed_freeze_is_not_still_to_come(bench: Bench) -> None:
    await bench.press()
    bench.clock.step_back(MINUTE)
    look = ahead(bench)
    assert not (await look.state(look.prospect("payments", "production"))).is_open


async def test_what_repairs_the_incident_of_a_freeze_is_offered_time_in_it_where_it_may_pass(bench: Bench) -> None:
    process = {**FILES["process.yaml"][0], "red_button": {"incident_fix": "pass"}}
    await bench.merge("let the repair pass", {"process.yaml": [process]})
    await bench.press(incident="INC-1")
    await bench.started(incident="INC-1", run="first")
    repair = await bench.submit(incident="INC-1", run="second")
    assert repair.decision.outcome == "waiting"
    assert await offered(bench, repair)
    assert not await offered(bench, await bench.submit(run="third"))
