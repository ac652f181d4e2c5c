"""The red button: what is pressed holds at once, for every gate, and what waits goes on when it is thawed."""

import json

import pytest

from gate.application.active_policy import ActivePolicy
from gate.application.filing import Filing
from gate.application.red_button import RedButton
from gate.domain.errors import CallerError, ConflictingRequestError, StoreError, UnknownNameError
from gate.domain.judgement import StoredChange
from gate.domain.red_button import FreezeRequest
from tests.builders import AT_NS, DAY, HOUR, MINUTE
from tests.house import a_bypass, a_freeze
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio

REQUEST = FreezeRequest.model_validate({"scope": {}, "reason": "something is on fire"})


async def now(bench: Bench, stored: StoredChange) -> StoredChange:
    return await bench.intake.change(stored.change.id)


# Closing


async def test_once_a_freeze_is_pressed_nothing_in_its_scope_is_approved(bench: Bench) -> None:
    freeze = await bench.press(scope={"services": ["pay*"]}, reason="card payments fail")
    stored = await bench.submit()
    assert (stored.decision.outcome, stored.decision.passes_at_ns) == ("waiting", None)
    (window,) = stored.decision.windows
    assert (window.name, window.pressed_by, window.description) == (freeze.id, "ruth", "card payments fail")
    assert (await bench.submit(service="status-page")).decision.outcome == "approved"


async def test_an_approved_change_is_not_started_into_it(bench: Bench) -> None:
    stored = await bench.submit()
    await bench.press()
    answered = await bench.intake.start(stored.change.id)
    assert (answered.change.state, answered.decision.outcome) == ("open", "waiting")


async def test_what_is_open_is_judged_again_at_once_whatever_it_was(bench: Bench) -> None:
    approved = await bench.submit()
    review = await bench.submit(service="status-page", labels={"risk": "high"})
    other = await bench.submit(service="ledger", environment="staging")
    await bench.press(scope={"environments": ["production"]})
    await bench.watch.judge_due()
    assert (await now(bench, approved)).decision.outcome == "waiting"
    assert [step.status for step in (await now(bench, review)).decision.steps] == [
        "satisfied",
        "waiting",
        "satisfied",
        "pending",
    ]
    assert await now(bench, other) == other


async def test_an_approval_that_races_with_a_press_loses(bench: Bench) -> None:
    bench.store.meanwhile.append(bench.press)
    assert (await bench.submit()).decision.outcome == "waiting"


async def test_a_start_that_races_with_a_press_loses(bench: Bench) -> None:
    stored = await bench.submit()
    bench.store.meanwhile.append(bench.press)
    assert (await bench.intake.start(stored.change.id)).change.state == "open"


async def test_a_press_at_one_gate_closes_at_the_other(bench: Bench) -> None:
    other = await bench.another()
    await bench.press()
    assert (await other.submit()).decision.outcome == "waiting"


async def test_a_gate_whose_clock_is_behind_is_closed_as_well(bench: Bench) -> None:
    await bench.press()
    bench.clock.step_back(MINUTE)
    assert (await bench.submit()).decision.outcome == "waiting"


async def test_a_restart_keeps_what_is_pressed(bench: Bench) -> None:
    freeze = await bench.press()
    again = await bench.another()
    assert (await again.submit()).decision.outcome == "waiting"
    assert [each.id for each in await again.red_button.freezes(holding=True)] == [freeze.id]


async def test_the_repair_of_its_incident_passes_where_policy_says_so(bench: Bench) -> None:
    await bench.press(incident="INC-1")
    assert (await bench.submit(incident="INC-1")).decision.outcome == "approved"
    assert (await bench.submit(service="status-page", incident="INC-2")).decision.outcome == "waiting"


async def test_without_a_policy_a_press_is_heard_all_the_same() -> None:
    bench = Bench()
    await bench.press(scope={"services": ["whatever"]})
    assert len(await bench.red_button.freezes(holding=True)) == 1


# Opening again


async def test_when_it_is_thawed_what_waited_goes_on_by_itself(bench: Bench) -> None:
    freeze = await bench.press()
    stored = await bench.submit()
    await bench.thaw(freeze)
    await bench.watch.judge_due()
    assert (await now(bench, stored)).decision.outcome == "approved"


async def test_what_was_judged_to_wait_while_it_was_thawed_does_not_wait_in_vain(bench: Bench) -> None:
    freeze = await bench.press(until_ns=AT_NS + DAY)
    bench.store.meanwhile.append(lambda: bench.thaw(freeze))
    assert (await bench.submit()).decision.outcome == "approved"


async def test_it_ends_by_itself_where_that_was_said(bench: Bench) -> None:
    await bench.press(until_ns=AT_NS + HOUR)
    stored = await bench.submit()
    assert stored.decision.passes_at_ns == AT_NS + HOUR
    await bench.later(HOUR)
    await bench.watch.judge_due()
    assert (await now(bench, stored)).decision.outcome == "approved"


async def test_another_freeze_still_holds(bench: Bench) -> None:
    first = await bench.press()
    await bench.press()
    await bench.thaw(first)
    assert (await bench.submit()).decision.outcome == "waiting"


