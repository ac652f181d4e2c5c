"""A slot that was offered is accepted, over HTTP and on the command line; what cannot be planned is a clear problem."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.acceptance.served import ServedGate
from tests.builders import HOUR
from tests.http_house import HttpHouse, bearer, problem_in

FIRST, SECOND = "4f0c2f6d1f0d4c3b8a7e6d5c4b3a291817161514", "77de68daecd823babbb58edb1c8e14d7106e83bb"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    """An open gate with the house's policy active."""
    async with HttpHouse.open() as opened:
        yield opened


async def a_change(house: HttpHouse, **fields: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await house.ask(**fields)).json()
    return answer


async def plan(house: HttpHouse, change: dict[str, Any], document: object, token: str = "") -> httpx2.Response:
    headers = bearer(token) if token else {}
    return await house.http.post(f"/v1/changes/{change['id']}/plan", json=document, headers=headers)


# Over HTTP


@pytest.mark.anyio
async def test_the_slot_that_is_offered_is_accepted_and_the_request_still_names_the_change(house: HttpHouse) -> None:
    first = await a_change(house, run="1")
    await house.http.post(f"/v1/changes/{first['id']}/start")
    waiting = await a_change(house, run="2")
    start = waiting["next_slots"][0]["start"]
    answer = await plan(house, waiting, {"planned_start": start})
    change = answer.json()
    assert (answer.status_code, change["id"], change["decision"]["outcome"]) == (200, waiting["id"], "approved")
    assert change["planned_start"] == change["decision"]["starts_at"] == start
    assert (await plan(house, waiting, {"planned_start": start})).json() == change
    assert (await a_change(house, run="2"))["decision"]["id"] == change["decision"]["id"]
    back = (await plan(house, waiting, {"planned_start": None})).json()
    assert (back["planned_start"], back["decision"]["outcome"]) == (None, "waiting")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("document", "slug"),
    [
        ({}, "invalid-request"),
        ({"planned_start": "2026-11-02T11:00:00"}, "invalid-request"),
        ({"planned_start": 1793800000}, "invalid-request"),
        ({"planned_start": "tomorrow"}, "invalid-request"),
        ({"planned_start": "2026-11-02T11:00:00Z", "more": 1}, "invalid-request"),
        ({"planned_start": "2026-11-02T09:00:00Z"}, "planned-start"),
        ({"planned_start": "9999-12-31T23:59:59-14:00"}, "planned-start"),
        ({"planned_start": "0001-01-01T00:00:00+14:00"}, "planned-start"),
    ],
)
async def test_a_start_that_is_none_is_a_problem(house: HttpHouse, document: object, slug: str) -> None:
    change = await a_change(house)
    problem_in(await plan(house, change, document), 422, slug)
    assert (await house.http.get(change["links"]["self"])).json()["decision"] == change["decision"]


@pytest.mark.anyio
async def test_what_runs_or_nobody_knows_cannot_be_planned(house: HttpHouse) -> None:
    change = await a_change(house)
    await house.http.post(f"/v1/changes/{change['id']}/start")
    problem_in(await plan(house, change, {"planned_start": None}), 409, "wrong-state")
    problem_in(await plan(house, {"id": "chg_nothing"}, {"planned_start": None}), 404, "unknown-name")


@pytest.mark.anyio
async def test_only_who_may_ask_for_the_change_may_plan_it(house: HttpHouse) -> None:
    ci = await house.token("ci")
    other = await house.token("other", services=["ledger"])
    change = (await house.ask(token=ci)).json()
    at = {"planned_start": "2026-11-02T11:00:00Z"}
    problem_in(await plan(house, change, at, other), 403, "forbidden")
    problem_in(await plan(house, change, at), 401, "no-token")
    assert (await plan(house, change, at, ci)).status_code == 200
    [record] = [each for each in await house.bench.store.records(change["id"]) if each.kind == "planned"]
    assert json.loads(record.body)["by"] == "ci"
    house.bench.clock.advance(HOUR)


# On the command line, with a real store


def asked(gate: ServedGate, commit: str, *more: str) -> Any:
    named = ("--service", "status-page", "--environment", "staging", "--commit", commit, "--lines", "3")
    said = gate.gate("check", *named, "--path", "src/a.py", "--evidence", "tests=passed", *more, "--output", "json").out
    return json.loads(said)


def test_the_next_slot_is_taken_and_another_time_and_none(own_gate: ServedGate, tmp_path: Path) -> None:
    first = asked(own_gate, FIRST, "--start")
    waiting = asked(own_gate, SECOND)
    file = tmp_path / "gate.json"
    file.write_text(json.dumps(waiting))
    taken = own_gate.gate("plan", "--answer", str(file), "--next")
    assert (taken.status, taken.err) == (0, "")
    assert f"may start from {waiting['next_slots'][0]['start']} until" in taken.out
    now = own_gate.gate("plan", waiting["id"], "--now", "--output", "json")
    assert (now.status, json.loads(now.out)["planned_start"]) == (12, None)
    past = own_gate.gate("plan", waiting["id"], "2026-01-01T00:00:00Z")
    assert (past.status, past.out) == (2, "")
    assert "is past" in past.err
    assert own_gate.gate("plan", first["id"], "--now").status == 2
    story = own_gate.gate("explain", waiting["id"]).out
    assert f"planned for {waiting['next_slots'][0]['start']} by anonymous" in story
    assert "planned to start as soon as it may by anonymous" in story


def test_a_start_that_no_store_can_count_is_a_problem_and_no_defect(own_gate: ServedGate) -> None:
    named = ("--service", "status-page", "--environment", "staging", "--commit", SECOND, "--lines", "3")
    said = own_gate.gate("check", *named, "--path", "src/a.py", "--planned-start", "9999-12-31T23:59:59Z")
    assert said.status == 2
    assert "is more than 90 days ahead" in said.err
