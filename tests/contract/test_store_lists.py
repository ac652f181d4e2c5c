"""What every store promises about lists: of changes that somebody looks for, and of what waits for groups."""

from dataclasses import replace
from typing import Any

import pytest

from gate.domain.assessment import Need, Verdict
from gate.domain.change import Change
from gate.domain.decision import StepResult
from gate.domain.judgement import Judgement
from gate.domain.listing import Listing, Wanted
from gate.ports import Store
from tests.builders import AT_NS, HOUR, MINUTE, a_change, a_record, a_request, finished, started, withdrawn
from tests.contract.judging import end, judge, judged, record

pytestmark = pytest.mark.anyio


async def asked(store: Store, minute: int, outcome: Any = "review", requester: str = "maria", **request: Any) -> Change:
    """A change that was asked for so many minutes after the others began."""
    change = a_change(request=a_request(**request), asked_at_ns=AT_NS + minute * MINUTE, requester=requester)
    await judge(store, change, outcome)
    return change


async def listing(store: Store, **wanted: Any) -> Listing:
    found = await store.listed(Wanted(**wanted))
    assert found is not None
    return found


async def ids(store: Store, **wanted: Any) -> list[str]:
    return [each.id for each in (await listing(store, **wanted)).changes]


async def test_changes_are_listed_newest_first_page_by_page(store: Store) -> None:
    changes = [await asked(store, minute) for minute in (1, 3, 2, 2)]
    newest = [changes[1].id, changes[3].id, changes[2].id, changes[0].id]
    assert await ids(store) == newest
    first = await listing(store, limit=3)
    assert ([each.id for each in first.changes], first.next) == (newest[:3], newest[2])
    second = await listing(store, limit=3, before=first.next)
    assert ([each.id for each in second.changes], second.next) == (newest[3:], None)


async def test_a_page_that_is_just_full_has_no_next(store: Store) -> None:
    await asked(store, 1)
    assert (await listing(store, limit=1)).next is None


async def test_an_empty_store_lists_nothing(store: Store) -> None:
    assert await store.listed(Wanted()) == Listing(changes=())


async def test_a_page_before_a_change_that_nobody_knows_is_none(store: Store) -> None:
    await asked(store, 1)
    assert await store.listed(Wanted(before="chg_unheard")) is None


async def test_a_list_tells_what_is_shown_of_a_change(store: Store) -> None:
    change = await asked(store, 1, summary="\n  Take   the fee out\nof the total", requester="jan")
    (told,) = (await listing(store)).changes
    assert (told.service, told.environment, told.commit) == ("payments", "production", change.request.commit)
    assert (told.title, told.requester, told.asked_at_ns) == ("Take the fee out", "jan", AT_NS + MINUTE)
    assert (told.state, told.result, told.outcome) == ("open", None, "review")
    assert (told.change_class, told.risk_class) == ("normal", "low")


async def test_what_is_looked_for_is_found_and_nothing_else(store: Store) -> None:
    one = await asked(store, 1, service="ledger", environment="staging", requester="lena")
    two = await asked(store, 2, "approved", service="ledger")
    three = await asked(store, 3, "refused")
    assert await ids(store, service="ledger") == [two.id, one.id]
    assert await ids(store, environment="staging") == [one.id]
    assert await ids(store, requester="lena") == [one.id]
    assert await ids(store, requester="maria") == [three.id, two.id]
    assert await ids(store, outcome="refused") == [three.id]
    assert await ids(store, service="ledger", outcome="approved", requester="maria") == [two.id]
    assert await ids(store, service="ledger", outcome="refused") == []
    assert await ids(store, service="ledger'--") == []


async def test_the_list_follows_what_becomes_of_a_change(store: Store) -> None:
    change, other = await asked(store, 1), await asked(store, 2)
    await judge(store, started(change), sequence=2)
    assert await ids(store, state="open") == [other.id]
    assert [(each.state, each.outcome) for each in (await listing(store, state="started")).changes] == [
        ("started", "approved")
    ]
    await end(store, finished(started(change), "failed"))
    (told,) = (await listing(store, state="finished")).changes
    assert told.result == "failed"


