"""Break-glass over HTTP: who may, what is answered, and what is told of a step that it lifted."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.house import FILES, a_freeze
from tests.http_house import HttpHouse, bearer, problem_in

pytestmark = pytest.mark.anyio

SAID = {"reason": "Customers are charged twice right now", "incident": "INC-7"}
PROCESS = {**FILES["process.yaml"][0], "break_glass": {"group": "release-managers"}}


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    """A house that is frozen, and has a glass to break."""
    async with HttpHouse.open() as opened:
        await opened.bench.merge("a glass", {"calendar/x.yaml": [a_freeze()], "process.yaml": [PROCESS]})
        yield opened


async def break_glass(house: HttpHouse, change: str, *, token: str | None = None, **fields: Any) -> httpx2.Response:
    return await house.http.post(f"/v1/changes/{change}/break-glass", json=SAID | fields, headers=bearer(token))


async def waiting(house: HttpHouse, token: str | None = None) -> str:
    answer = (await house.ask(token=token)).json()
    assert answer["decision"]["outcome"] == "waiting"
    return str(answer["id"])


async def test_a_person_with_a_token_lifts_what_policy_allows_at_once(house: HttpHouse) -> None:
    change = await waiting(house, await house.token())
    token = await house.token("ruths", "review", person="ruth")
    told = (await break_glass(house, change, token=token)).json()
    assert (told["id"], told["decision"]["outcome"]) == (change, "approved")
    glass = told["break_glass"]
    assert (glass["by"], glass["lifts"], glass["until"]) == ("ruth", ["freeze"], "2026-11-02T14:00:00Z")
    proposal = glass["proposal"]
    assert (proposal["state"], proposal["file"]) == ("by_hand", f"bypasses/break-glass-{glass['id']}.yaml")
    assert 'skip: ["freeze"]' in proposal["text"]


async def test_what_it_lifted_is_told_with_the_verdict_that_it_would_have_had(house: HttpHouse) -> None:
    change = await waiting(house)
    await break_glass(house, change, by="ruth")
    decision = (await house.http.get(f"/v1/changes/{change}")).json()["decision"]
    freeze = next(step for step in decision["steps"] if step["step"] == "freeze")
    assert (freeze["status"], freeze["verdict"], len(freeze["reasons"])) == ("satisfied", "waiting", 1)
    glass = freeze["lifted_by"]
    said = {"by": "ruth", "bypass": glass, "break_glass": True, "why": SAID["reason"], "ticket": "INC-7"}
    assert freeze["lifted"] == said
    recorded = (await house.http.get(f"/v1/decisions/{decision['id']}")).json()
    assert recorded["decision"]["steps"] == decision["steps"]
    assert ("glass_broken", "ruth") in [(each["kind"], each["by"]) for each in recorded["history"]]


async def test_the_same_again_changes_nothing(house: HttpHouse) -> None:
    change = await waiting(house)
    first = (await break_glass(house, change, by="ruth")).json()
    assert (await break_glass(house, change, by="ruth")).json() == first
    problem_in(await break_glass(house, change, by="ruth", incident="INC-8"), 409, "wrong-state")


async def test_a_pipelines_token_breaks_nothing(house: HttpHouse) -> None:
    ci = await house.token()
    change = await waiting(house, ci)
    problem_in(await break_glass(house, change, token=ci), 403, "forbidden")
    tied_to_nobody = await house.token("bot", "review")
    problem = problem_in(await break_glass(house, change, token=tied_to_nobody), 403, "forbidden")
    assert "tied to no person" in problem["detail"]
    assert "glass_broken" not in await house.bench.kinds(change)


async def test_who_is_not_in_the_group_is_told_who_is(house: HttpHouse) -> None:
    change = await waiting(house)
    problem = problem_in(await break_glass(house, change, by="lena"), 403, "forbidden")
    assert problem["hint"] == "It can be broken by ruth."


async def test_bad_bodies_and_states_are_clear_errors(house: HttpHouse) -> None:
    change = await waiting(house)
    for wrong in ({"reason": "on fire"}, {"incident": "*"}, {"commit": "x"}, {"extra": 1}):
        problem_in(await break_glass(house, change, by="ruth", **wrong), 422, "invalid-request")
    problem = problem_in(await break_glass(house, change, by="ruth", reason="it is all on fire"), 400, "bad-request")
    assert "policy asks for 6" in problem["detail"]
    problem_in(await break_glass(house, "chg_none", by="ruth"), 404, "unknown-name")
    problem_in(await break_glass(house, change, by="ruth", commit="ab12" * 10), 409, "seen-otherwise")
    await house.http.post(f"/v1/changes/{change}/withdraw")
    problem = problem_in(await break_glass(house, change, by="ruth"), 409, "wrong-state")
    assert "is withdrawn" in problem["detail"]
    assert list(await house.bench.store.break_glasses(change)) == []
