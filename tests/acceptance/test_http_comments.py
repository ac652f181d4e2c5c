"""Comments over HTTP: who says them, and what is no comment."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.http_house import HttpHouse, bearer, problem_in

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    async with HttpHouse.open() as opened:
        yield opened


async def comment(house: HttpHouse, change: str, token: str | None = None, **fields: Any) -> httpx2.Response:
    return await house.http.post(f"/v1/changes/{change}/comments", json=fields, headers=bearer(token))


async def test_a_comment_is_told_with_what_happened(house: HttpHouse) -> None:
    change = (await house.bench.risky()).change.id
    answer = await comment(house, change, comment="Why on a Friday?", by="jan")
    assert answer.status_code == 200
    decision = answer.json()["decision"]["id"]
    told = (await house.http.get(f"/v1/decisions/{decision}")).json()["history"][-1]
    assert (told["kind"], told["by"], told["comment"]) == ("commented", "jan", "Why on a Friday?")


async def test_the_token_shows_who_says_it(house: HttpHouse) -> None:
    change = (await house.bench.risky()).change.id
    token = await house.token("jan-laptop", "review", person="jan")
    assert (await comment(house, change, token, comment="Fine")).status_code == 200
    problem_in(await comment(house, change, token, comment="Fine", by="ruth"), 403, "forbidden")
    problem_in(await comment(house, change, await house.token("ci"), comment="Fine"), 403, "forbidden")


@pytest.mark.parametrize(
    "fields", [{}, {"comment": " "}, {"comment": "x" * 2001}, {"comment": 1}, {"comment": "x", "a": 1}]
)
async def test_what_says_nothing_or_too_much_is_refused(house: HttpHouse, fields: dict[str, Any]) -> None:
    change = (await house.bench.risky()).change.id
    problem_in(await comment(house, change, by="jan", **fields), 422, "invalid-request")


async def test_nobody_comments_on_what_nobody_knows(house: HttpHouse) -> None:
    problem_in(await comment(house, "chg_unheard", comment="x", by="jan"), 404, "unknown-name")
