"""What every store promises about how loaded groups are: who waits, and how long answers took in the last days."""

import pytest

from gate.domain.change import Change
from gate.domain.review_load import LOOKED_BACK_DAYS, Answered, GroupLoad
from gate.ports import Store
from tests.builders import AT_NS, DAY, HOUR, a_change, a_question, withdrawn
from tests.contract.judging import end, judge
from tests.contract.test_store_lists import asks

pytestmark = pytest.mark.anyio


async def loads(store: Store, *groups: str, change: Change | None = None, at_ns: int = AT_NS) -> dict[str, GroupLoad]:
    question = a_question(change or a_change(), groups=groups, at_ns=at_ns)
    return (await store.history(question)).groups


async def answered(store: Store, *waited: tuple[str, int], at_ns: int = AT_NS) -> None:
    """One change that groups have answered, each after so long."""
    found = tuple(Answered(group=group, waited_ns=waited_ns) for group, waited_ns in waited)
    await judge(store, a_change(), "review", answered=found, at_ns=at_ns)


async def test_a_group_that_nobody_waits_for_has_nothing_to_do(store: Store) -> None:
    assert await loads(store, "team-a") == {}
    assert await loads(store) == {}


async def test_changes_that_wait_for_a_group_are_counted_each_once_and_for_each_group(store: Store) -> None:
    await asks(store, a_change(), "team-a", "team-b")
    await asks(store, a_change(), "team-a")
    assert await loads(store, "team-a", "team-b", "team-c") == {
        "team-a": GroupLoad(waiting=2),
        "team-b": GroupLoad(waiting=1),
    }


async def test_a_change_does_not_count_itself(store: Store) -> None:
    change = a_change()
    await asks(store, change, "team-a")
    assert await loads(store, "team-a", change=change) == {}


async def test_what_is_over_waits_no_more(store: Store) -> None:
    change = a_change()
    await asks(store, change, "team-a")
    await end(store, withdrawn(change), "open")
    assert await loads(store, "team-a") == {}


async def test_answers_and_how_long_they_took_are_added_up_for_each_group(store: Store) -> None:
    await answered(store, ("team-a", HOUR), ("team-b", 2 * HOUR))
    await answered(store, ("team-a", 3 * HOUR))
    assert await loads(store, "team-a", "team-b") == {
        "team-a": GroupLoad(answered=2, waited_ns=4 * HOUR),
        "team-b": GroupLoad(answered=1, waited_ns=2 * HOUR),
    }


async def test_answers_of_long_ago_say_nothing_of_today(store: Store) -> None:
    await answered(store, ("team-a", HOUR), at_ns=AT_NS)
    still = await loads(store, "team-a", at_ns=AT_NS + LOOKED_BACK_DAYS * DAY)
    assert still == {"team-a": GroupLoad(answered=1, waited_ns=HOUR)}
    assert await loads(store, "team-a", at_ns=AT_NS + (LOOKED_BACK_DAYS + 1) * DAY) == {}


async def test_who_waits_and_who_answered_are_told_together(store: Store) -> None:
    await answered(store, ("team-a", HOUR))
    await asks(store, a_change(), "team-a")
    assert await loads(store, "team-a") == {"team-a": GroupLoad(waiting=1, answered=1, waited_ns=HOUR)}