async def test_a_freeze_of_the_same_name_in_git_counts_beside_it_and_stays_when_it_is_thawed(bench: Bench) -> None:
    freeze = await bench.press()
    await bench.merge("filed", {"calendar/pressed.yaml": [a_freeze(name=freeze.id, end=None)]})
    assert [window.name for window in (await bench.submit()).decision.windows] == [freeze.id, freeze.id]
    await bench.thaw(freeze)
    assert [window.pressed_by for window in (await bench.submit(run="run-2")).decision.windows] == [None]


# On record


async def test_who_pressed_what_and_why_is_on_record_and_who_thawed_it(bench: Bench) -> None:
    freeze = await bench.press(
        scope={"services": ["payments"], "except": {"kinds": ["docs"]}},
        incident="INC-1",
        overrun="stop",
        until_ns=AT_NS + HOUR,
    )
    await bench.thaw(freeze)
    (frozen,), (thawed,) = bench.noted("frozen"), bench.noted("thawed")
    told = {
        "freeze": freeze.id,
        "by": "ruth",
        "reason": "something is on fire",
        "scope": {"services": ["payments"], "except": {"kinds": ["docs"]}},
        "incident": "INC-1",
        "overrun": "stop",
        "until": "2026-11-02T11:00:00Z",
    }
    assert frozen.items() >= told.items()
    assert thawed.items() >= {"freeze": freeze.id, "by": "ruth", "reason": "it is out now"}.items()


async def test_the_same_key_presses_once_and_is_on_record_once(bench: Bench) -> None:
    first = await bench.press("key")
    bench.clock.advance(MINUTE)
    pressed = await bench.red_button.press(REQUEST, "ruth", "key")
    assert (pressed.freeze, pressed.pressed_before) == (first, True)
    assert len(bench.noted("frozen")) == 1
    assert (await bench.red_button.press(REQUEST, "maria", "key")).freeze.id != first.id


async def test_the_same_key_for_another_freeze_is_a_conflict(bench: Bench) -> None:
    first = await bench.press("key")
    with pytest.raises(ConflictingRequestError, match=first.id):
        await bench.press("key", reason="something else is wrong")


async def test_without_a_key_each_press_is_one(bench: Bench) -> None:
    assert (await bench.press()).id != (await bench.press()).id


async def test_thawing_again_changes_nothing_and_is_not_on_record(bench: Bench) -> None:
    thawed = await bench.thaw(await bench.press())
    bench.clock.advance(MINUTE)
    assert await bench.thaw(thawed) == thawed
    assert len(bench.noted("thawed")) == 1


async def test_those_that_hold_are_told_or_all(bench: Bench) -> None:
    first = await bench.press()
    second = await bench.press()
    await bench.thaw(first)
    assert [freeze.id for freeze in await bench.red_button.freezes(holding=True)] == [second.id]
    assert [freeze.id for freeze in await bench.red_button.freezes(holding=False)] == [second.id, first.id]


# What cannot be pressed


@pytest.mark.parametrize("until_ns", [AT_NS, AT_NS - HOUR])
async def test_a_freeze_that_would_be_over_already_is_not_pressed(bench: Bench, until_ns: int) -> None:
    with pytest.raises(CallerError, match="over before it begins"):
        await bench.press(until_ns=until_ns)
    assert bench.noted("frozen") == []


async def test_a_scope_that_names_nothing_is_not_pressed(bench: Bench) -> None:
    with pytest.raises(UnknownNameError, match="did you mean payments"):
        await bench.press(scope={"services": ["paymets"]})


async def test_a_freeze_that_nobody_pressed_is_not_thawed(bench: Bench) -> None:
    with pytest.raises(UnknownNameError, match="no freeze is called 'frz_none'"):
        await bench.red_button.thaw("frz_none", "it is out now", "ruth")
    with pytest.raises(UnknownNameError):
        await bench.red_button.freeze("frz_none")


async def test_a_store_that_fails_has_pressed_nothing(bench: Bench) -> None:
    bench.store.fails_at = bench.store.calls + 1
    with pytest.raises(StoreError):
        await bench.press()
    assert (await bench.submit()).decision.outcome == "approved"


async def test_a_bypass_lifts_a_pressed_freeze_as_any_other(bench: Bench) -> None:
    await bench.merge("a way out", {"bypasses/x.yaml": [a_bypass()]})
    await bench.press()
    assert (await bench.submit()).decision.outcome == "approved"


async def test_it_is_part_of_the_facts_that_a_decision_can_be_derived_from_again(bench: Bench) -> None:
    freeze = await bench.press()
    stored = await bench.submit()
    kept = await bench.store.decision(stored.decision.id)
    assert kept is not None
    assert [window["name"] for window in json.loads(kept.facts)["windows"]] == [freeze.id]


async def test_a_red_button_without_a_way_back_to_git_says_so() -> None:
    bench = Bench()
    button = RedButton(ActivePolicy(), bench.store, bench.clock, Filing(ActivePolicy(), bench.store, bench.clock))
    freeze = (await button.press(REQUEST, "ruth")).freeze
    assert button.filing.state_of(freeze) == ("by_hand", "")
