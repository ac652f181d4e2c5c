"""What every store promises about the history that it tells."""

from typing import Any

import pytest

from gate.domain.change import Change, Result
from gate.domain.history import History
from gate.domain.recurrence import Span
from gate.ports import Store
from tests.builders import (
    AT_NS,
    DAY,
    HOUR,
    MINUTE,
    a_change,
    a_question,
    a_request,
    a_reservation,
    finished,
    started,
    withdrawn,
)
from tests.contract.judging import end, judge

pytestmark = pytest.mark.anyio

NEWCOMER = a_change(id="chg_newcomer")


async def hold(store: Store, change: Change, **fields: object) -> None:
    """Let a change be approved that holds what the fields of its reservation say."""
    await judge(store, change, reservation=a_reservation(change, **fields))


def elsewhere(service: str = "payments") -> Change:
    return a_change(request=a_request(service=service, environment="staging"))


async def test_an_empty_store_has_no_history(store: Store) -> None:
    assert await store.history(a_question(NEWCOMER)) == History()


# Reservations


async def test_a_change_sees_what_others_hold_near_it_and_nothing_farther_away(store: Store) -> None:
    near, same, far, other_place = a_change(service="ledger"), a_change(), a_change(service="search"), elsewhere()
    for change in (near, same, far, other_place):
        await hold(store, change)
    history = await store.history(a_question(NEWCOMER, near=("ledger",)))
    assert history.reservations == (a_reservation(near), a_reservation(same))


async def test_reservations_are_told_by_change_id_whatever_came_first(store: Store) -> None:
    ids = ["chg_b", "chg_C", "chg_a", "chg-z"]
    for number, change_id in enumerate(ids):
        await hold(store, a_change(id=change_id, service=f"s{number}"))
    history = await store.history(a_question(NEWCOMER, near=("s0", "s1", "s2", "s3")))
    assert [held.change for held in history.reservations] == sorted(ids)


async def test_a_change_does_not_see_what_it_holds_itself(store: Store) -> None:
    change = a_change()
    await hold(store, change)
    history = await store.history(a_question(change))
    assert history.reservations == ()
    assert history.load.environment == history.load.team == 0


async def test_a_reservation_is_told_once_and_whole_by_whichever_resources_it_is_found(store: Store) -> None:
    holder = a_change()
    resources = ("implementer:jan", "production/exclusive:core-database", "production/service:payments")
    await hold(store, holder, resources=resources)
    for asked in (resources[:1], resources[:2], resources):
        history = await store.history(a_question(NEWCOMER, resources=asked))
        assert history.reservations == (a_reservation(holder, resources=resources),)


async def test_a_reservation_that_has_run_out_keeps_nobody_away(store: Store) -> None:
    await hold(store, a_change(), until_ns=AT_NS + MINUTE)
    assert (await store.history(a_question(NEWCOMER, at_ns=AT_NS + MINUTE - 1))).reservations != ()
    gone = await store.history(a_question(NEWCOMER, at_ns=AT_NS + MINUTE))
    assert gone.reservations == ()
    assert gone.load.environment == 0


async def test_a_start_replaces_what_was_held_on_the_approval(store: Store) -> None:
    change = a_change()
    await hold(store, change)
    begun = started(change)
    held = a_reservation(begun, resources=("production/service:payments", "implementer:jan"), until_ns=AT_NS + HOUR)
    await judge(store, begun, sequence=2, reservation=held)
    assert (await store.history(a_question(NEWCOMER))).reservations == (held,)


async def test_a_change_that_is_approved_no_more_lets_go(store: Store) -> None:
    change = a_change()
    await hold(store, change)
    await judge(store, change, "waiting", sequence=2)
    assert await store.history(a_question(NEWCOMER)) == History()


async def test_a_change_that_is_over_lets_go(store: Store) -> None:
    done, taken_back = started(a_change()), a_change(service="ledger")
    await hold(store, done)
    await hold(store, taken_back)
    await end(store, finished(done))
    await end(store, withdrawn(taken_back), "open")
    history = await store.history(a_question(NEWCOMER, near=("ledger",)))
    assert history.reservations == ()
    assert history.load.environment == 0


async def test_no_resources_asked_for_no_reservations_told(store: Store) -> None:
    await hold(store, a_change())
    assert (await store.history(a_question(NEWCOMER, resources=()))).reservations == ()


# What is taken in times to come


async def busy(store: Store, *, at_ns: int = AT_NS, until_ns: int = AT_NS + DAY, **question: Any) -> list[Span]:
    return list(await store.busy(a_question(NEWCOMER, at_ns=at_ns, **question), until_ns))


