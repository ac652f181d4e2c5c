"""Who may ask for what over HTTP: tokens and their scopes, the forge's hook, the rate; and that no secret leaks."""

import contextlib
import io
import json
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest

from gate.adapters import log
from gate.application.access import FRESH_NS
from gate.domain.access import EVERYTHING, Permission
from gate.domain.errors import StoreError
from gate.interfaces.http.forge_signature import signed
from tests.builders import DAY
from tests.http_house import HttpHouse, bearer, document, problem_in
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio

SECRET = "what the forge and the gate know"  # noqa: S105 -- of this test alone

OPEN = ["/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"]
READ = [
    "/v1/changes/{change}",
    "/v1/changes/{change}?wait=0",
    "/v1/decisions/{change}.1",
    "/v1/calendar?service=payments&environment=production",
    "/v1/policy",
    "/v1/bypasses",
    "/v1/pirs",
    "/v1/calendar.ics",
    "/v1/bundles/gate.tar.gz",
]
SUBMIT = ["/v1/changes", *(f"/v1/changes/{{change}}/{verb}" for verb in ("plan", "start", "finish", "withdraw"))]


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    """A gate of which nobody has a token yet."""
    async with HttpHouse.open(published_bundle=lambda: ("r1", b"bundle")) as opened:
        yield opened


async def a_change(house: HttpHouse, **fields: Any) -> str:
    return str((await house.ask(**fields)).json()["id"])


async def call(house: HttpHouse, path: str, change: str, token: str | None = None) -> httpx2.Response:
    """Ask for a path as its route wants to be asked."""
    url, headers = path.format(change=change), bearer(token)
    if path not in SUBMIT:
        return await house.http.get(url, headers=headers)
    bodies = {"finish": {"result": "failed"}, "plan": {"planned_start": "2026-11-02T11:00:00Z"}}
    return await house.http.post(url, headers=headers, json=bodies.get(path.rpartition("/")[2], document()))


@pytest.mark.parametrize("path", OPEN)
async def test_whoever_watches_the_gate_needs_no_token(house: HttpHouse, path: str) -> None:
    await house.token()
    assert (await house.http.get(path)).status_code == 200


@pytest.mark.parametrize("path", [*READ, *SUBMIT, "/v1/nothing"])
async def test_without_a_token_a_closed_gate_says_nothing(house: HttpHouse, path: str) -> None:
    change = await a_change(house)
    await house.token()
    answer = await call(house, path, change)
    problem = problem_in(answer, 401, "no-token")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "gate token new" in problem["hint"]


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize("scope", EVERYTHING)
async def test_every_scope_may_look(house: HttpHouse, path: str, scope: Permission) -> None:
    change = await a_change(house)
    answer = await call(house, path, change, await house.token("x", scope))
    assert answer.status_code == 200


@pytest.mark.parametrize("path", SUBMIT)
@pytest.mark.parametrize("scope", EVERYTHING)
async def test_only_submit_may_ask_start_and_end(house: HttpHouse, path: str, scope: Permission) -> None:
    change = await a_change(house)
    answer = await call(house, path, change, await house.token("x", scope))
    if scope == "submit":
        assert answer.status_code in {200, 201, 409}
    else:
        assert "submit" in problem_in(answer, 403, "forbidden")["detail"]


@pytest.mark.parametrize("limit", [{"services": ["led*"]}, {"environments": ["staging", "test-*"]}])
@pytest.mark.parametrize("path", [*READ[:3], *SUBMIT])
async def test_a_token_is_for_its_services_and_environments(house: HttpHouse, path: str, limit: dict[str, Any]) -> None:
    change = await a_change(house)
    token = await house.token("ci", *EVERYTHING, **limit)
    before = len(await house.bench.store.records(change))
    problem_in(await call(house, path, change, token), 403, "forbidden")
    assert len(await house.bench.store.records(change)) == before


async def test_a_token_is_not_talked_out_of_its_bounds_by_the_body(house: HttpHouse) -> None:
    token = await house.token("ci", "submit", services=["ledger"], environments=["staging"])
    problem_in(await house.ask(token=token, service="ledger", environment="production"), 403, "forbidden")
    assert (await house.ask(token=token, service="ledger", environment="staging")).status_code == 201


async def test_who_asked_is_on_record_by_the_name_of_its_token(house: HttpHouse) -> None:
    token = await house.token("pipelines", "submit")
    assert (await house.ask(token=token)).json()["requester"] == "pipelines"


async def test_a_key_is_of_the_caller_who_chose_it(house: HttpHouse) -> None:
    one, other = await house.token("one"), await house.token("other")
    assert (await house.ask(token=one, key="k")).status_code == 201
    assert (await house.ask(token=other, key="k", service="ledger")).status_code == 201


