"""The page of a change over HTTP: what it tells, what people say with it, and what comes of a form that cannot be."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.builders import COMMIT, HOUR
from tests.house import a_bypass, a_freeze
from tests.http_house import HttpHouse
from tests.unit.application.conftest import until
from tests.visitor import Visitor, words

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    async with HttpHouse.open() as opened:
        yield opened


async def risky(house: HttpHouse, **fields: Any) -> str:
    return (await house.bench.risky(**fields)).change.id


async def answer(visitor: Visitor, change: str, said: str = "approve", **fields: str) -> httpx2.Response:
    """What a browser sends from the page of the change."""
    page = await visitor.open(f"/changes/{change}")
    usual = {"step": "peer_review", "answer": said, "commit": COMMIT, "artifact": "", "comment": ""}
    return await visitor.send(page, f"/changes/{change}/answers", **usual | fields)


async def test_the_page_tells_everything_that_there_is_to_know(house: HttpHouse) -> None:
    change = await risky(
        house, summary="Raise the limit\nfor transfers", diff_url="https://forge.test/x/1", incident="INC-1"
    )
    page = await Visitor.signed_in(house, "jan").open(f"/changes/{change}")
    said = words(page)
    for told in (
        "payments into production",
        "Raise the limit",
        "In review",
        "low risk",
        "1 of 4 steps open",
        "peer review ● Waits for people",
        "Needs 1 approval of team-payments ; 0 given. Can answer: jan.",
        "Written by maria",
        "Repairs INC-1",
        "10 points",
        "tier +10",
        "No window and no other change speaks.",
        "Judged: in review",
        "pipeline asked for it",
        f"Policy revision {house.bench.revision[:12] if house.bench.revision else ''}",
    ):
        assert told in said, told
    assert 'href="https://forge.test/x/1" rel="noopener noreferrer external"' in page.text


async def test_what_is_lifted_shows_what_it_would_have_been_and_by_what(house: HttpHouse) -> None:
    await house.bench.merge("a way out", {"calendar/x.yaml": [a_freeze()], "bypasses/x.yaml": [a_bypass()]})
    change = (await house.bench.submit()).change.id
    said = words(await Visitor.signed_in(house, "jan").open(f"/changes/{change}"))
    assert "freeze ⤼ Lifted" in said
    assert "Lifted by bypass double-charge . Without it: waiting . The bug charges customers twice" in said
    assert "INC-2291, asked for by maria, granted by ruth" in said
    assert "stocktaking freeze Mon 2 Nov 2026, 09:00 UTC to Mon 2 Nov 2026, 12:00 UTC" in said


async def test_what_waits_for_time_is_told_when_and_the_next_slots(house: HttpHouse) -> None:
    await house.bench.merge("a freeze", {"calendar/x.yaml": [a_freeze()]})
    change = (await house.bench.submit()).change.id
    said = words(await Visitor.signed_in(house, "jan").open(f"/changes/{change}"))
    assert "It goes on by itself at Mon 2 Nov 2026, 12:00 UTC, in 2 hours" in said
    assert "Next times at which it would pass Mon 2 Nov 2026, 12:00 UTC" in said


async def test_an_approval_is_on_record_as_of_who_signed_in_and_the_browser_is_led_on(house: HttpHouse) -> None:
    change = await risky(house)
    jan = Visitor.signed_in(house, "jan")
    sent = await answer(jan, change, comment=" Looks right. ")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/changes/{change}?said=approve#step-peer_review")
    (given,) = await house.bench.store.answers(change)
    assert (given.by, given.answer, given.shown_by, given.comment) == ("jan", "approve", "sign_in", "Looks right.")
    said = words(await jan.open(f"/changes/{change}?said=approve"))
    assert "Your approval is on record." in said
    assert "jan approved now Looks right." in said
    assert "It may start until" in said
    assert "Take back my answer" in said
    assert "Approve peer review" not in said, "jan did already"


async def test_a_veto_stops_and_can_be_taken_back(house: HttpHouse) -> None:
    change = await risky(house)
    jan = Visitor.signed_in(house, "jan")
    assert (await answer(jan, change, "veto", comment="It locks the table.")).status_code == 303
    said = words(await jan.open(f"/changes/{change}"))
    assert "Refused" in said
    assert "jan vetoed now It locks the table." in said
    assert (await answer(jan, change, "withdraw")).status_code == 303
    assert "In review" in words(await jan.open(f"/changes/{change}"))


async def test_a_form_that_cannot_be_comes_back_with_what_was_written(house: HttpHouse) -> None:
    change = await risky(house)
    jan = Visitor.signed_in(house, "jan")
    sent = await answer(jan, change, "veto", comment="  ")
    assert sent.status_code == 400
    assert "a veto says why What to do: Write in your reason what would have to change." in words(sent)
    moved = await answer(jan, change, comment="I looked at <b>this</b>", commit="a" * 40)
    assert moved.status_code == 409
    assert "is of commit 4f0c" in words(moved)
    assert "I looked at &lt;b&gt;this&lt;/b&gt;</textarea>" in moved.text
    assert await house.bench.store.answers(change) == ()


@pytest.mark.parametrize(
    "fields",
    [{"answer": "maybe"}, {"answer": ""}, {"step": "No Step"}, {"commit": "x"}, {"comment": "x" * 2001}, {"step": ""}],
)
async def test_what_no_form_of_ours_says_is_told_and_changes_nothing(house: HttpHouse, fields: dict[str, str]) -> None:
    change = await risky(house)
    sent = await answer(Visitor.signed_in(house, "jan"), change, **fields)
    assert sent.status_code == 400
    assert 'role="alert"' in sent.text
    assert await house.bench.store.answers(change) == ()


async def test_only_who_can_answer_is_shown_the_buttons(house: HttpHouse) -> None:
    change = await risky(house)
    for person, can in (("jan", True), ("maria", False), ("lena", False)):
        page = await Visitor.signed_in(house, person).open(f"/changes/{change}")
        assert ("Approve peer review" in page.text) is can, person
        assert "Your comment" in page.text
    refused = await answer(Visitor.signed_in(house, "maria"), change)
    assert refused.status_code == 403
    assert "maria wrote change" in words(refused)


async def test_a_change_that_is_over_asks_nobody(house: HttpHouse) -> None:
    change = await risky(house)
    await house.bench.intake.withdraw(change, "maria")
    jan = Visitor.signed_in(house, "jan")
    page = await jan.open(f"/changes/{change}")
    assert "It was taken back; nothing is waited for." in words(page)
    assert "Approve peer review" not in page.text
    assert (await answer(jan, change)).status_code == 409


async def test_a_comment_decides_nothing_and_stays(house: HttpHouse) -> None:
    change = await risky(house)
    maria = Visitor.signed_in(house, "maria")
    page = await maria.open(f"/changes/{change}")
    sent = await maria.send(page, f"/changes/{change}/comments", comment="The limit is\nagreed.")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/changes/{change}?said=comment#history")
    assert "maria said now The limit is agreed." in words(await maria.open(f"/changes/{change}"))
    empty = await maria.send(page, f"/changes/{change}/comments", comment=" \n ")
    assert empty.status_code == 400
    assert "the comment says nothing" in words(empty)
    assert await house.bench.kinds(change) == ["submitted", "decided", "commented"]


async def test_what_others_wrote_is_only_ever_text(house: HttpHouse) -> None:
    hostile = "<script>alert(1)</script>\u202e\x1b[2J\"' onload=x " + "w" * 300
    change = await risky(house, summary=hostile, labels={"risk": "high", "note": hostile[:150]})
    page = await Visitor.signed_in(house, "jan").open(f"/changes/{change}")
    assert "<script>alert" not in page.text
    assert "\u202e" not in page.text
    assert "\x1b" not in page.text
    assert len(re.findall(r"<script", page.text)) == 1, "the page's own"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "ftp://x.test/", "https://x.test/ y", "//x"]
)
async def test_no_request_leads_reviewers_to_anything_but_a_web_page(house: HttpHouse, url: str) -> None:
    refused = await house.ask(diff_url=url)
    assert refused.status_code == 422
    change = await risky(house, evidence=[{"kind": "tests", "status": "passed", "url": url}])
    page = await Visitor.signed_in(house, "jan").open(f"/changes/{change}")
    assert url not in page.text


async def test_who_is_not_signed_in_looks_only_where_a_gate_is_open(house: HttpHouse) -> None:
    change = await risky(house)
    anybody = Visitor(house)
    page = await anybody.open(f"/changes/{change}")
    assert page.status_code == 200
    assert "<textarea" not in page.text, "nobody is known, so nobody is heard"
    await house.token()
    led = await anybody.open(f"/changes/{change}")
    assert (led.status_code, led.headers["location"]) == (303, f"/sign-in?next=/changes/{change}")
    sent = await anybody.send(page, f"/changes/{change}/comments", comment="x")
    assert sent.status_code == 401


async def test_a_change_that_nobody_knows_is_a_page_that_says_so(house: HttpHouse) -> None:
    jan = Visitor.signed_in(house, "jan")
    for path in ("/changes/chg_unheard", "/changes/%22%3E", "/nothing", "/static/secrets"):
        page = await jan.open(path)
        assert page.status_code == 404
        assert page.headers["content-type"].startswith("text/html")
        assert "What to do:" in words(page)


async def test_a_store_that_does_not_answer_is_a_page_that_says_so(house: HttpHouse) -> None:
    jan = Visitor.signed_in(house, "jan")
    house.bench.store.fails_at = house.bench.store.calls + 1
    page = await jan.open("/changes/chg_1")
    assert (page.status_code, page.headers["retry-after"]) == (503, "1")
    assert "The store does not answer" in words(page)


async def test_no_form_of_another_session_or_another_site_is_taken(house: HttpHouse) -> None:
    change = await risky(house)
    jan, ruth = Visitor.signed_in(house, "jan"), Visitor.signed_in(house, "ruth")
    page = await ruth.open(f"/changes/{change}")
    sent = await jan.send(page, f"/changes/{change}/comments", comment="x")
    assert sent.status_code == 403
    assert await house.bench.kinds(change) == ["submitted", "decided"]


async def test_the_script_is_told_when_a_change_has_moved_on(house: HttpHouse) -> None:
    change = await risky(house)
    jan = Visitor.signed_in(house, "jan")
    before = (await jan.open(f"/changes/{change}/state")).json()["standing"]
    assert f'data-seen="{before}"' in (await jan.open(f"/changes/{change}")).text
    await answer(jan, change)
    after = (await jan.open(f"/changes/{change}/state?wait=25&seen={before}")).json()["standing"]
    assert after != before
    assert (await jan.open(f"/changes/{change}/state?wait=31")).status_code == 422


async def test_a_page_runs_nothing_and_loads_nothing_of_others(house: HttpHouse) -> None:
    page = await Visitor.signed_in(house, "jan").open(f"/changes/{await risky(house)}")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)


async def test_style_and_script_are_kept_by_browsers_and_small(house: HttpHouse) -> None:
    page = await Visitor(house).open("/")
    for name, most in (("gate.css", 12_000), ("gate.js", 4_000), ("icon.svg", 1_000)):
        (url,) = re.findall(rf'(?:href|src)="(/static/{re.escape(name)}\?v=[0-9a-f]+)"', page.text)
        file = await Visitor(house).open(url)
        assert file.status_code == 200
        assert "immutable" in file.headers["cache-control"]
        assert len(file.content) < most


async def test_what_is_judged_by_an_older_look_says_so(house: HttpHouse) -> None:
    change = (await house.bench.submit()).change.id
    await house.bench.later(HOUR)
    assert "It had to start by" in words(await Visitor.signed_in(house, "jan").open(f"/changes/{change}"))


@pytest.mark.parametrize("change", ["chg_a%00b", "chg_%F0%9F%92%A9", "chg_" + "a" * 77, "%00", "x"])
@pytest.mark.parametrize("path", ["/changes/{}", "/changes/{}/state", "/pirs/{}"])
async def test_what_can_be_no_change_is_asked_of_no_store(house: HttpHouse, path: str, change: str) -> None:
    jan = Visitor.signed_in(house, "jan")
    house.bench.store.fails_at = house.bench.store.calls + 1
    assert (await jan.open(path.format(change))).status_code == 404


async def test_one_person_takes_a_share_of_the_gate_and_no_more() -> None:
    async with HttpHouse.open(max_waiting_per_caller=1) as house:
        jan, mei = Visitor.signed_in(house, "jan"), Visitor.signed_in(house, "mei")
        change = (await house.bench.risky()).change
        seen = (await jan.open(f"/changes/{change.id}/state")).json()["standing"]
        waits = f"/changes/{change.id}/state?wait=30&seen={seen}"
        waiting = [asyncio.create_task(jan.open(waits))]
        await until(lambda: _waiters(house) == 1)
        assert (await jan.open(waits)).status_code == 429
        waiting.append(asyncio.create_task(mei.open(waits)))
        await until(lambda: _waiters(house) == 2)
        assert (await jan.open(f"/changes/{change.id}")).status_code == 200
        await house.bench.intake.withdraw(change.id)
        assert [(await each).status_code for each in waiting] == [200, 200]


def _waiters(house: HttpHouse) -> int:
    return sum(len(events) for events in house.bench.news._waiting.values())  # noqa: SLF001 -- nobody else asks for it