def span(since: int, until: int) -> Span:
    return Span(AT_NS + since, AT_NS + until)


async def test_what_others_will_hold_is_told_as_it_comes(store: Store) -> None:
    for held in (span(5 * HOUR, 6 * HOUR), span(0, 15 * MINUTE), span(HOUR, 2 * HOUR)):
        await hold(store, a_change(), since_ns=held.start_ns, until_ns=held.end_ns)
    assert await busy(store) == [span(0, 15 * MINUTE), span(HOUR, 2 * HOUR), span(5 * HOUR, 6 * HOUR)]


async def test_what_ends_before_or_begins_after_the_time_asked_about_is_not_told(store: Store) -> None:
    await hold(store, a_change(), since_ns=AT_NS + HOUR, until_ns=AT_NS + 2 * HOUR)
    assert await busy(store, at_ns=AT_NS + 2 * HOUR) == []
    assert await busy(store, at_ns=AT_NS + 2 * HOUR - 1) == [span(HOUR, 2 * HOUR)]
    assert await busy(store, until_ns=AT_NS + HOUR) == []
    assert await busy(store, until_ns=AT_NS + HOUR + 1) == [span(HOUR, 2 * HOUR)]


async def test_only_what_can_stand_in_the_way_is_told(store: Store) -> None:
    near = a_change(service="ledger")
    for change, minutes in ((near, 10), (elsewhere(), 20), (NEWCOMER, 30)):
        await hold(store, change, until_ns=AT_NS + minutes * MINUTE)
    assert await busy(store, near=("ledger",)) == [span(0, 10 * MINUTE)]
    assert await busy(store, near=("ledger",), contended=("service:payments",)) == []


async def test_what_is_held_by_several_resources_is_told_once(store: Store) -> None:
    resources = ("exclusive:core-database", "service:payments")
    await hold(store, a_change(), resources=resources)
    assert await busy(store, contended=resources) == [span(0, 15 * MINUTE)]


# Load


async def test_load_counts_the_others_in_flight_in_the_environment_and_those_of_the_team(store: Store) -> None:
    for change in (a_change(service="ledger"), a_change(service="search"), elsewhere("identity")):
        await hold(store, change)
    await hold(store, a_change(service="cards"), team="team-payments")
    load = (await store.history(a_question(NEWCOMER))).load
    assert (load.team, load.environment) == (1, 3)


async def test_what_is_only_in_review_is_no_load(store: Store) -> None:
    await judge(store, a_change(), "review")
    assert (await store.history(a_question(NEWCOMER))).load.environment == 0


# Track record


async def finish(store: Store, change: Change, result: Result = "succeeded", *, at_ns: int = AT_NS) -> None:
    await judge(store, started(change), at_ns=at_ns, reservation=None)
    await end(store, finished(change, result, at_ns=at_ns))


async def test_the_track_record_counts_what_finished_and_what_of_it_failed_or_was_rolled_back(store: Store) -> None:
    results: list[Result] = ["succeeded", "failed", "rolled_back", "succeeded"]
    for result in results:
        await finish(store, a_change(), result)
    record = (await store.history(a_question(NEWCOMER))).track_record
    assert (record.days, record.finished, record.failed) == (30, 4, 2)


async def test_neither_what_was_withdrawn_nor_what_went_elsewhere_is_on_the_track_record(store: Store) -> None:
    taken_back = a_change()
    await judge(store, taken_back)
    await end(store, withdrawn(taken_back, at_ns=AT_NS), "open")
    await finish(store, a_change(service="ledger"), "failed")
    await finish(store, elsewhere(), "failed")
    assert (await store.history(a_question(NEWCOMER))).track_record.finished == 0


async def test_the_track_record_goes_back_thirty_days_and_not_farther(store: Store) -> None:
    for days_ago in (0, 1, 30, 32):
        await finish(store, a_change(), "failed", at_ns=AT_NS - days_ago * DAY)
    await finish(store, a_change(), at_ns=AT_NS + 2 * DAY)
    record = (await store.history(a_question(NEWCOMER))).track_record
    assert (record.finished, record.failed) == (3, 3)


# Bypasses


async def test_uses_are_counted_for_the_bypasses_asked_about(store: Store) -> None:
    for _ in range(2):
        await judge(store, started(a_change()), bypasses=("b-1", "b-2"), uses=("b-1",), reservation=None)
    await judge(store, started(a_change()), bypasses=("b-2",), uses=("b-2",), reservation=None)
    history = await store.history(a_question(NEWCOMER, bypasses=("b-1", "b-3")))
    assert history.bypass_uses == {"b-1": 2}