@pytest.mark.parametrize("text", ["chg_", "4F0C", "TAKE the", "out", "jan", "PAYMENTS", "inc-9", " straße ", "STRASSE"])
async def test_a_text_is_found_wherever_it_stands_capitals_or_not(store: Store, text: str) -> None:
    change = await asked(store, 1, summary="Take the  fee out in Straße", author="jan", incident="INC-9")
    assert await ids(store, text=text) == [change.id]


@pytest.mark.parametrize("text", ["%", "_", "\\", "t%e", "f_e", "fees", "' OR ''='", "chg%"])
async def test_a_text_is_looked_for_letter_by_letter(store: Store, text: str) -> None:
    await asked(store, 1, summary="Take the fee out", service="payments", requester="maria")
    change = await asked(store, 2, summary=f"Odd {text}")
    expected = [change.id]
    found = await ids(store, text=text)
    assert [each for each in found if each in expected] == expected
    if text != "_":  # which every id has
        assert found == expected


async def asks(store: Store, change: Change, *groups: str, sequence: int = 1) -> Judgement:
    """A judgement by which a change waits for these groups."""
    verdict = Verdict(status="pending", needs=tuple(Need(group=group, approvals=1) for group in groups))
    judgement = await judged(store, change, "review", sequence=sequence)
    steps = (StepResult(step="peer_review", verdict=verdict),)
    whole = replace(judgement, decision=judgement.decision.model_copy(update={"steps": steps}))
    await record(store, whole)
    return whole


async def waiting_for(store: Store, *groups: str, limit: int = 50) -> list[str]:
    return [stored.change.id for stored in await store.asked_of(groups, limit)]


async def test_a_group_finds_what_waits_for_it_the_oldest_first(store: Store) -> None:
    late, early, other = a_change(asked_at_ns=AT_NS + HOUR), a_change(), a_change()
    await asks(store, late, "team-a")
    await asks(store, early, "team-b", "team-a")
    await asks(store, other, "team-c")
    assert await waiting_for(store, "team-a") == [early.id, late.id]
    assert await waiting_for(store, "team-b", "team-a") == [early.id, late.id], "each once"
    assert await waiting_for(store, "team-b", "team-a", limit=1) == [early.id]
    assert await waiting_for(store, "team-x") == []
    assert await waiting_for(store) == []


async def test_what_is_told_of_it_is_the_latest_decision(store: Store) -> None:
    change = a_change()
    judgement = await asks(store, change, "team-a")
    (stored,) = await store.asked_of(("team-a",), 9)
    assert (stored.change, stored.decision) == (change, judgement.decision)


async def test_another_decision_asks_others_or_nobody(store: Store) -> None:
    change = a_change()
    await asks(store, change, "team-a", "team-b")
    await asks(store, change, "team-b", sequence=2)
    assert await waiting_for(store, "team-a") == []
    assert await waiting_for(store, "team-b") == [change.id]
    await judge(store, change, "waiting", sequence=3)
    assert await waiting_for(store, "team-b") == []


async def test_nobody_is_asked_about_what_is_over_or_started(store: Store) -> None:
    gone, runs = a_change(), a_change()
    await asks(store, gone, "team-a")
    await asks(store, runs, "team-a")
    await end(store, withdrawn(gone), "open")
    assert await waiting_for(store, "team-a") == [runs.id]
    await judge(store, started(runs), sequence=2)
    assert await waiting_for(store, "team-a") == []


async def test_one_more_record_of_a_change_comes_after_those_that_it_has(store: Store) -> None:
    change = await asked(store, 1)
    await store.add_record(a_record("commented", change, comment="Why?"))
    await judge(store, change, "waiting", sequence=2)
    assert [each.kind for each in await store.records(change.id)] == ["submitted", "decided", "commented", "decided"]
