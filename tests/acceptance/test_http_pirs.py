"""Reviews over HTTP: who writes them, and what is told of them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.builders import DAY
from tests.house import a_bypass, a_freeze
from tests.http_house import HttpHouse, bearer, problem_in

pytestmark = pytest.mark.anyio

FINDINGS = {"happened": "It went well.", "wrong": "process_wrong", "follow_ups": ["Let hot-fixes pass"]}


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    """A house in which one change used a bypass and has finished."""
    async with HttpHouse.open() as opened:
        way_out = a_bypass(review_due="P2D")
        await opened.bench.merge("a way out", {"calendar/x.yaml": [a_freeze()], "bypasses/x.yaml": [way_out]})
        yield opened


async def owing(house: HttpHouse) -> str:
    started = await house.bench.started()
    await house.bench.intake.finish(started.change.id, "succeeded")
    return started.change.id


async def write(house: HttpHouse, change: str, *, token: str | None = None, **fields: Any) -> httpx2.Response:
    return await house.http.post(f"/v1/changes/{change}/pir", json=FINDINGS | fields, headers=bearer(token))


async def test_what_is_owed_is_told_with_its_date_and_becomes_overdue(house: HttpHouse) -> None:
    change = await owing(house)
    (told,) = (await house.http.get("/v1/pirs")).json()
    assert (told["change"], told["state"], told["team"]) == (change, "owed", "team-payments")
    assert (told["bypasses"], told["due"]) == (["double-charge"], "2026-11-04T10:00:00Z")
    assert (await house.http.get("/v1/pirs?overdue=true")).json() == []
    await house.bench.later(2 * DAY)
    (told,) = (await house.http.get("/v1/pirs?overdue=true")).json()
    assert told["state"] == "overdue"


async def test_a_review_is_answered_as_it_is_on_record(house: HttpHouse) -> None:
    change = await owing(house)
    answer = await write(house, change, by="maria")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["state"], told["by"], told["wrong"]) == ("written", "maria", "process_wrong")
    assert (await house.http.get("/v1/pirs")).json() == [told]
    problem_in(await write(house, change, by="jan"), 409, "wrong-state")


async def test_the_token_shows_who_writes(house: HttpHouse) -> None:
    change = await owing(house)
    token = await house.token("maria-laptop", "review", person="maria")
    problem_in(await write(house, change, token=token, by="jan"), 403, "forbidden")
    assert (await write(house, change, token=token)).json()["by"] == "maria"


async def test_a_token_that_may_not_review_or_is_for_another_service_writes_nothing(house: HttpHouse) -> None:
    change = await owing(house)
    problem_in(await write(house, change, token=await house.token("ci")), 403, "forbidden")
    elsewhere = await house.token("lena-laptop", "review", person="lena", services=("ledger",))
    problem_in(await write(house, change, token=elsewhere), 403, "forbidden")
    owner = await house.token("payments-ci", "submit", services=("payments",))
    assert [told["state"] for told in (await house.http.get("/v1/pirs", headers=bearer(owner))).json()] == ["owed"]


async def test_what_owes_nothing_or_is_unheard_of_is_a_problem(house: HttpHouse) -> None:
    stored = await house.bench.submit()
    problem_in(await write(house, stored.change.id, by="maria"), 409, "wrong-state")
    problem_in(await write(house, "chg_unheard", by="maria"), 404, "unknown-name")


@pytest.mark.parametrize("fields", [{"happened": " "}, {"wrong": "all"}, {"follow_ups": "one"}, {"surprise": 1}])
async def test_findings_that_cannot_be_meant_are_refused(house: HttpHouse, fields: dict[str, Any]) -> None:
    problem_in(await write(house, await owing(house), by="maria", **fields), 422, "invalid-request")


async def test_a_token_learns_of_no_review_of_changes_that_it_is_not_for(house: HttpHouse) -> None:
    await owing(house)
    token = await house.token("ledger-ci", "submit", services=("ledger",))
    for query in ("", "?overdue=true"):
        assert (await house.http.get(f"/v1/pirs{query}", headers=bearer(token))).json() == []