async def test_every_bad_token_gets_the_same_answer(house: HttpHouse) -> None:
    good = await house.token()
    expired = await house.token("late", valid_ns=1)
    revoked, written = await house.gate.access.make("old", ["submit"])
    await house.gate.access.revoke(revoked.id)
    house.bench.clock.advance(1)
    bad = [expired, written, good[:-1], good[:-1] + "_", good.replace(good[3:19], "0" * 16), "rubbish", "é" * 40]
    answers = [
        await house.http.get("/v1/policy", headers=[(b"Authorization", f"Bearer {each}".encode())]) for each in bad
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    named = [{name: value for name, value in answer.headers.items() if name != "x-request-id"} for answer in answers]
    assert all(headers == named[0] for headers in named)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic {token}", "{token}", "Token {token}"])
async def test_a_token_is_shown_as_a_bearer_token_or_not_at_all(house: HttpHouse, header: str) -> None:
    token = await house.token()
    problem_in(
        await house.http.get("/v1/policy", headers={"Authorization": header.format(token=token)}), 401, "no-token"
    )
    assert (await house.http.get("/v1/policy", headers={"Authorization": f"bearer  {token}"})).status_code == 200


async def test_a_token_in_the_url_opens_nothing(house: HttpHouse) -> None:
    token = await house.token()
    problem_in(await house.http.get("/v1/policy", params={"token": token, "access_token": token}), 401, "no-token")


async def test_a_revoked_token_opens_nothing_on_any_gate_after_two_seconds(house: HttpHouse) -> None:
    token, written = await house.gate.access.make("ci", ["submit"])
    async with HttpHouse.open(await house.bench.another()) as other:
        assert (await other.http.get("/v1/policy", headers=bearer(written))).status_code == 200
        await house.gate.access.revoke(token.id)
        other.bench.clock.advance(FRESH_NS)
        problem_in(await other.http.get("/v1/policy", headers=bearer(written)), 401, "no-token")


async def test_an_expired_token_opens_nothing(house: HttpHouse) -> None:
    token = await house.token("ci", "submit", valid_ns=90 * DAY)
    house.bench.clock.advance(90 * DAY)
    problem_in(await house.http.get("/v1/policy", headers=bearer(token)), 401, "no-token")


async def test_a_store_that_is_away_lets_nobody_in(house: HttpHouse) -> None:
    house.bench.store.fails_at = house.bench.store.calls + 1
    problem_in(await house.http.get("/v1/bypasses"), 503, "no-store")
    with contextlib.suppress(StoreError):
        await house.bench.store.close()


async def test_a_strangers_body_is_not_even_read(house: HttpHouse) -> None:
    await house.token()
    read: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(b"x")
        yield b"x"

    problem_in(await house.http.post("/v1/changes", content=body()), 401, "no-token")
    assert read == []


# The rate


async def test_whoever_asks_too_often_is_told_when_to_come_again() -> None:
    async with HttpHouse.open(rate_per_second=0.5, rate_burst=2) as house:
        ci, other = await house.token("ci"), await house.token("other")
        statuses = [(await house.http.get("/v1/policy", headers=bearer(ci))).status_code for _ in range(2)]
        assert statuses == [200, 200]
        answer = await house.http.get("/v1/policy", headers=bearer(ci))
        assert answer.headers["retry-after"] == "2"
        problem_in(answer, 429, "too-many-requests")
        assert (await house.http.get("/v1/policy", headers=bearer(other))).status_code == 200


async def test_guessing_tokens_has_a_rate_too() -> None:
    async with HttpHouse.open(rate_per_second=0.5, rate_burst=2) as house:
        good = await house.token()
        guesses = [await house.http.get("/v1/policy", headers=bearer(f"guess-{number}")) for number in range(3)]
        assert [guess.status_code for guess in guesses] == [401, 401, 429]
        assert (await house.http.get("/v1/policy", headers=bearer(good))).status_code == 200


async def test_what_is_over_the_rate_is_not_judged() -> None:
    async with HttpHouse.open(rate_per_second=0.001, rate_burst=1) as house:
        await house.ask()
        problem_in(await house.ask(run="run-2"), 429, "too-many-requests")
        assert len(house.bench.engine.asked) == 1


# The hook


async def hook(house: HttpHouse, body: bytes = b"{}", **headers: str) -> httpx2.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await house.http.post("/hooks/policy", content=body, headers=sent)


@pytest.fixture
async def closed() -> AsyncIterator[HttpHouse]:
    """A gate with a token and a secret for its hook."""
    async with HttpHouse.open(hook_secret=SECRET, rate_per_second=0.001, rate_burst=5) as opened:
        await opened.token()
        yield opened


@pytest.mark.parametrize("body", [b"{}", b"not even JSON \xff", b""])
async def test_a_forge_that_signs_is_heard(closed: HttpHouse, body: bytes) -> None:
    assert (await hook(closed, body, x_hub_signature_256=signed(body, SECRET))).status_code == 202
    assert closed.gate.look_now.is_set()


async def test_a_forge_that_sends_the_secret_is_heard(closed: HttpHouse) -> None:
    assert (await hook(closed, x_gitlab_token=SECRET)).status_code == 202


@pytest.mark.parametrize("scope", EVERYTHING)
async def test_a_pipeline_with_any_token_is_heard(closed: HttpHouse, scope: Permission) -> None:
    token = await closed.token("x", scope)
    assert (await hook(closed, authorization=f"Bearer {token}")).status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x_hub_signature_256": signed(b"{ }", SECRET)},
        {"x_hub_signature_256": signed(b"{}", SECRET + " ")},
        {"x_gitlab_token": SECRET[:-1]},
        {"x_gitlab_token": ""},
        {"authorization": "Bearer rubbish"},
    ],
)
async def test_nobody_else_is_heard(closed: HttpHouse, headers: dict[str, Any]) -> None:
    problem = problem_in(await hook(closed, **headers), 401, "no-token")
    assert "GATE_HOOK_SECRET" in problem["hint"]
    assert not closed.gate.look_now.is_set()


