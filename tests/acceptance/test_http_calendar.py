"""The calendar over HTTP: state, slots and schedule, and the slots that come with an answer."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.builders import HOUR
from tests.house import a_freeze
from tests.http_house import HttpHouse, bearer, problem_in

pytestmark = pytest.mark.anyio

PATHS = ["/v1/calendar", "/v1/calendar/slots", "/v1/calendar/schedule"]


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    """Production is frozen from nine until noon; it is ten."""
    async with HttpHouse.open() as opened:
        await opened.bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
        yield opened


async def get(house: HttpHouse, path: str = "/v1/calendar", token: str | None = None, **params: Any) -> httpx2.Response:
    usual = {"service": "payments", "environment": "production"}
    return await house.http.get(path, params=usual | params, headers=bearer(token))


async def test_the_state_of_now_says_why_and_until_when(house: HttpHouse) -> None:
    answer = (await get(house)).json()
    assert (answer["at"], answer["state"]) == ("2026-11-02T10:00:00Z", "closed")
    assert answer["reasons"][0]["code"] == "frozen"
    assert (answer["next_opening"], answer["next_closing"]) == ("2026-11-02T12:00:00Z", None)
    assert "the decision about it alone says" in answer["note"]


async def test_the_state_of_another_instant_can_be_asked_for(house: HttpHouse) -> None:
    answer = (await get(house, at="2026-11-02T13:00:00+01:00")).json()
    assert (answer["at"], answer["state"]) == ("2026-11-02T12:00:00Z", "open")


async def test_another_environment_is_another_calendar(house: HttpHouse) -> None:
    assert (await get(house, environment="staging")).json()["state"] == "open"


async def test_slots_come_one_after_the_other(house: HttpHouse) -> None:
    await house.bench.merge("daily", {"calendar/x.yaml": [a_freeze(recurrence="RRULE:FREQ=DAILY")]})
    answer = (await get(house, "/v1/calendar/slots", duration="PT2H", count=2, **{"from": "2026-11-03T00:00Z"})).json()
    assert [(slot["start"], slot["end"], slot["start_by"]) for slot in answer["slots"]] == [
        ("2026-11-03T00:00:00Z", "2026-11-03T02:00:00Z", "2026-11-03T08:59:59Z"),
        ("2026-11-03T12:00:00Z", "2026-11-03T14:00:00Z", "2026-11-04T08:59:59Z"),
    ]


async def test_a_slot_does_not_collide_with_what_another_change_holds(house: HttpHouse) -> None:
    await house.ask(service="payments", environment="staging")
    answer = (await get(house, "/v1/calendar/slots", environment="staging")).json()
    assert [slot["start"] for slot in answer["slots"]] == ["2026-11-02T10:30:00Z"]


async def test_where_there_is_no_slot_it_is_said_how_far_was_looked(house: HttpHouse) -> None:
    await house.bench.merge("for good", {"calendar/x.yaml": [a_freeze(end=None)]})
    answer = (await get(house, "/v1/calendar/slots")).json()
    assert (answer["slots"], answer["searched_until"]) == ([], "2027-01-31T10:00:00Z")


async def test_beyond_ninety_days_no_slot_is_looked_for_and_that_is_said(house: HttpHouse) -> None:
    answer = await get(house, "/v1/calendar/slots", **{"from": "2099-01-01T00:00:00Z"})
    problem = problem_in(answer, 422, "planned-start")
    assert (problem["field"], "more than 90 days ahead" in problem["detail"]) == ("from", True)


async def test_a_schedule_is_for_drawing(house: HttpHouse) -> None:
    answer = (await get(house, "/v1/calendar/schedule", days=1, **{"from": "2026-11-02T00:00Z"})).json()
    assert answer["closed"] == [{"start": "2026-11-02T09:00:00Z", "end": "2026-11-02T12:00:00Z"}]
    assert answer["end"] == "2026-11-03T00:00:00Z"


@pytest.mark.parametrize("path", PATHS)
async def test_unknown_names_are_told_with_the_nearest(house: HttpHouse, path: str) -> None:
    problem = problem_in(await get(house, path, service="paymets"), 422, "unknown-name")
    assert (problem["field"], "did you mean payments?" in problem["detail"]) == ("service", True)
    problem = problem_in(await get(house, path, environment="prod"), 422, "unknown-name")
    assert (problem["field"], "did you mean production?" in problem["detail"]) == ("environment", True)


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("/v1/calendar", "at", "2026-11-02T10:00:00"),
        ("/v1/calendar", "at", "now"),
        ("/v1/calendar/slots", "from", "2026-11-02T10:00:00"),
        ("/v1/calendar/slots", "duration", "2h"),
        ("/v1/calendar/slots", "duration", "PT0S"),
        ("/v1/calendar/slots", "count", "101"),
        ("/v1/calendar/schedule", "days", "101"),
        ("/v1/calendar/schedule", "kind", "no kind"),
    ],
)
async def test_what_cannot_be_understood_is_refused_by_name(
    house: HttpHouse, path: str, field: str, value: str
) -> None:
    assert problem_in(await get(house, path, **{field: value}), 422, "invalid-request")["field"] == field


@pytest.mark.parametrize("length", ["PT0S", "P367D", "-P1D"])
async def test_how_long_a_change_may_take_is_said_in_words(house: HttpHouse, length: str) -> None:
    problem = problem_in(await get(house, "/v1/calendar/slots", duration=length), 422, "invalid-request")
    assert problem["field"] == "duration"
    assert "length of time" in problem["detail"]
    assert "timedelta" not in problem["detail"]


async def test_a_time_without_an_offset_is_told_how_to_be_written(house: HttpHouse) -> None:
    problem = problem_in(await get(house, at="2026-11-02T11:00:00 01:00"), 422, "invalid-request")
    assert "%2B" in problem["hint"]


@pytest.mark.parametrize("missing", ["service", "environment"])
async def test_whose_time_must_be_said(house: HttpHouse, missing: str) -> None:
    named = {"service": "payments", "environment": "production"}
    named.pop(missing)
    answer = await house.http.get("/v1/calendar", params=named)
    assert problem_in(answer, 422, "invalid-request")["field"] == missing


@pytest.mark.parametrize("path", PATHS)
async def test_a_caller_may_look_where_its_token_is_for(house: HttpHouse, path: str) -> None:
    token = await house.token("ci", "audit", services=("payments",))
    assert (await get(house, path, token)).status_code == 200
    problem_in(await get(house, path, token, service="ledger"), 403, "forbidden")
    problem_in(await get(house, path), 401, "no-token")


# What comes with an answer


async def test_a_change_that_waits_for_time_is_offered_slots(house: HttpHouse) -> None:
    asked = (await house.ask()).json()
    assert asked["decision"]["outcome"] == "waiting"
    assert [slot["start"] for slot in asked["next_slots"]] == ["2026-11-02T12:00:00Z"]
    looked = (await house.http.get(asked["links"]["self"])).json()
    assert looked["next_slots"] == asked["next_slots"]


async def test_slots_are_no_part_of_what_is_recorded(house: HttpHouse) -> None:
    asked = (await house.ask()).json()
    recorded = (await house.http.get(asked["links"]["decision"])).json()
    assert "slot" not in str(recorded)


async def test_slots_are_those_of_now_whenever_the_answer_is_looked_at(house: HttpHouse) -> None:
    asked = (await house.ask()).json()
    await house.bench.merge("longer", {"calendar/x.yaml": [a_freeze(end="2026-11-02T15:00")]})
    looked = (await house.http.get(asked["links"]["self"])).json()
    assert [slot["start"] for slot in looked["next_slots"]] == ["2026-11-02T15:00:00Z"]


async def test_a_start_that_time_refuses_is_offered_slots(house: HttpHouse) -> None:
    asked = (await house.ask()).json()
    problem = problem_in(await house.start(asked["id"]), 409, "not-approved")
    assert problem["change"]["next_slots"] == asked["next_slots"]


async def test_an_approval_and_a_review_offer_none(house: HttpHouse) -> None:
    await house.bench.later(2 * HOUR)
    assert (await house.ask()).json()["next_slots"] == []
    assert (await house.ask(service="status-page", labels={"risk": "high"})).json()["next_slots"] == []
