"""The red button over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.http_house import HttpHouse, bearer, problem_in
from tests.simulators.proposals import REMOTE_AWAY, ProposalsSimulator
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio

PAYMENTS = {"environments": ["production"], "services": ["payments"]}


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    async with HttpHouse.open() as opened:
        yield opened


async def press(
    house: HttpHouse, *, token: str | None = None, key: str | None = None, **fields: Any
) -> httpx2.Response:
    ask = {"scope": PAYMENTS, "reason": "card payments fail"} | fields
    headers = bearer(token) | ({"Idempotency-Key": key} if key else {})
    return await house.http.post("/v1/freezes", json=ask, headers=headers)


async def thaw(house: HttpHouse, freeze_id: str, token: str | None = None, **fields: Any) -> httpx2.Response:
    ask = {"reason": "it is out now"} | fields
    return await house.http.post(f"/v1/freezes/{freeze_id}/thaw", json=ask, headers=bearer(token))


async def test_a_press_is_answered_with_everything_about_it(house: HttpHouse) -> None:
    answer = await press(house, incident="INC-1", overrun="stop", until="2026-11-02T12:00:00+01:00")
    assert answer.status_code == 201
    told = answer.json()
    assert answer.headers["location"] == f"/v1/freezes/{told['id']}" == told["links"]["self"]
    assert (told["state"], told["reason"], told["incident"]) == ("pressed", "card payments fail", "INC-1")
    assert (told["overrun"], told["pressed_by"]) == ("stop", "anonymous")
    assert (told["pressed_at"], told["until"]) == ("2026-11-02T10:00:00Z", "2026-11-02T11:00:00Z")
    assert told["scope"]["services"] == ["payments"]
    assert told["proposal"]["state"] == "by_hand"
    assert told["proposal"]["file"] == f"calendar/pressed-{told['id']}.yaml"
    assert 'kind: "Freeze"' in told["proposal"]["text"]
    assert (await house.http.get(answer.headers["location"])).json() == told


async def test_what_is_frozen_waits_and_says_by_whom_and_why(house: HttpHouse) -> None:
    await press(house)
    decision = (await house.ask()).json()["decision"]
    assert (decision["outcome"], decision["passes_at"]) == ("waiting", None)
    (window,) = decision["windows"]
    assert (window["pressed_by"], window["description"], window["end"]) == ("anonymous", "card payments fail", None)


async def test_the_same_key_presses_once(house: HttpHouse) -> None:
    first, again = await press(house, key="k"), await press(house, key="k")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    problem_in(await press(house, key="k", reason="another good reason"), 409, "conflicting-request")


async def test_a_thaw_is_answered_with_who_and_why_and_again_changes_nothing(house: HttpHouse) -> None:
    freeze = (await press(house)).json()
    first = await thaw(house, freeze["id"])
    assert (first.status_code, first.json()["state"]) == (200, "thawed")
    assert (first.json()["thawed_by"], first.json()["thaw_reason"]) == ("anonymous", "it is out now")
    assert (await thaw(house, freeze["id"], reason="for another reason")).json() == first.json()
    assert (await house.http.get("/v1/freezes")).json() == []
    assert [each["id"] for each in (await house.http.get("/v1/freezes?holding=false")).json()] == [freeze["id"]]


async def test_what_cannot_be_pushed_is_told_in_the_answer() -> None:
    proposals = ProposalsSimulator(trouble=REMOTE_AWAY)
    async with HttpHouse.open(await Bench(proposals=proposals).begun()) as house:
        told = (await press(house)).json()
        assert (told["state"], told["proposal"]["state"]) == ("pressed", "failed")
        assert told["proposal"]["trouble"] == REMOTE_AWAY.message
        proposals.trouble = None
        filed = (await press(house)).json()["proposal"]
        assert (filed["state"], filed["branch"] in proposals.branches) == ("filed", True)


# What is not understood


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "fire"}, "reason"),
        ({"reason": "it is\non fire"}, "reason"),
        ({"scope": {"services": ["*-a"] * 11}}, "scope"),
        ({"scope": {"sevices": ["payments"]}}, "scope.sevices"),
        ({"overrun": "halt"}, "overrun"),
        ({"until": "2026-11-02T12:00:00"}, "until"),
        ({"until": "9999-01-01T00:00:00Z"}, "until"),
        ({"until": 1793613600}, "until"),
        ({"incident": "no name"}, "incident"),
        ({"pressed_by": "somebody else"}, "pressed_by"),
    ],
)
async def test_a_press_that_is_not_valid_names_the_field(house: HttpHouse, fields: dict[str, Any], field: str) -> None:
    problem = problem_in(await press(house, **fields), 422, "invalid-request")
    assert problem["field"] == field
    assert (await house.http.get("/v1/freezes")).json() == []


async def test_a_scope_must_be_said_even_if_it_is_everything(house: HttpHouse) -> None:
    answer = await house.http.post("/v1/freezes", json={"reason": "all is lost now"})
    assert problem_in(answer, 422, "invalid-request")["field"] == "scope"
    assert (await press(house, scope={})).status_code == 201


async def test_a_name_that_nobody_has_is_told_with_what_was_meant(house: HttpHouse) -> None:
    problem = problem_in(await press(house, scope={"services": ["paymets"]}), 422, "unknown-name")
    assert "did you mean payments" in problem["detail"]
    assert problem["field"] == "scope.services"


async def test_a_freeze_that_would_be_over_already_is_not_pressed(house: HttpHouse) -> None:
    problem_in(await press(house, until="2026-11-02T09:00:00Z"), 400, "bad-request")


async def test_a_freeze_that_nobody_pressed_is_not_found(house: HttpHouse) -> None:
    problem_in(await house.http.get("/v1/freezes/frz_none"), 404, "unknown-name")
    problem_in(await thaw(house, "frz_none"), 404, "unknown-name")
    problem_in(await house.http.get("/v1/freezes/none"), 422, "invalid-request")


async def test_a_thaw_must_say_why(house: HttpHouse) -> None:
    freeze = (await press(house)).json()
    problem_in(await thaw(house, freeze["id"], reason="done"), 422, "invalid-request")
    assert (await house.http.get(f"/v1/freezes/{freeze['id']}")).json() == freeze


async def test_what_a_path_takes_is_told_whole(house: HttpHouse) -> None:
    answer = await house.http.delete("/v1/freezes")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


# Who may


@pytest.mark.parametrize("permission", ["freeze", "admin"])
async def test_whoever_may_freeze_presses_and_thaws_under_the_name_of_its_token(
    house: HttpHouse, permission: str
) -> None:
    token = await house.token("night-shift", permission)
    freeze = (await press(house, token=token)).json()
    assert freeze["pressed_by"] == "night-shift"
    assert (await thaw(house, freeze["id"], token)).json()["thawed_by"] == "night-shift"


@pytest.mark.parametrize("permission", ["submit", "review", "audit"])
async def test_others_may_look_but_neither_press_nor_thaw(house: HttpHouse, permission: str) -> None:
    token, freezer = await house.token("other", permission), await house.token("night-shift", "freeze")
    freeze = (await press(house, token=freezer)).json()
    problem_in(await press(house, token=token), 403, "forbidden")
    problem_in(await thaw(house, freeze["id"], token), 403, "forbidden")
    assert (await house.http.get("/v1/freezes", headers=bearer(token))).json() == [freeze]


async def test_a_token_for_some_services_freezes_and_thaws_those_only(house: HttpHouse) -> None:
    mine = await house.token("payments-shift", "freeze", services=("pay*",))
    all_of_it = await house.token("night-shift", "freeze")
    assert (await press(house, token=mine)).status_code == 201
    for scope in ({}, {"services": ["ledger"]}, {"services": ["payments", "ledger"]}, {"services": ["*"]}):
        problem_in(await press(house, token=mine, scope=scope), 403, "forbidden")
    elsewhere = (await press(house, token=all_of_it, scope={})).json()
    problem_in(await thaw(house, elsewhere["id"], mine), 403, "forbidden")


# A change that runs


async def test_a_change_that_is_told_to_stop_says_so_wherever_it_is_shown(house: HttpHouse) -> None:
    change = (await house.ask(duration="PT2H")).json()["id"]
    assert (await house.start(change)).json()["stop_requested"] is None
    freeze = (await press(house, overrun="stop")).json()["id"]
    await house.bench.watch.judge_due()
    told = (await house.http.get(f"/v1/changes/{change}?wait=30")).json()
    assert (told["state"], told["decision"]["outcome"]) == ("started", "waiting")
    assert told["stop_requested"] == {"at": "2026-11-02T10:00:00Z", "reason": "frozen", "window": freeze}
    history = (await house.http.get(f"/v1/decisions/{told['decision']['id']}")).json()["history"]
    assert [record["kind"] for record in history][-1] == "stop_requested"
    assert history[-1]["reason"] == "frozen"
    finished = await house.http.post(f"/v1/changes/{change}/finish", json={"result": "rolled_back"})
    assert finished.json()["stop_requested"] == told["stop_requested"]


async def test_the_repeat_of_a_request_whose_change_is_to_stop_says_so(house: HttpHouse) -> None:
    change = (await house.ask()).json()["id"]
    await house.start(change)
    await press(house, overrun="stop")
    await house.bench.watch.judge_due()
    again = await house.ask()
    assert (again.status_code, again.json()["id"]) == (200, change)
    assert again.json()["stop_requested"] is not None
