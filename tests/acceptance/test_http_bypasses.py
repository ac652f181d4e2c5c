"""Ways around the process over HTTP: how each stands, and what a new one would come to before anybody grants it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from gate.application.bypasses import MOST_TOLD
from gate.domain.bypass import MOST_ADDED, MOST_SKIPPED
from tests.builders import DAY, HOUR
from tests.house import a_bypass, a_freeze
from tests.http_house import HttpHouse, bearer, problem_in
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio

FROZEN = {"calendar/x.yaml": [a_freeze()]}


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    """A house in which production is frozen."""
    async with HttpHouse.open() as opened:
        await opened.bench.merge("stocktaking", FROZEN)
        yield opened


async def standing(house: HttpHouse) -> tuple[str, int]:
    (told,) = (await house.http.get("/v1/bypasses")).json()
    return told["state"], told["left"]


async def tried(house: HttpHouse, **fields: Any) -> list[dict[str, Any]]:
    answer = await house.http.post("/v1/bypasses/trial", json=dict(a_bypass(**fields)))
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def recorded(bench: Bench, change: str) -> tuple[int, list[str]]:
    return len(bench.store.notes), await bench.kinds(change)


async def test_a_bypass_stands_as_granted_until_its_last_use(house: HttpHouse) -> None:
    await house.bench.merge("a way out", {"bypasses/x.yaml": [a_bypass(uses=2)]})
    assert await standing(house) == ("granted", 2)
    await house.bench.started()
    assert await standing(house) == ("granted", 1)
    await house.bench.merge("once alone", {"bypasses/x.yaml": [a_bypass()]})
    assert await standing(house) == ("consumed", 0)


async def test_a_bypass_stands_as_expired_from_its_instant_on(house: HttpHouse) -> None:
    await house.bench.merge("a way out", {"bypasses/x.yaml": [a_bypass()]})
    await house.bench.later(10 * HOUR)
    assert await standing(house) == ("expired", 0)


async def test_a_bypass_stands_as_refused_while_its_team_owes_a_review(house: HttpHouse) -> None:
    await house.bench.merge("a way out", {"bypasses/x.yaml": [a_bypass(review_due="PT1H")]})
    started = await house.bench.started()
    await house.bench.intake.finish(started.change.id, "succeeded")
    await house.bench.merge("another", {"bypasses/x.yaml": [a_bypass(id="again", expires="2026-11-05T20:00:00Z")]})
    assert await standing(house) == ("granted", 1)
    await house.bench.later(DAY)
    assert await standing(house) == ("refused", 1)


async def test_a_new_bypass_is_tried_on_the_open_change_that_it_names_and_nothing_is_recorded(
    house: HttpHouse,
) -> None:
    waiting = await house.bench.submit()
    before = await recorded(house.bench, waiting.change.id)
    (told,) = await tried(house)
    assert (told["change"], told["without"], told["outcome"]) == (waiting.change.id, "waiting", "approved")
    assert (told["granters"], told["objections"], told["forbidden"]) == (["ruth"], [], False)
    (step,) = told["skipped"]
    assert (step["step"], step["verdict"], step["lifted_by"]) == ("freeze", "waiting", "double-charge")
    assert (step["group"], step["people"]) == ("release-managers", ["ruth"])
    assert await recorded(house.bench, waiting.change.id) == before
    assert (await house.http.get("/v1/bypasses")).json() == []


async def test_every_open_change_that_a_new_bypass_names_is_tried_and_no_other(house: HttpHouse) -> None:
    named = {(await house.bench.submit(run=run)).change.id for run in ("one", "two")}
    await house.bench.submit(service="ledger")
    assert {told["change"] for told in await tried(house)} == named


async def test_a_new_bypass_of_a_change_that_nobody_asked_for_is_tried_on_what_it_says(house: HttpHouse) -> None:
    (told,) = await tried(house)
    assert (told["change"], told["service"], told["commit"]) == (None, "payments", None)
    assert (told["without"], told["outcome"]) == ("waiting", "approved")


async def test_a_new_bypass_that_skips_nothing_says_so(house: HttpHouse) -> None:
    await house.bench.later(3 * HOUR)
    (told,) = await tried(house)
    assert (told["skips_nothing"], told["without"], told["outcome"]) == (True, "approved", "approved")
    assert told["skipped"][0]["lifted_by"] is None


async def test_whoever_asks_for_it_is_not_among_those_who_may_grant_it(house: HttpHouse) -> None:
    (told,) = await tried(house, requested_by="ruth")
    assert (told["granters"], told["skipped"][0]["people"]) == ([], [])
    assert [reason["code"] for reason in told["objections"]] == ["nobody_entitled"]
    assert told["forbidden"]


async def test_what_is_no_bypass_is_not_tried(house: HttpHouse) -> None:
    problem_in(await house.http.post("/v1/bypasses/trial", json=dict(a_bypass(skip=[]))), 422, "invalid-request")
    lost = a_bypass(change={"service": "paymnets", "environment": "production"})
    problem_in(await house.http.post("/v1/bypasses/trial", json=dict(lost)), 422, "unknown-name")


async def test_a_token_of_another_service_tries_nothing(house: HttpHouse) -> None:
    token = await house.token("ci", "submit", services=("ledger",))
    answer = await house.http.post("/v1/bypasses/trial", json=dict(a_bypass()), headers=bearer(token))
    problem_in(answer, 403, "forbidden")


async def test_a_token_learns_of_no_bypass_of_changes_that_it_is_not_for(house: HttpHouse) -> None:
    await house.bench.merge("a way out", {"bypasses/x.yaml": [a_bypass()]})
    for services, environments, told in (
        (("payments",), ("*",), 1),
        (("ledger",), ("*",), 0),
        (("*",), ("staging",), 0),
    ):
        token = await house.token(
            f"ci-{told}-{len(environments[0])}", "submit", services=services, environments=environments
        )
        answer = await house.http.get("/v1/bypasses", headers=bearer(token))
        assert len(answer.json()) == told


async def test_of_very_many_bypasses_those_are_told_that_last_longest(house: HttpHouse) -> None:
    old = [a_bypass(id=f"old-{number}", expires="2026-10-01T20:00:00Z") for number in range(MOST_TOLD)]
    await house.bench.merge("many", {"bypasses/old.yaml": old, "bypasses/x.yaml": [a_bypass()]})
    before = len(house.bench.engine.asked)
    told = (await house.http.get("/v1/bypasses")).json()
    assert len(told) == MOST_TOLD
    assert [each["id"] for each in told if each["state"] != "expired"] == ["double-charge"]
    assert len(house.bench.engine.asked) == before + 1


async def test_what_would_take_long_to_judge_is_not_tried(house: HttpHouse) -> None:
    added = [{"step": f"pairing_{number}", "needs": [{"group": "ledger"}]} for number in range(MOST_ADDED + 1)]
    before = len(house.bench.engine.asked)
    for fields in ({"add": added}, {"skip": ["freeze"] * (MOST_SKIPPED + 1)}):
        answer = await house.http.post("/v1/bypasses/trial", json=dict(a_bypass(**fields)))
        problem_in(answer, 422, "invalid-request")
    assert len(house.bench.engine.asked) == before
