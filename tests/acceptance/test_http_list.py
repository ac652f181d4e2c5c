"""`GET /v1/changes`: what is found, for whom, and what is no question."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.builders import MINUTE
from tests.http_house import HttpHouse, bearer, problem_in

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    async with HttpHouse.open() as opened:
        yield opened


async def asked(house: HttpHouse, run: str, **fields: Any) -> str:
    """The id of a change that was asked for a minute after the one before."""
    await house.bench.later(MINUTE)
    answer = await house.ask(run=run, **fields)
    return str(answer.json()["id"])


async def listed(house: HttpHouse, query: str = "", token: str | None = None) -> dict[str, Any]:
    answer = await house.http.get(f"/v1/changes?{query}", headers=bearer(token))
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def ids(page: dict[str, Any]) -> list[str]:
    return [each["id"] for each in page["changes"]]


async def test_changes_are_listed_newest_first_with_what_leads_on(house: HttpHouse) -> None:
    one, two = await asked(house, "1"), await asked(house, "2", service="ledger", summary="Close the books\nat last")
    page = await listed(house)
    assert ids(page) == [two, one]
    told = page["changes"][0]
    assert (told["service"], told["environment"], told["title"]) == ("ledger", "production", "Close the books")
    assert (told["state"], told["outcome"], told["class"], told["risk"]) == ("open", "approved", "normal", "low")
    assert (await house.http.get(told["links"]["self"])).json()["id"] == two
    assert page["next"] is None


async def test_pages_lead_through_all(house: HttpHouse) -> None:
    all_ids = [await asked(house, str(number)) for number in range(5)]
    found, query = [], "limit=2"
    for _ in range(3):
        page = await listed(house, query)
        found += ids(page)
        query = f"limit=2&before={page['next']}"
    assert found == all_ids[::-1]
    assert page["next"] is None


async def test_what_is_looked_for_is_found(house: HttpHouse) -> None:
    one = await asked(house, "1", service="ledger", environment="staging", requester="lena", incident="INC-1")
    two = await asked(house, "2")
    for query in ("service=ledger", "environment=staging", "requester=lena", "text=inc-1", "text=LEDGER"):
        assert ids(await listed(house, query)) == [one], query
    assert ids(await listed(house, "state=open&outcome=approved")) == [two, one]
    assert ids(await listed(house, "outcome=refused")) == []
    assert ids(await listed(house, f"service=payments&text={two}")) == [two]


async def test_a_token_sees_only_what_it_is_for(house: HttpHouse) -> None:
    await asked(house, "1")
    other = await asked(house, "2", service="ledger")
    for_ledger = await house.token("ledger-ci", "submit", services=("ledger",))
    assert ids(await listed(house, token=for_ledger)) == [other]
    assert ids(await listed(house, "service=payments", token=for_ledger)) == []


async def test_without_a_token_a_gate_that_has_some_lists_nothing(house: HttpHouse) -> None:
    await house.token()
    problem_in(await house.http.get("/v1/changes"), 401, "no-token")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "state=done", "outcome=yes", "before=x", "service=a%20b", "text=a%00", "odd=1"],
)
async def test_what_cannot_be_meant_is_refused(house: HttpHouse, query: str) -> None:
    problem_in(await house.http.get(f"/v1/changes?{query}"), 422, "invalid-request")


async def test_a_page_before_what_nobody_knows_is_refused(house: HttpHouse) -> None:
    problem_in(await house.http.get("/v1/changes?before=chg_unheard"), 404, "unknown-name")


async def test_where_a_page_leads_on_tells_a_token_nothing_of_changes_that_it_is_not_for(house: HttpHouse) -> None:
    for number in range(3):
        await asked(house, f"secret-{number}", incident="INC-SECRET")
    own = [await asked(house, f"own-{number}", service="ledger", incident="INC-OWN") for number in range(3)]
    for_ledger = await house.token("ledger-ci", "submit", services=("ledger",))
    for query in ("text=INC-SECRET", "text=INC-SECRET&service=payments", "text=INC-ELSE"):
        assert await listed(house, f"limit=1&{query}", token=for_ledger) == {"changes": [], "next": None}, query
    page = await listed(house, "limit=2", token=for_ledger)
    assert (ids(page), page["next"]) == ([own[2], own[1]], own[1])
    page = await listed(house, f"limit=2&before={own[1]}", token=for_ledger)
    assert (ids(page), page["next"]) == ([own[0]], None)
