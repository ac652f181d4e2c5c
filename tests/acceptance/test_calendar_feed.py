"""`GET /v1/calendar.ics` as calendar programs ask for it: whole or for a service, once a revision, with a token."""

from collections.abc import AsyncIterator

import httpx2
import icalendar
import pytest

from gate.domain.naming import Name
from tests.house import a_freeze
from tests.http_house import HttpHouse, bearer, problem_in
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio

WINDOWS = [
    a_freeze(),
    a_freeze(name="ledger-only", scope={"services": ["ledger"]}, timezone="Europe/Amsterdam"),
    a_freeze(name="staging", kind="Advisory", scope={"environments": ["staging"]}, recurrence="FREQ=DAILY"),
    a_freeze(name="migrations", scope={"kinds": ["migration"]}, end=None),
]


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    bench = await Bench().begun()
    await bench.merge("windows", {"calendar/x.yaml": WINDOWS})
    async with HttpHouse.open(bench) as opened:
        yield opened


async def names(house: HttpHouse, **asked: Name) -> list[str]:
    answer = await house.http.get("/v1/calendar.ics", params=asked)
    assert answer.status_code == 200, answer.text
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    return sorted(str(event["UID"]).split("@")[0].split(".")[1] for event in events)


async def test_it_holds_every_window_of_the_active_revision(house: HttpHouse) -> None:
    answer = await house.http.get("/v1/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert str(calendar["X-WR-CALNAME"]) == "Change Gate"
    for event in calendar.walk("VEVENT"):
        assert {"UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "CATEGORIES", "TRANSP"} <= set(event)
        assert event["DTSTAMP"].to_ical() == b"20261102T100000Z"
    assert await names(house) == ["ledger-only", "migrations", "staging", "stocktaking"]


async def test_for_a_service_it_holds_what_may_hold_for_its_changes(house: HttpHouse) -> None:
    assert await names(house, service="payments") == ["migrations", "staging", "stocktaking"]
    assert await names(house, environment="staging") == ["ledger-only", "migrations", "staging"]
    assert await names(house, service="ledger", environment="production") == [
        "ledger-only",
        "migrations",
        "stocktaking",
    ]
    answer = await house.http.get("/v1/calendar.ics?service=ledger&environment=production")
    assert "X-WR-CALNAME:Change Gate: ledger in production\r\n" in answer.text


async def test_who_has_it_already_is_told_so(house: HttpHouse) -> None:
    whole = await house.http.get("/v1/calendar.ics")
    part = await house.http.get("/v1/calendar.ics?service=ledger")
    assert whole.headers["etag"] == f'"{house.bench.active.policy.revision}"'  # type: ignore[union-attr]  # it is active
    assert part.headers["etag"] != whole.headers["etag"]
    for path, answer in (("/v1/calendar.ics", whole), ("/v1/calendar.ics?service=ledger", part)):
        again = await house.http.get(path, headers={"If-None-Match": f"W/{answer.headers['etag']}"})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == answer.headers["etag"]
    other = await house.http.get("/v1/calendar.ics", headers={"If-None-Match": part.headers["etag"]})
    assert other.status_code == 200


async def test_a_new_revision_is_a_new_calendar(house: HttpHouse) -> None:
    before = await house.http.get("/v1/calendar.ics")
    await house.bench.merge("one more", {"calendar/y.yaml": [a_freeze(name="one-more")]})
    after = await house.http.get("/v1/calendar.ics", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert "one-more" in await names(house)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("service=payment", "did you mean payments?"),
        ("environment=prod", "did you mean production?"),
        ("service=ledger&environment=prod", "did you mean production?"),
    ],
)
async def test_a_name_that_nobody_knows_is_a_problem_with_the_nearest(house: HttpHouse, query: str, said: str) -> None:
    problem = problem_in(await house.http.get(f"/v1/calendar.ics?{query}"), 422, "unknown-name")
    assert said in problem["detail"]


async def test_what_is_no_name_is_a_problem(house: HttpHouse) -> None:
    problem_in(await house.http.get("/v1/calendar.ics?service=a%0Ab"), 422, "invalid-request")


async def test_it_takes_a_token_like_everything_else(house: HttpHouse) -> None:
    token = await house.token("watcher", "audit")
    problem_in(await house.http.get("/v1/calendar.ics"), 401, "no-token")
    assert (await house.http.get("/v1/calendar.ics", headers=bearer(token))).status_code == 200


async def test_without_a_policy_there_is_no_calendar() -> None:
    async with HttpHouse.open(Bench()) as house:
        answer: httpx2.Response = await house.http.get("/v1/calendar.ics")
        problem_in(answer, 503, "no-policy")


async def test_a_pressed_freeze_is_shown_while_it_holds(house: HttpHouse) -> None:
    ask = {"scope": {"services": ["payments"]}, "reason": "Cards are charged twice"}
    before = await house.http.get("/v1/calendar.ics")
    pressed = (await house.http.post("/v1/freezes", json=ask)).json()["id"]
    closed = await house.http.get("/v1/calendar.ics", headers={"If-None-Match": before.headers["etag"]})
    assert closed.status_code == 200
    assert "Cards are charged twice" in closed.text.replace("\r\n ", "")
    assert pressed in await names(house, service="payments")
    assert pressed not in await names(house, service="ledger")
    await house.http.post(f"/v1/freezes/{pressed}/thaw", json={"reason": "It is charged once"})
    after = await house.http.get("/v1/calendar.ics")
    assert (after.text, after.headers["etag"]) == (before.text, before.headers["etag"])


async def test_a_pressed_freeze_that_was_committed_is_shown_once(house: HttpHouse) -> None:
    ask = {"scope": {"services": ["payments"]}, "reason": "Cards are charged twice"}
    pressed = (await house.http.post("/v1/freezes", json=ask)).json()["id"]
    await house.bench.merge("pressed", {"calendar/y.yaml": [a_freeze(name=pressed, scope=ask["scope"])]})
    assert (await names(house)).count(pressed) == 1
