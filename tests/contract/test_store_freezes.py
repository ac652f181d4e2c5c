"""What every store promises about the red button: it closes at once, for every gate, and lasts until it is thawed."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from gate.domain.errors import FactsMovedError, LimitReachedError
from gate.domain.judgement import Judgement
from gate.domain.red_button import MOST_IN_FORCE, PressedFreeze, Thaw
from gate.ports import Store
from tests.builders import (
    AT_NS,
    HOUR,
    MINUTE,
    a_change,
    a_pressed_freeze,
    a_question,
    a_record,
    a_reservation,
    started,
    withdrawn,
)
from tests.contract.conftest import OpenStore
from tests.contract.judging import end, judge, judged, record

pytestmark = pytest.mark.anyio

LATER = AT_NS + MINUTE


async def press(store: Store, freeze: PressedFreeze, key: str | None = None, since_ns: int = AT_NS) -> PressedFreeze:
    return await store.press(freeze, key, a_record("frozen", freeze=freeze.id), since_ns)


async def thaw(store: Store, freeze: PressedFreeze, at_ns: int = LATER, **said: Any) -> PressedFreeze | None:
    told = Thaw.model_validate({"by": "ruth", "at_ns": at_ns, "reason": "it is out now"} | said)
    return await store.thaw(freeze.id, told, a_record("thawed", freeze=freeze.id), AT_NS)


async def known(store: Store, at_ns: int = AT_NS) -> Sequence[str]:
    """The freezes that a judgement learns of."""
    return [freeze.id for freeze in (await store.history(a_question(a_change(), at_ns=at_ns))).freezes]


# Remembering


async def test_a_pressed_freeze_is_kept_whole_and_told_to_every_judgement(open_store: OpenStore) -> None:
    one, other = await open_store(), await open_store()
    freeze = a_pressed_freeze(
        scope={
            "environments": ["production"],
            "services": ["pay*", "ledger"],
            "labels": {"tier": "1"},
            "except": {"services": ["status-page"]},
        },
        reason="żółw ☃ is burning",
        incident="INC-1",
        overrun="stop",
        until_ns=AT_NS + HOUR,
    )
    assert await press(one, freeze) == freeze
    assert await other.freeze(freeze.id) == freeze
    (told,) = (await other.history(a_question(a_change(service="elsewhere")))).freezes
    assert told == freeze


async def test_a_freeze_that_nobody_pressed_is_not_known(store: Store) -> None:
    assert await store.freeze("frz_unknown") is None
    assert await thaw(store, a_pressed_freeze()) is None
    assert list(await store.freezes()) == []


async def test_a_freeze_holds_until_its_end_and_no_longer(store: Store) -> None:
    freeze, endless = a_pressed_freeze(until_ns=LATER), a_pressed_freeze()
    for each in (freeze, endless):
        await press(store, each)
    assert await known(store, LATER - 1) == [freeze.id, endless.id]
    assert await known(store, LATER) == [endless.id]


async def test_a_thawed_freeze_holds_no_more_and_says_by_whom_and_why(store: Store) -> None:
    freeze = a_pressed_freeze()
    await press(store, freeze)
    thawed = await thaw(store, freeze)
    assert thawed == freeze.model_copy(update={"thaw": Thaw(by="ruth", at_ns=LATER, reason="it is out now")})
    assert await store.freeze(freeze.id) == thawed
    assert await known(store) == []


async def test_thawing_twice_changes_nothing(store: Store) -> None:
    freeze = a_pressed_freeze()
    await press(store, freeze)
    thawed = await thaw(store, freeze)
    assert await thaw(store, freeze, LATER + 1, by="somebody else") == thawed


async def test_a_freeze_that_ran_out_is_not_thawed_any_more(store: Store) -> None:
    freeze = a_pressed_freeze(until_ns=LATER)
    await press(store, freeze)
    assert await thaw(store, freeze, LATER) == freeze


async def test_the_same_key_presses_once(store: Store) -> None:
    first = await press(store, a_pressed_freeze(), "key")
    assert await press(store, a_pressed_freeze(), "key") == first
    assert await press(store, a_pressed_freeze(), "another") != first
    assert len(await known(store)) == 2


async def test_a_key_that_arrives_many_times_at_once_presses_once(open_store: OpenStore) -> None:
    stores = [await open_store(), await open_store()]
    pressed = await asyncio.gather(*(press(stores[n % 2], a_pressed_freeze(), "key") for n in range(8)))
    assert len({freeze.id for freeze in pressed}) == 1


async def test_freezes_are_told_newest_first_all_or_those_that_hold(store: Store) -> None:
    old, over, new = a_pressed_freeze(), a_pressed_freeze(), a_pressed_freeze(pressed_at_ns=LATER)
    for freeze in (old, over, new):
        await press(store, freeze)
    await thaw(store, over)
    assert [freeze.id for freeze in await store.freezes()] == [new.id, over.id, old.id]
    assert [freeze.id for freeze in await store.freezes(holding_at_ns=LATER)] == [new.id, old.id]
    assert [freeze.id for freeze in await store.freezes(pressed_since_ns=LATER)] == [new.id]


async def test_a_filed_freeze_is_known_to_be_and_only_the_first_filing_counts(store: Store) -> None:
    freeze = a_pressed_freeze()
    await press(store, freeze)
    await store.file(freeze.id, LATER)
    await store.file(freeze.id, LATER + 1)
    assert await store.freeze(freeze.id) == freeze.model_copy(update={"filed_at_ns": LATER})


async def test_there_are_no_more_freezes_than_a_decision_can_look_at(store: Store) -> None:
    freezes = [a_pressed_freeze(until_ns=LATER) for _ in range(MOST_IN_FORCE)]
    await asyncio.gather(*(press(store, freeze) for freeze in freezes))
    with pytest.raises(LimitReachedError):
        await press(store, a_pressed_freeze())
    assert len(await known(store)) == MOST_IN_FORCE
    await press(store, a_pressed_freeze(pressed_at_ns=LATER))  # those before it have run out


# Closing at once


@pytest.mark.parametrize("outcome", ["approved", "review", "waiting", "refused"])
async def test_what_was_judged_without_knowing_of_a_freeze_is_not_recorded_after_it(store: Store, outcome: Any) -> None:
    late = await judged(store, a_change(), outcome)
    await press(store, a_pressed_freeze())
    with pytest.raises(FactsMovedError):
        await record(store, late)
    assert await store.change(late.change.id) is None


async def test_what_was_judged_knowing_of_the_freeze_is_recorded(store: Store) -> None:
    await press(store, a_pressed_freeze())
    assert (await judge(store, a_change())).decision.outcome == "approved"


async def test_what_waits_for_a_freeze_that_was_thawed_meanwhile_is_not_recorded(store: Store) -> None:
    freeze = a_pressed_freeze()
    await press(store, freeze)
    late = await judged(store, a_change(), "waiting")
    await thaw(store, freeze)
    with pytest.raises(FactsMovedError):
        await record(store, late)


async def test_a_start_does_not_slip_past_a_press(store: Store) -> None:
    change = a_change()
    await judge(store, change)
    late = await judged(store, started(change), sequence=2)
    await press(store, a_pressed_freeze())
    with pytest.raises(FactsMovedError):
        await record(store, late)


@pytest.mark.parametrize("attempt", range(8))
async def test_after_a_press_has_returned_nothing_appears_that_does_not_know_of_it(
    open_store: OpenStore, attempt: int
) -> None:
    gates = [await open_store(), await open_store()]
    judgements = [await judged(gates[n % 2], a_change(service=f"s-{attempt}-{n}")) for n in range(16)]
    writing = [asyncio.create_task(record_or_not(gates[n % 2], each)) for n, each in enumerate(judgements)]
    await asyncio.sleep(0)
    await press(gates[attempt % 2], a_pressed_freeze())
    there = {each.change.id for each in judgements if await gates[0].change(each.change.id)}
    recorded = {each.change.id for each, done in zip(judgements, await asyncio.gather(*writing), strict=True) if done}
    assert recorded == there


async def record_or_not(store: Store, judgement: Judgement) -> bool:
    try:
        await record(store, judgement)
    except FactsMovedError:
        return False
    return True


# Whom it concerns


async def test_a_press_makes_due_what_is_open_in_its_scope_whatever_it_was_judged(store: Store) -> None:
    scope = {"services": ["payments"], "environments": ["production"]}
    approved, waiting, elsewhere, gone = a_change(), a_change(), a_change(service="ledger"), a_change()
    forgotten = a_change(asked_at_ns=AT_NS - HOUR)
    await judge(store, approved)
    await judge(store, waiting, "waiting", look_again_ns=AT_NS + HOUR)
    for other in (elsewhere, gone, forgotten):
        await judge(store, other, "review")
    await end(store, withdrawn(gone), "open")
    freeze = a_pressed_freeze(scope=scope)
    await press(store, freeze)
    assert set(await store.due(AT_NS, 10)) == {approved.id, waiting.id}
    for change in (approved, waiting):
        await store.postpone(change.id, None)
    await thaw(store, freeze)
    assert set(await store.due(LATER, 10)) == {approved.id, waiting.id}


async def test_a_scope_that_names_by_globs_or_by_what_only_the_catalogue_knows_is_taken_to_concern_more(
    store: Store,
) -> None:
    change = a_change()
    await judge(store, change, "review")
    for scope in ({"services": ["pay*", "ledger"]}, {"owners": ["team-ledger"]}, {}):
        await press(store, a_pressed_freeze(scope=scope))
        assert list(await store.due(AT_NS, 10)) == [change.id]
        await store.postpone(change.id, None)


async def test_a_press_makes_due_what_runs_and_has_not_been_left(store: Store) -> None:
    running, left = started(a_change(asked_at_ns=AT_NS - HOUR)), started(a_change(asked_at_ns=AT_NS - HOUR))
    await judge(store, running)
    await judge(store, left, reservation=a_reservation(left, until_ns=AT_NS))
    await press(store, a_pressed_freeze())
    assert list(await store.due(AT_NS, 10)) == [running.id]


async def test_a_press_with_a_key_that_pressed_before_makes_nothing_due(store: Store) -> None:
    await press(store, a_pressed_freeze(), "key")
    change = a_change()
    await judge(store, change, "review")
    await press(store, a_pressed_freeze(), "key")
    assert list(await store.due(AT_NS, 10)) == []


# What a bypass let start, it lets run on


async def test_a_change_is_told_which_bypasses_it_has_used_itself(store: Store) -> None:
    user, other = started(a_change(service="ledger")), a_change()
    await judge(store, user, bypasses=("b-1", "b-2"), uses=("b-1",))
    own = await store.history(a_question(user, bypasses=("b-1", "b-2")))
    assert (own.bypass_uses, own.bypasses_taken) == ({}, ("b-1",))
    others = await store.history(a_question(other, bypasses=("b-1", "b-2")))
    assert (others.bypass_uses, others.bypasses_taken) == ({"b-1": 1}, ())
