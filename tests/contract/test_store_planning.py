"""Changes that move in time: what a store keeps of another start, and whom it wakes when held or claimed time moves."""

import pytest

from gate.domain.change import Change, Plan
from gate.ports import Store
from tests.builders import AT_NS, DAY, HOUR, MINUTE, a_change, a_place, a_reservation, started
from tests.contract.judging import judge, judged

pytestmark = pytest.mark.anyio


def moved(change: Change, start_ns: int | None = AT_NS + DAY) -> Change:
    return change.model_copy(update={"plan": Plan(start_ns=start_ns)})


async def due(store: Store) -> list[str]:
    return list(await store.due(AT_NS, 10))


@pytest.mark.parametrize("start_ns", [AT_NS + DAY, None])
async def test_another_start_is_kept_with_the_request_as_it_was_asked(store: Store, start_ns: int | None) -> None:
    change = a_change()
    await judge(store, change)
    await judge(store, moved(change, start_ns), sequence=2)
    kept = await store.change(change.id)
    assert kept is not None
    assert kept.change == moved(change, start_ns)
    assert (await store.first_look(f"key of {change.id}", (await judged(store, change)).question)) == kept


@pytest.mark.parametrize(
    ("since_ns", "until_ns", "wakes"),
    [
        (AT_NS + DAY, AT_NS + DAY + HOUR, True),
        (AT_NS + HOUR + MINUTE, AT_NS + 3 * HOUR, True),
        (AT_NS, AT_NS + 2 * HOUR - 1, True),
        (AT_NS + HOUR, AT_NS + 2 * HOUR, False),
        (AT_NS, AT_NS + 3 * HOUR, False),
    ],
)
async def test_whoever_holds_another_time_wakes_those_that_wait_if_any_of_the_old_one_is_free(
    store: Store, since_ns: int, until_ns: int, *, wakes: bool
) -> None:
    holder, patient = a_change(), a_change(service="ledger")
    held = a_reservation(holder, since_ns=AT_NS + HOUR, until_ns=AT_NS + 2 * HOUR)
    await judge(store, holder, reservation=held)
    await judge(store, patient, "waiting", waits_on=(holder.id,), look_again_ns=AT_NS + DAY)
    now = a_reservation(holder, since_ns=since_ns, until_ns=until_ns)
    await judge(store, moved(holder), sequence=2, reservation=now)
    assert await due(store) == [patient.id] * wakes


async def test_a_start_within_the_time_that_is_held_wakes_nobody(store: Store) -> None:
    holder, patient = a_change(), a_change(service="ledger")
    await judge(store, holder, reservation=a_reservation(holder, since_ns=AT_NS - MINUTE))
    await judge(store, patient, "waiting", waits_on=(holder.id,), look_again_ns=AT_NS + DAY)
    now = a_reservation(started(holder), since_ns=AT_NS, until_ns=AT_NS + 4 * HOUR)
    await judge(store, started(holder), sequence=2, reservation=now)
    assert await due(store) == []


@pytest.mark.parametrize(("start_ns", "wakes"), [(AT_NS + HOUR, True), (AT_NS, False)])
async def test_whoever_claims_another_time_in_line_wakes_those_that_wait(
    store: Store, start_ns: int, *, wakes: bool
) -> None:
    ahead, patient = a_change(), a_change(service="ledger")
    await judge(store, ahead, "waiting", place=a_place(ahead))
    await judge(store, patient, "waiting", waits_on=(ahead.id,), look_again_ns=AT_NS + DAY)
    await judge(store, moved(ahead), "waiting", sequence=2, place=a_place(ahead, start_ns=start_ns))
    assert await due(store) == [patient.id] * wakes