async def test_without_a_secret_no_signature_is_good(house: HttpHouse) -> None:
    await house.token()
    problem_in(await hook(house, x_hub_signature_256=signed(b"{}", "")), 401, "no-token")
    problem_in(await hook(house, x_gitlab_token=""), 401, "no-token")


async def test_an_open_gate_hears_everybody(house: HttpHouse) -> None:
    assert (await hook(house)).status_code == 202


async def test_a_hook_has_a_rate_however_it_is_shown(closed: HttpHouse) -> None:
    statuses = [(await hook(closed, x_gitlab_token=SECRET)).status_code for _ in range(3)]
    statuses += [(await hook(closed, x_gitlab_token=SECRET[:-1])).status_code for _ in range(3)]
    assert statuses == [202, 202, 202, 401, 401, 429]


async def test_a_webhook_that_is_too_large_is_not_checked(closed: HttpHouse) -> None:
    problem_in(await hook(closed, b"x" * 1_000_001, x_gitlab_token=SECRET), 413, "too-large")


# Secrets


@pytest.fixture(params=["console", "json"])
def logged(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, in the form that `gate serve` gives it, down to the last detail."""
    root, written = logging.getLogger(), io.StringIO()
    before = root.handlers, root.level
    monkeypatch.setattr(sys, "stderr", written)
    log.configure(request.param, "debug")
    yield written
    root.handlers = before[0]
    root.setLevel(before[1])


async def test_no_secret_gets_into_a_log_an_answer_or_a_metric(logged: io.StringIO) -> None:
    bench = await Bench().begun()
    async with HttpHouse.open(bench, hook_secret=SECRET, rate_per_second=1000, rate_burst=1000) as house:
        token = await house.token("ci", *EVERYTHING)
        secret = token.rsplit("_", 1)[-1]
        answers = [
            await house.http.request(method, path, headers=headers, content=body)
            for method, path, headers, body in misused(token)
        ]
        house.bench.store.fails_at = house.bench.store.calls + 1
        answers.append(await house.ask(token=token, summary=token))
        logging.getLogger("gate").error("a careless line: %s", token, extra={"also": f"Bearer {token}"})
        said = [answer.text + str(answer.headers) for answer in answers] + [logged.getvalue()]
        said.append((await house.http.get("/metrics")).text)
    assert {answer.status_code for answer in answers} >= {201, 202, 400, 401, 404, 422, 503}
    assert "a careless line" in said[-2]
    assert not [text for text in said if secret in text or SECRET in text]


def misused(token: str) -> Iterator[tuple[str, str, dict[str, str], str]]:
    """A token where it belongs, and in places where somebody might put it by mistake: method, path, headers, body."""
    known = bearer(token) | {"Content-Type": "application/json"}
    request = json.dumps(document())
    yield "POST", "/v1/changes", known, request
    yield "POST", "/v1/changes", known, json.dumps(document(author=f"{token}!", run=[token]))
    yield "POST", "/v1/changes", known, request[:-1] + ', "run": "x"}'
    yield "POST", "/v1/changes", known, f'{{"service": {token}}}'
    yield "POST", "/v1/changes", bearer(token) | {"Content-Type": token}, request
    yield "GET", "/v1/policy", bearer(token + "x"), ""
    yield "GET", f"/v1/nothing/{token}", known, ""
    yield "GET", f"/v1/changes/{token}", known, ""
    yield "GET", f"/v1/changes/chg_1?wait={token}", known, ""
    yield "POST", "/hooks/policy", {"X-Gitlab-Token": SECRET}, token
    yield "POST", "/hooks/policy", {"X-Hub-Signature-256": SECRET, "Authorization": f"Basic {token}"}, ""
