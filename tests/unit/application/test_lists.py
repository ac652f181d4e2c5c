"""Lists for people: what waits for somebody, by the policy in force."""

import pytest

from gate.application.lists import Inbox, Lists
from gate.domain.access import Caller
from gate.domain.errors import NoPolicyError, UnknownNameError
from gate.domain.listing import Wanted
from tests.builders import MINUTE
from tests.house import FILES
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio


async def inbox(bench: Bench, person: str) -> Inbox:
    return await Lists(bench.active, bench.store).inbox(person)


async def waiting(bench: Bench, person: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(asked.stored.change.id, asked.steps) for asked in (await inbox(bench, person)).asked]


async def test_what_waits_for_ones_groups_is_in_ones_inbox_the_oldest_first(bench: Bench) -> None:
    one = await bench.risky()
    await bench.later(MINUTE)
    two = await bench.risky(run="run-2")
    expected = [(one.change.id, ("peer_review",)), (two.change.id, ("peer_review",))]
    assert await waiting(bench, "jan") == expected
    assert (await inbox(bench, "jan")).groups == ("team-payments",)
    assert (await inbox(bench, "jan")).is_whole


async def test_who_made_a_change_and_who_is_in_no_such_group_is_not_asked(bench: Bench) -> None:
    await bench.risky()
    assert await waiting(bench, "maria") == []
    assert await waiting(bench, "lena") == []
    assert await waiting(bench, "nobody") == []


async def test_what_is_answered_waits_no_more(bench: Bench) -> None:
    stored = await bench.risky()
    await bench.say(stored.change.id)
    assert await waiting(bench, "jan") == []


async def test_who_joins_a_group_finds_what_waits_for_it_and_who_leaves_does_not(bench: Bench) -> None:
    stored = await bench.risky()
    swapped: dict[str, list[str]] = {"team-payments": ["maria", "lena"], "team-ledger": ["jan"]}
    groups = [
        {**each, "members": swapped[each["name"]]} if each["name"] in swapped else each for each in FILES["groups.yaml"]
    ]
    await bench.merge("Jan and Lena swap", {"groups.yaml": groups})
    await bench.watch.judge_due()
    assert await waiting(bench, "jan") == []
    assert await waiting(bench, "lena") == [(stored.change.id, ("peer_review",))]


async def test_without_a_policy_nobody_knows_whom_to_ask() -> None:
    with pytest.raises(NoPolicyError):
        await inbox(Bench(), "jan")


async def test_a_page_before_nothing_that_is_known_is_an_error(bench: Bench) -> None:
    with pytest.raises(UnknownNameError):
        await Lists(bench.active, bench.store).changes(Wanted(before="chg_unheard"), Caller.anybody())
