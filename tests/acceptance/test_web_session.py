"""Pages for those who are signed in: others are sent to sign in and come back, and what somebody does is theirs."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gate.application.gate import Gate
from gate.interfaces.web.actor import caller_of, given
from gate.interfaces.web.forms import posted
from gate.interfaces.web.session import demand_session
from tests.web_house import ADDRESS, WebHouse, browser_of

pytestmark = pytest.mark.anyio

PRIVATE = "/private/page"


async def private(request: Request) -> Response:
    """A page as the gate's pages are: it shows something, and its form approves a change."""
    session = demand_session(request)
    if request.method == "GET":
        return PlainTextResponse(f"for {session.person}")
    fields = await posted(request, session)
    gate: Gate = request.app.state.gate
    answer = given(session, "peer_review", "approve", comment=fields["comment"])
    stored = await gate.review.answer(fields["change"], answer, caller_of(session).known_as)
    return PlainTextResponse(stored.decision.outcome)


@pytest.fixture
async def web() -> AsyncIterator[WebHouse]:
    async with WebHouse.open(rate_per_second=1.0, rate_burst=20) as opened:
        opened.house.app.add_route(PRIVATE, private, methods=["GET", "POST"])
        yield opened


async def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_comes_back(web: WebHouse) -> None:
    answer = await web.browser.get(f"{PRIVATE}?step=a&b=c%20d")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/private/page%3Fstep%3Da%26b%3Dc%2520d"
    there = await web.browser.get(answer.headers["location"])
    back = await web.browser.get(await web.at_provider(there.headers["location"]))
    assert back.headers["location"] == f"{PRIVATE}?step=a&b=c%20d"
    assert (await web.browser.get(back.headers["location"])).text == "for maria"


async def test_a_form_of_nobody_is_not_taken(web: WebHouse) -> None:
    answer = await web.browser.post(PRIVATE, data={"csrf": ""}, headers={"Origin": ADDRESS})
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert "/sign-in" in answer.text


async def test_what_somebody_answers_on_a_page_is_theirs_on_record(web: WebHouse) -> None:
    bench = web.house.bench
    change = (await bench.risky(author="jan")).change.id
    await web.sign_in()
    answer = await web.post(PRIVATE, {"change": change, "comment": "Line one\r\nline two"})
    assert answer.text == "approved", answer.text
    said: dict[str, Any] = json.loads((await bench.store.records(change))[2].body)
    assert (said["by"], said["asker"], said["shown_by"]) == ("maria", "maria", "sign_in")
    assert said["comment"] == "Line one\nline two"


async def test_another_site_answers_nothing_in_somebodys_name(web: WebHouse) -> None:
    change = (await web.house.bench.risky()).change.id
    await web.sign_in()
    answer = await web.post(PRIVATE, {"change": change, "comment": ""}, Origin="https://evil.test")
    assert answer.status_code == 403
    assert await web.house.bench.kinds(change) == ["submitted", "decided"]


async def test_whoever_asks_too_often_waits_and_others_do_not(web: WebHouse) -> None:
    await web.sign_in()
    statuses = [(await web.browser.get(PRIVATE)).status_code for _ in range(22)]
    assert (statuses[0], statuses[-1]) == (200, 429)
    async with browser_of(web.house) as other:
        assert (await other.get(PRIVATE)).status_code == 303
