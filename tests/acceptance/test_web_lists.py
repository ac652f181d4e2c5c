"""The inbox, the list of changes and the reviews over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.builders import DAY, HOUR, MINUTE
from tests.house import a_bypass, a_freeze
from tests.http_house import HttpHouse
from tests.visitor import Visitor, words

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    async with HttpHouse.open() as opened:
        yield opened


async def test_the_inbox_holds_what_somebody_can_answer_the_oldest_first(house: HttpHouse) -> None:
    one = await house.bench.risky(summary="First", planned_start="2026-11-03T10:00:00Z")
    await house.bench.later(HOUR)
    await house.bench.risky(run="2", summary="Second")
    page = await Visitor.signed_in(house, "jan").open("/")
    said = words(page)
    assert "2 changes, the oldest first. You answer for team-payments." in said
    assert said.index("First") < said.index("Second")
    assert "asked 1 hour ago" in said
    assert "planned for Tue 3 Nov 2026, 10:00 UTC" in said
    assert "team-payments: 1 approval missing" in said
    assert f'href="/changes/{one.change.id}#step-peer_review"' in page.text


async def test_an_inbox_tells_what_else_is_missing(house: HttpHouse) -> None:
    await house.bench.merge("a freeze", {"calendar/x.yaml": [a_freeze()]})
    await house.bench.risky()
    said = words(await Visitor.signed_in(house, "jan").open("/"))
    assert "freeze stocktaking" in said
    assert "Also open: freeze (waiting)." in said


async def test_who_made_it_finds_it_below_what_they_asked_for(house: HttpHouse) -> None:
    await house.bench.submit(summary="Mine")
    said = words(await Visitor.signed_in(house, "maria").open("/"))
    assert "Nothing waits for you. When a change needs an answer of team-payments, it will be here." in said
    assert "Your newest changes" in said
    assert "Mine" in said


async def test_who_is_in_no_group_is_told_so(house: HttpHouse) -> None:
    await house.bench.merge(
        "Pat comes", {"people.yaml": [{"kind": "Person", "name": "pat", "emails": ["pat@house.test"]}]}
    )
    assert "You are in no group that is asked" in words(await Visitor.signed_in(house, "pat").open("/"))


async def test_strangers_see_the_newest_changes_of_an_open_gate_and_nothing_of_another(house: HttpHouse) -> None:
    await house.bench.submit(summary="Seen by all")
    assert "Seen by all" in words(await Visitor(house).open("/"))
    await house.token()
    page = await Visitor(house).open("/")
    assert page.status_code == 200
    assert "Changes pass here before they go live" in words(page)
    assert "Seen by all" not in page.text
    assert (await Visitor(house).open("/changes")).headers["location"] == "/sign-in?next=/changes"


async def asked(house: HttpHouse, count: int, **fields: Any) -> list[str]:
    ids = []
    for number in range(count):
        await house.bench.later(MINUTE)
        ids.append((await house.bench.submit(run=f"run {number} {fields}", **fields)).change.id)
    return ids


async def test_the_list_finds_and_leads_on(house: HttpHouse) -> None:
    many = await asked(house, 51)
    (one,) = await asked(house, 1, service="ledger", summary="Close the books")
    jan = Visitor.signed_in(house, "jan")
    page = await jan.open("/changes")
    assert page.text.index(one) < page.text.index(many[-1])
    assert f'href="/changes?before={many[2]}"' in page.text
    second = await jan.open(f"/changes?before={many[2]}")
    assert many[0] in second.text
    assert "Further back" not in second.text
    found = await jan.open("/changes?service=ledger&text=BOOKS&state=open&outcome=&requester=")
    assert one in found.text
    assert many[0] not in found.text
    assert 'value="BOOKS"' in found.text
    assert '<option value="open" selected>' in found.text
    assert "No change is like that." in words(await jan.open("/changes?text=nowhere"))


@pytest.mark.parametrize("query", ["service=a%20b", "state=done", "before=x", "text=%00", "outcome=%3Cb%3E"])
async def test_what_cannot_be_looked_for_comes_back_with_what_is_wrong(house: HttpHouse, query: str) -> None:
    page = await Visitor.signed_in(house, "jan").open(f"/changes?{query}")
    assert page.status_code == 400
    assert "no change can have such a" in words(page)
    assert "<b>" not in page.text.replace("<body>", "")


async def owing(house: HttpHouse) -> str:
    """A change that went around the process."""
    files = {"calendar/x.yaml": [a_freeze()], "bypasses/x.yaml": [a_bypass(review_due="P2D")]}
    await house.bench.merge("a way out", files)
    change = (await house.bench.started()).change.id
    await house.bench.intake.finish(change, "succeeded")
    return change


async def test_a_review_is_owed_then_overdue_then_written(house: HttpHouse) -> None:
    jan = Visitor.signed_in(house, "jan")
    assert "no review is owed" in words(await jan.open("/pirs"))
    change = await owing(house)
    assert "a review is owed by" in words(await jan.open(f"/changes/{change}"))
    assert "used double-charge ◷ Owed team-payments" in words(await jan.open("/pirs"))
    await house.bench.later(2 * DAY)
    jan = Visitor.signed_in(house, "jan")
    assert "! Overdue" in words(await jan.open("/pirs"))
    page = await jan.open(f"/pirs/{change}")
    fields = {"happened": "It went\nwell.", "wrong": "process_wrong", "follow_ups": "Let fixes pass\n\nTell ops"}
    sent = await jan.send(page, f"/pirs/{change}", **fields)
    assert (sent.status_code, sent.headers["location"]) == (303, "/pirs?said=written")
    assert "✓ Written team-payments by jan now" in words(await jan.open("/pirs"))
    said = words(await jan.open(f"/pirs/{change}"))
    assert "It went well. What was wrong The process does not fit" in said
    assert "Let fixes pass Tell ops" in said
    again = await jan.send(page, f"/pirs/{change}", **fields | {"happened": "Otherwise"})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"happened": " "}, "what happened"),
        ({"wrong": "all"}, "what ought to have been otherwise"),
        ({"follow_ups": "x\n" * 21}, "its follow-ups"),
    ],
)
async def test_a_review_that_lacks_something_comes_back_with_the_rest(
    house: HttpHouse, fields: dict[str, str], said: str
) -> None:
    change = await owing(house)
    jan = Visitor.signed_in(house, "jan")
    page = await jan.open(f"/pirs/{change}")
    usual = {"happened": "It went well.", "wrong": "neither", "follow_ups": "Tell <ops>"}
    sent = await jan.send(page, f"/pirs/{change}", **usual | fields)
    assert sent.status_code == 400
    assert f"the review does not say {said}" in words(sent)
    assert ("Tell &lt;ops&gt;" in sent.text) is ("follow_ups" not in fields)
    assert (await jan.open(f"/pirs/{change}")).text.count("Written") == 0


async def test_what_owes_no_review_has_no_page_for_one(house: HttpHouse) -> None:
    change = (await house.bench.submit()).change.id
    jan = Visitor.signed_in(house, "jan")
    assert (await jan.open(f"/pirs/{change}")).status_code == 404
    page = await jan.open(f"/changes/{change}")
    assert (await jan.send(page, f"/pirs/{change}", happened="x", wrong="neither")).status_code == 404


async def test_bypasses_are_listed_with_what_is_left_of_them(house: HttpHouse) -> None:
    jan = Visitor.signed_in(house, "jan")
    assert "There is no bypass." in words(await jan.open("/bypasses"))
    spare = a_bypass(id="spare", uses=2, reason="A <second> one.")
    change = await owing(house)
    await house.bench.merge("another", {"bypasses/y.yaml": [spare]})
    page = await jan.open("/bypasses")
    said = words(page)
    assert said.index("spare ✓ Can be used") < said.index("double-charge ■ Used up")
    assert "0 of 2 used, 2 left" in said
    assert "Granted by ruth" in said
    assert "1 of 1 used, 0 left" in said
    assert "A &lt;second&gt; one." in page.text
    assert 'href="/bypasses#bypass-double-charge"' in (await jan.open(f"/changes/{change}")).text
    assert 'id="bypass-double-charge"' in page.text
