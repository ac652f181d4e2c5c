"""What every store promises about reviews: owed with the use of a bypass, written once, counted for their team."""

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Any

import pytest

from gate.domain.change import Change
from gate.domain.errors import FactsMovedError
from gate.domain.facts import TeamBypasses
from gate.domain.pir import Pir, WrittenPir
from gate.ports import Store
from tests.builders import AT_NS, DAY, HOUR, a_change, a_notice, a_question, a_record, started, team_of
from tests.contract.conftest import OpenStore
from tests.contract.judging import judge, judged, record

pytestmark = pytest.mark.anyio

WRITTEN = WrittenPir(by="maria", at_ns=AT_NS + HOUR, happened="It went well.", wrong="process_wrong", follow_ups=("x",))
_numbers = count(1)


def a_pir(change: Change, **fields: Any) -> Pir:
    """Owed from `AT_NS` on, for five days."""
    request = change.request
    usual = {
        "change": change.id,
        "service": request.service,
        "environment": request.environment,
        "team": team_of(request.service),
        "bypasses": ("b-1",),
        "owed_since_ns": AT_NS,
        "due_ns": AT_NS + 5 * DAY,
    }
    return Pir.model_validate(usual | fields)


async def owed(store: Store, change: Change | None = None, **fields: Any) -> Pir:
    """A review that a change owes which started on bypasses of its own."""
    user = started(change or a_change())
    bypasses = tuple(f"b-{next(_numbers)}" for _ in range(fields.pop("uses", 1)))
    pir = a_pir(user, bypasses=bypasses, **fields)
    await judge(store, user, bypasses=bypasses, uses=bypasses, pir=pir, reservation=None)
    return pir


async def write(store: Store, pir: Pir) -> bool:
    return await store.write_pir(pir.change, WRITTEN, a_record("pir", await _change(store, pir)))


async def _change(store: Store, pir: Pir) -> Change:
    stored = await store.change(pir.change)
    assert stored is not None
    return stored.change


async def standing(store: Store, at_ns: int, **fields: Any) -> TeamBypasses:
    question = a_question(a_change(**fields), bypasses=("b-0",), at_ns=at_ns)
    return (await store.history(question)).team_bypasses


async def test_a_review_is_owed_with_the_use_of_a_bypass(store: Store) -> None:
    pir = await owed(store)
    assert await store.pir(pir.change) == pir
    assert await store.pir("chg_unheard") is None


async def test_none_is_owed_by_what_was_not_recorded(store: Store) -> None:
    change = started(a_change())
    late = await judged(store, change, bypasses=("b-0",), uses=("b-0",), pir=a_pir(change), reservation=None)
    await judge(store, started(a_change()), bypasses=("b-0",), uses=("b-0",), reservation=None)
    with pytest.raises(FactsMovedError):
        await record(store, late)
    assert await store.pir(change.id) is None


async def test_it_is_written_once_and_its_record_is_the_changes(store: Store) -> None:
    pir = await owed(store)
    assert await write(store, pir)
    assert await store.pir(pir.change) == pir.model_copy(update={"written": WRITTEN})
    assert not await write(store, pir)
    assert [each.kind for each in await store.records(pir.change)] == ["submitted", "decided", "started", "pir"]


async def test_where_none_is_owed_none_is_written(store: Store) -> None:
    stored = await judge(store, started(a_change()))
    assert not await store.write_pir(stored.change.id, WRITTEN, a_record("pir", stored.change))
    assert "pir" not in [each.kind for each in await store.records(stored.change.id)]


async def test_all_are_listed_the_newest_first(store: Store) -> None:
    first, second = await owed(store), await owed(store, owed_since_ns=AT_NS + HOUR)
    await write(store, second)
    assert [pir.change for pir in await store.pirs()] == [second.change, first.change]


async def test_overdue_are_those_unwritten_from_their_very_instant_the_longest_first(store: Store) -> None:
    late, later = await owed(store, due_ns=AT_NS + 2 * DAY), await owed(store, due_ns=AT_NS + DAY)
    assert [pir.change for pir in await store.pirs(overdue_at_ns=AT_NS + DAY - 1)] == []
    assert [pir.change for pir in await store.pirs(overdue_at_ns=AT_NS + DAY)] == [later.change]
    assert [pir.change for pir in await store.pirs(overdue_at_ns=AT_NS + 2 * DAY)] == [later.change, late.change]
    await write(store, later)
    assert [pir.change for pir in await store.pirs(overdue_at_ns=AT_NS + 2 * DAY)] == [late.change]


async def test_a_team_is_told_what_it_owes_and_others_are_not(store: Store) -> None:
    pir = await owed(store)
    assert await standing(store, pir.due_ns - 1) == TeamBypasses(used=1, pirs_overdue=0)
    assert await standing(store, pir.due_ns) == TeamBypasses(used=1, pirs_overdue=1)
    assert await standing(store, pir.due_ns, service="ledger") == TeamBypasses()
    await write(store, pir)
    assert await standing(store, pir.due_ns) == TeamBypasses(used=1, pirs_overdue=0)


