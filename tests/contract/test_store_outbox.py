"""What every store promises about notices: committed with their decision, taken by one gate at a time, never lost."""

import asyncio
from collections.abc import Sequence

import pytest

from gate.domain.errors import FactsMovedError
from gate.domain.notice import Notice
from gate.ports import Store
from tests.builders import AT_NS, HOUR, MINUTE, a_change, a_notice
from tests.contract.conftest import OpenStore
from tests.contract.judging import judge, judged, record

pytestmark = pytest.mark.anyio


async def told(store: Store, *numbers: int) -> list[Notice]:
    """Notices that were recorded with a decision of a change of their own."""
    change = a_change(service=f"service-{numbers[0]}")
    notices = [a_notice(change, number) for number in numbers]
    await judge(store, change, "review", notices=tuple(notices))
    return notices


async def test_a_notice_is_there_with_its_decision_and_as_it_was_written(store: Store) -> None:
    notices = await told(store, 1, 2)
    assert list(await store.take_notices(AT_NS, AT_NS + MINUTE, 10)) == notices


async def test_no_notice_is_left_of_a_judgement_that_was_not_recorded(store: Store) -> None:
    late = a_change()
    judgement = await judged(store, late, near=("ledger",), notices=(a_notice(late),))
    await judge(store, a_change(service="ledger"))
    with pytest.raises(FactsMovedError):
        await record(store, judgement)
    assert list(await store.take_notices(AT_NS + HOUR, AT_NS + HOUR, 10)) == []


async def test_what_is_taken_is_put_off_and_due_again_if_nothing_more_is_heard(store: Store) -> None:
    (notice,) = await told(store, 1)
    await store.take_notices(AT_NS, AT_NS + MINUTE, 10)
    assert list(await store.take_notices(AT_NS + MINUTE - 1, AT_NS + HOUR, 10)) == []
    assert list(await store.take_notices(AT_NS + MINUTE, AT_NS + HOUR, 10)) == [notice]


async def test_what_is_delivered_is_never_taken_again(store: Store) -> None:
    first, second = await told(store, 1, 2)
    await store.take_notices(AT_NS, AT_NS + MINUTE, 10)
    await store.forget_notice(first.id)
    assert list(await store.take_notices(AT_NS + HOUR, AT_NS + HOUR, 10)) == [second]


async def test_what_was_tried_in_vain_says_how_often_and_comes_later(store: Store) -> None:
    (notice,) = await told(store, 1)
    await store.put_off_notice(notice.id, AT_NS + MINUTE)
    await store.put_off_notice(notice.id, AT_NS + HOUR)
    assert list(await store.take_notices(AT_NS + HOUR - 1, AT_NS + HOUR, 10)) == []
    (again,) = await store.take_notices(AT_NS + HOUR, AT_NS + 2 * HOUR, 10)
    assert again == notice.model_copy(update={"attempts": 2})


async def test_no_more_is_taken_than_asked_for_and_the_longest_due_first(store: Store) -> None:
    first, second, third = await told(store, 1, 2, 3)
    await store.put_off_notice(first.id, AT_NS + MINUTE)
    taken = list(await store.take_notices(AT_NS + HOUR, AT_NS + 2 * HOUR, 2))
    assert taken == [second, third]


async def test_two_gates_never_take_the_same_notice(open_store: OpenStore) -> None:
    gates: Sequence[Store] = [await open_store(), await open_store()]
    expected = {notice.id for number in range(20) for notice in await told(gates[0], number)}
    taken = await asyncio.gather(*(gates[turn % 2].take_notices(AT_NS, AT_NS + HOUR, 5) for turn in range(12)))
    ids = [notice.id for each in taken for notice in each]
    assert len(ids) == len(set(ids))
    left = await gates[0].take_notices(AT_NS, AT_NS + HOUR, 100)
    assert {*ids, *(notice.id for notice in left)} == expected
