"""What every store promises about broken glasses: kept with their record, never overtaken, filed once."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from gate.domain.break_glass import BreakGlass
from gate.domain.change import Change
from gate.domain.errors import FactsMovedError
from gate.domain.facts import TeamBypasses
from gate.domain.pir import Pir
from gate.ports import Store
from tests.builders import (
    AT_NS,
    DAY,
    HOUR,
    MINUTE,
    a_change,
    a_glass,
    a_question,
    a_record,
    started,
    team_of,
    withdrawn,
)
from tests.contract.conftest import OpenStore
from tests.contract.judging import end, judge, judged, record

pytestmark = pytest.mark.anyio


async def asked(store: Store, **fields: Any) -> Change:
    change = a_change(**fields)
    await judge(store, change, "waiting")
    return change


async def break_glass(store: Store, change: Change, number: int = 1, **fields: Any) -> BreakGlass:
    glass = a_glass(change, number, **fields)
    await store.break_glass(glass, a_record("glass_broken", change, by=glass.by))
    return glass


async def test_a_glass_is_kept_whole_with_its_record_and_makes_its_change_due(store: Store) -> None:
    change = await asked(store)
    glass = await break_glass(store, change, artifact=f"sha256:{'5' * 64}")
    assert list(await store.break_glasses(change.id)) == [glass]
    assert [each.kind for each in await store.records(change.id)] == ["submitted", "decided", "glass_broken"]
    assert json.loads((await store.records(change.id))[-1].body)["by"] == "ruth"
    assert list(await store.due(AT_NS + MINUTE, 10)) == [change.id]


async def test_of_a_change_for_which_none_was_broken_none_is_told(store: Store) -> None:
    change = await asked(store)
    assert list(await store.break_glasses(change.id)) == []
    assert (await store.history(a_question(change))).break_glasses == ()


async def test_the_history_of_its_change_alone_tells_it_and_how_the_team_stands(store: Store) -> None:
    change, other = await asked(store), await asked(store, service="ledger")
    glass = await break_glass(store, change)
    assert (await store.history(a_question(change))).break_glasses == (glass,)
    assert (await store.history(a_question(other))).break_glasses == ()


async def test_for_what_is_not_open_none_is_kept(store: Store) -> None:
    begun, gone = started(await asked(store)), await asked(store, service="ledger")
    await judge(store, begun, sequence=2)
    await end(store, withdrawn(gone), "open")
    for change in (begun, gone, a_change()):
        with pytest.raises(FactsMovedError):
            await break_glass(store, change)
        assert list(await store.break_glasses(change.id)) == []
    assert "glass_broken" not in [each.kind for each in await store.records(gone.id)]


async def test_of_two_who_break_it_at_once_one_looks_again(open_store: OpenStore) -> None:
    gates: Sequence[Store] = [await open_store(), await open_store()]
    for number in range(10):
        change = await asked(gates[0], service=f"service-{number}")
        both = (break_glass(gate, change) for gate in gates)
        answers = await asyncio.gather(*both, return_exceptions=True)
        assert sum(isinstance(each, FactsMovedError) for each in answers) == 1
        assert len(await gates[1].break_glasses(change.id)) == 1
        assert [each.kind for each in await gates[1].records(change.id)].count("glass_broken") == 1


@pytest.mark.parametrize("outcome", ["approved", "waiting"])
async def test_no_judgement_that_does_not_know_of_it_is_recorded(store: Store, outcome: str) -> None:
    change = await asked(store)
    late = await judged(store, change, outcome, sequence=2)  # type: ignore[arg-type]  # both are outcomes
    await break_glass(store, change)
    with pytest.raises(FactsMovedError):
        await record(store, late)
    await judge(store, change, outcome, sequence=2)  # type: ignore[arg-type]  # both are outcomes


async def test_what_started_on_it_has_taken_it(store: Store) -> None:
    change = await asked(store)
    glass = await break_glass(store, change)
    user = started(change)
    pir = Pir(
        change=user.id,
        service=user.request.service,
        environment=user.request.environment,
        team=team_of(user.request.service),
        bypasses=(glass.id,),
        broken=1,
        owed_since_ns=AT_NS,
        due_ns=AT_NS + DAY,
    )
    await judge(store, user, sequence=2, uses=(glass.id,), pir=pir)
    history = await store.history(a_question(user, at_ns=AT_NS + HOUR))
    assert (history.bypasses_taken, history.bypass_uses) == ((glass.id,), {})
    assert history.team_bypasses == TeamBypasses(used=0, broken=1)


async def test_it_is_to_be_filed_until_it_is_and_only_the_first_filing_counts(store: Store) -> None:
    first, second = await asked(store), await asked(store, service="ledger")
    later = await break_glass(store, second, at_ns=AT_NS + HOUR)
    glass = await break_glass(store, first)
    assert list(await store.unfiled_glasses(10)) == [glass, later]
    assert list(await store.unfiled_glasses(1)) == [glass]
    await store.file_glass(glass.id, AT_NS + HOUR)
    await store.file_glass(glass.id, AT_NS + 2 * HOUR)
    await store.file_glass("glass_unheard", AT_NS)
    assert list(await store.unfiled_glasses(10)) == [later]
    (kept,) = await store.break_glasses(first.id)
    assert kept == glass.model_copy(update={"filed_at_ns": AT_NS + HOUR})


async def test_they_are_told_in_the_order_in_which_they_were_broken(store: Store) -> None:
    change = await asked(store)
    glasses = [await break_glass(store, change, number) for number in (1, 2)]
    assert list(await store.break_glasses(change.id)) == glasses
    with pytest.raises(FactsMovedError):
        await break_glass(store, change, 2)