async def test_what_a_team_used_up_counts_for_thirty_days_grant_by_grant(store: Store) -> None:
    await owed(store, uses=2)
    await owed(store)
    assert (await standing(store, AT_NS)).used == 3
    assert (await standing(store, AT_NS + 30 * DAY - 1)).used == 3
    assert (await standing(store, AT_NS + 30 * DAY)).used == 0


async def test_a_change_that_no_bypass_names_is_told_nothing_of_it(store: Store) -> None:
    pir = await owed(store)
    assert (await store.history(a_question(a_change(), at_ns=pir.due_ns))).team_bypasses == TeamBypasses()


async def test_whoever_judged_before_another_of_the_team_used_a_grant_looks_again(store: Store) -> None:
    change = started(a_change())
    late = await judged(store, change, bypasses=("b-0",), uses=("b-0",), pir=a_pir(change), reservation=None)
    await owed(store)
    with pytest.raises(FactsMovedError):
        await record(store, late)


async def test_of_many_that_use_up_the_last_of_a_budget_at_once_one_is_recorded(open_store: OpenStore) -> None:
    gates: Sequence[Store] = [await open_store(), await open_store()]
    late = []
    for number in range(8):
        change = started(a_change(service=f"service-{number}"))
        bypass = f"own-{number}"
        pir = a_pir(change, team="team-one")
        told: dict[str, Any] = {
            "bypasses": (bypass,),
            "uses": (bypass,),
            "team": "team-one",
            "pir": pir,
            "reservation": None,
        }
        late.append(await judged(gates[0], change, **told))
    answers = await asyncio.gather(
        *(record(gates[turn % 2], each) for turn, each in enumerate(late)), return_exceptions=True
    )
    assert sum(isinstance(each, FactsMovedError) for each in answers) == 7


async def test_broken_glasses_are_counted_beside_what_was_used_up(store: Store) -> None:
    user = started(a_change())
    glass, bypass = f"glass-{next(_numbers)}", f"b-{next(_numbers)}"
    pir = a_pir(user, bypasses=(bypass, glass), broken=1)
    await judge(store, user, bypasses=(bypass,), uses=(bypass,), pir=pir, reservation=None)
    assert await store.pir(user.id) == pir
    assert await standing(store, AT_NS) == TeamBypasses(used=1, broken=1)
    assert (await standing(store, AT_NS + 30 * DAY)).broken == 0


async def test_what_becomes_overdue_is_announced_once_with_what_is_told_of_it(store: Store) -> None:
    pir = await owed(store, due_ns=AT_NS + DAY)
    told = a_notice(await _change(store, pir), id=f"pir.{pir.change}.1", kind="pir_overdue", at_ns=AT_NS + DAY)
    assert list(await store.unannounced_pirs(AT_NS + DAY - 1, 10)) == []
    assert [each.change for each in await store.unannounced_pirs(AT_NS + DAY, 10)] == [pir.change]
    assert await store.announce_pir(pir.change, AT_NS + DAY, [told])
    assert not await store.announce_pir(pir.change, AT_NS + DAY, [told])
    assert list(await store.unannounced_pirs(AT_NS + 2 * DAY, 10)) == []
    assert list(await store.take_notices(AT_NS + DAY, AT_NS + 2 * DAY, 10)) == [told]


async def test_what_nobody_can_be_told_is_announced_all_the_same(store: Store) -> None:
    pir = await owed(store, due_ns=AT_NS + DAY)
    assert await store.announce_pir(pir.change, AT_NS + DAY, [])
    assert list(await store.unannounced_pirs(AT_NS + DAY, 10)) == []


async def test_what_is_written_or_owed_by_nobody_is_not_announced(store: Store) -> None:
    pir = await owed(store, due_ns=AT_NS + DAY)
    await write(store, pir)
    assert list(await store.unannounced_pirs(AT_NS + DAY, 10)) == []
    assert not await store.announce_pir(pir.change, AT_NS + DAY, [])
    assert not await store.announce_pir("chg_unheard", AT_NS + DAY, [])


async def test_of_many_overdue_the_longest_are_told_first(store: Store) -> None:
    pirs = [await owed(store, due_ns=AT_NS + days * DAY) for days in (3, 1, 2)]
    found = await store.unannounced_pirs(AT_NS + 5 * DAY, 2)
    assert [each.change for each in found] == [pirs[1].change, pirs[2].change]


async def test_of_two_gates_that_announce_one_at_once_one_does(open_store: OpenStore) -> None:
    gates: Sequence[Store] = [await open_store(), await open_store()]
    for _ in range(10):
        pir = await owed(gates[0], due_ns=AT_NS + DAY)
        told = a_notice(await _change(gates[0], pir), id=f"pir.{pir.change}.1", kind="pir_overdue")
        answers = await asyncio.gather(*(gate.announce_pir(pir.change, AT_NS + DAY, [told]) for gate in gates))
        assert sorted(answers) == [False, True]
    assert len(await gates[0].take_notices(AT_NS + DAY, AT_NS + 2 * DAY, 100)) == 10
