"""The HTTP interface as a pipeline meets it: every route, every refusal, in the words of the wire."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gate.domain.errors import EngineBusyError, EngineError, RepositoryError
from tests.builders import COMMIT, HOUR, MINUTE
from tests.house import a_bypass, a_freeze
from tests.http_house import HttpHouse, document, problem_in
from tests.unit.application.conftest import Bench, until

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    """An open gate with the house's policy active."""
    async with HttpHouse.open() as opened:
        yield opened


async def the_id(house: HttpHouse, **fields: Any) -> str:
    return str((await house.ask(**fields)).json()["id"])


# Asking


async def test_a_decision_is_201_and_says_where_the_change_is(house: HttpHouse) -> None:
    answer = await house.ask()
    change = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == change["links"]["self"] == f"/v1/changes/{change['id']}"
    assert (change["state"], change["decision"]["outcome"]) == ("open", "approved")
    assert (change["service"], change["commit"], change["requester"]) == ("payments", COMMIT, "anonymous")
    assert (await house.http.get(answer.headers["location"])).json() == change


async def test_the_same_request_is_answered_again_with_200(house: HttpHouse) -> None:
    first, again = await house.ask(), await house.ask()
    assert (again.status_code, again.json()) == (200, first.json())
    assert "location" not in again.headers


async def test_a_key_of_ones_own_is_answered_again(house: HttpHouse) -> None:
    first, again = await house.ask(key="deploy-1"), await house.ask(key="deploy-1")
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())


async def test_a_key_that_stands_for_another_request_is_a_conflict(house: HttpHouse) -> None:
    first = await house.ask(key="deploy-1")
    problem = problem_in(await house.ask(key="deploy-1", service="ledger"), 409, "conflicting-request")
    assert problem["field"] == "Idempotency-Key"
    assert first.json()["id"] in problem["detail"]


@pytest.mark.parametrize("key", ["", "with space", "k" * 201, "ключ".encode().decode("latin-1")])
async def test_a_key_is_short_and_plain(house: HttpHouse, key: str) -> None:
    answer = await house.http.post(
        "/v1/changes", json=document(), headers=[(b"Idempotency-Key", key.encode("latin-1"))]
    )
    assert problem_in(answer, 422, "invalid-request")["field"] == "Idempotency-Key"


async def test_an_unknown_service_is_told_with_the_nearest_names(house: HttpHouse) -> None:
    problem = problem_in(await house.ask(service="paymets"), 422, "unknown-name")
    assert problem["field"] == "service"
    assert "did you mean payments?" in problem["detail"]


async def test_an_unknown_environment_is_told_with_the_nearest_names(house: HttpHouse) -> None:
    problem = problem_in(await house.ask(environment="prod"), 422, "unknown-name")
    assert (problem["field"], "did you mean production?" in problem["detail"]) == ("environment", True)


async def test_a_refusal_is_no_error(house: HttpHouse) -> None:
    answer = await house.ask(evidence=[{"kind": "tests", "status": "failed"}])
    decision = answer.json()["decision"]
    assert (answer.status_code, decision["outcome"]) == (201, "refused")
    assert decision["steps"][0]["reasons"] == [{"code": "evidence_failed", "message": "evidence failed"}]


async def test_what_waits_for_time_says_until_when(house: HttpHouse) -> None:
    await house.bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    decision = (await house.ask()).json()["decision"]
    assert (decision["outcome"], decision["passes_at"]) == ("waiting", "2026-11-02T12:00:00Z")
    assert [window["name"] for window in decision["windows"]] == ["stocktaking"]


async def test_what_waits_for_people_says_for_whom(house: HttpHouse) -> None:
    decision = (await house.ask(labels={"risk": "high"})).json()["decision"]
    assert decision["outcome"] == "review"
    assert decision["steps"][-1]["needs"][0]["group"] == "team-payments"


# Looking


async def test_a_change_nobody_knows_is_404(house: HttpHouse) -> None:
    problem_in(await house.http.get("/v1/changes/chg_nobody"), 404, "unknown-name")


async def test_an_id_that_can_be_none_is_422(house: HttpHouse) -> None:
    assert problem_in(await house.http.get("/v1/changes/a%20b"), 422, "invalid-request")["field"] == "change_id"


@pytest.mark.parametrize("wait", ["-1", "61", "nan", "inf", "soon", ""])
async def test_a_wait_is_at_most_a_minute(house: HttpHouse, wait: str) -> None:
    change = await the_id(house)
    answer = await house.http.get(f"/v1/changes/{change}", params={"wait": wait})
    assert problem_in(answer, 422, "invalid-request")["field"] == "wait"


async def test_a_long_poll_is_answered_when_something_happens(house: HttpHouse) -> None:
    change = await the_id(house, labels={"risk": "high"})
    seen = house.bench.store.calls
    looking = asyncio.create_task(house.http.get(f"/v1/changes/{change}", params={"wait": 60}))
    await until(lambda: house.bench.store.calls == seen + 2)  # may it look; what is there to see
    assert not looking.done()
    await house.http.post(f"/v1/changes/{change}/withdraw")
    assert (await looking).json()["state"] == "withdrawn"


async def test_a_long_poll_for_what_is_settled_is_answered_at_once(house: HttpHouse) -> None:
    change = await the_id(house)
    answer = await house.http.get(f"/v1/changes/{change}", params={"wait": 60})
    assert answer.json()["decision"]["outcome"] == "approved"


# Starting, finishing, withdrawing


async def test_an_approved_change_starts_and_finishes(house: HttpHouse) -> None:
    change = await the_id(house)
    started = await house.start(change)
    assert (started.status_code, started.json()["state"]) == (200, "started")
    assert started.json()["decision"]["id"] == f"{change}.2"
    house.bench.clock.advance(MINUTE)
    finished = (await house.http.post(f"/v1/changes/{change}/finish", json={"result": "succeeded"})).json()
    assert (finished["state"], finished["result"]) == ("finished", "succeeded")
    assert (finished["started_at"], finished["ended_at"]) == ("2026-11-02T10:00:00Z", "2026-11-02T10:01:00Z")


async def test_a_change_that_may_not_start_is_409_and_says_why(house: HttpHouse) -> None:
    change = await the_id(house)
    await house.bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    problem = problem_in(await house.start(change), 409, "not-approved")
    assert problem["change"]["state"] == "open"
    assert problem["change"]["decision"]["outcome"] == "waiting"
    assert problem["change"]["decision"]["passes_at"] == "2026-11-02T12:00:00Z"


async def test_what_has_not_started_cannot_finish(house: HttpHouse) -> None:
    change = await the_id(house)
    answer = await house.http.post(f"/v1/changes/{change}/finish", json={"result": "failed"})
    assert change in problem_in(answer, 409, "wrong-state")["detail"]


async def test_a_change_is_withdrawn_once_and_stays_so(house: HttpHouse) -> None:
    change = await the_id(house)
    for _ in range(2):
        assert (await house.http.post(f"/v1/changes/{change}/withdraw")).json()["state"] == "withdrawn"
    problem_in(await house.start(change), 409, "wrong-state")


# Decisions


async def test_a_decision_is_told_with_all_that_it_rests_on(house: HttpHouse) -> None:
    asked = (await house.ask()).json()
    told = (await house.http.get(asked["links"]["decision"])).json()
    assert told["decision"] == asked["decision"]
    assert told["facts"]["change"]["commit"] == COMMIT
    assert told["assessment"]["revision"] == told["facts"]["revision"] == asked["decision"]["revision"]
    assert [record["kind"] for record in told["history"]] == ["submitted", "decided"]
    assert told["history"][-1]["id"] == asked["decision"]["record"]


async def test_a_decision_nobody_made_is_404(house: HttpHouse) -> None:
    problem_in(await house.http.get("/v1/decisions/chg_nobody.1"), 404, "unknown-name")
    problem_in(await house.http.get("/v1/decisions/chg_nobody"), 422, "invalid-request")


# Policy


async def test_the_policy_in_force_is_told(house: HttpHouse) -> None:
    house.bench.clock.advance(MINUTE)
    told = (await house.http.get("/v1/policy")).json()
    assert told["revision"] == house.bench.repository.tip
    assert (told["age_seconds"], told["stale"], told["confirmed_at"]) == (60, False, "2026-11-02T10:00:00Z")
    assert (told["services"], told["lanes"], told["engine"]) == (4, 1, "simulator")
    assert (told["rejected_revision"], told["findings"]) == (None, [])


async def test_a_rejected_revision_is_told_beside_the_one_in_force(house: HttpHouse) -> None:
    in_force = house.bench.repository.tip
    rejected = await house.bench.merge("a slip", {"calendar/x.yaml": [a_freeze(strat="2026-11-02T09:00")]})
    told = (await house.http.get("/v1/policy")).json()
    assert (told["revision"], told["rejected_revision"]) == (in_force, rejected)
    assert told["findings"][0]["path"] == "calendar/x.yaml"
    assert told["findings"][0]["line"] > 0
    assert "strat" in told["findings"][0]["field"]


async def test_a_first_revision_that_is_rejected_is_a_problem_with_its_findings() -> None:
    bench = Bench()
    bench.repository.merge("a slip", {"process.yaml": []})
    async with HttpHouse.open(await bench.begun()) as house:
        problem = problem_in(await house.http.get("/v1/policy"), 503, "policy-rejected")
        assert problem["findings"]
        problem_in(await house.ask(), 503, "no-policy")


async def test_without_any_policy_nothing_is_answered_and_nothing_approved() -> None:
    bench = Bench()
    bench.repository.trouble = RepositoryError("git did not answer")
    async with HttpHouse.open(await bench.begun()) as house:
        for path in ("/v1/policy", "/v1/bypasses"):
            assert problem_in(await house.http.get(path), 503, "no-policy")["hint"] == "git did not answer"
        problem_in(await house.ask(), 503, "no-policy")


async def test_a_policy_that_is_too_old_is_a_problem_where_it_must_not_be(house: HttpHouse) -> None:
    house.bench.clock.advance(48 * HOUR)
    problem = problem_in(await house.ask(), 503, "stale-policy")
    assert "2026-11-02T10:00:00Z" in problem["detail"]
    assert (await house.http.get("/v1/policy")).json()["stale"]


async def test_bypasses_in_force_are_told(house: HttpHouse) -> None:
    await house.bench.merge("let it through", {"bypasses/x.yaml": [a_bypass()]})
    (told,) = (await house.http.get("/v1/bypasses")).json()
    assert (told["id"], told["skip"], told["expires"]) == ("double-charge", ["freeze"], "2026-11-02T20:00:00Z")
    assert (told["state"], told["used"], told["left"], told["granted_by"]) == ("granted", 0, 1, "ruth")


async def test_the_bundle_is_for_a_served_opa_alone(house: HttpHouse) -> None:
    problem_in(await house.http.get("/v1/bundles/gate.tar.gz"), 404, "unknown-name")


@pytest.mark.parametrize(
    ("known", "status"),
    [
        (None, 200),
        ('"r1"', 304),
        ('W/"r1"', 304),
        ('"r0", "r1"', 304),
        ("*", 304),
        ('"r0"', 200),
        ("r1", 200),
        ("", 200),
    ],
)
async def test_a_bundle_that_is_known_is_not_sent_again(known: str | None, status: int) -> None:
    async with HttpHouse.open(published_bundle=lambda: ("r1", b"bundle")) as house:
        headers = {} if known is None else {"If-None-Match": known}
        answer = await house.http.get("/v1/bundles/gate.tar.gz", headers=headers)
        assert (answer.status_code, answer.headers["etag"]) == (status, '"r1"')
        assert answer.content == (b"bundle" if status == 200 else b"")


# Health and metrics


async def test_a_gate_that_lives_says_so(house: HttpHouse) -> None:
    assert (await house.http.get("/healthz")).json()["status"] == "alive"


async def test_a_gate_is_ready_when_policy_engine_and_store_are(house: HttpHouse) -> None:
    answer = await house.http.get("/readyz")
    assert answer.status_code == 200
    tip = house.bench.repository.tip
    assert answer.json() == {"ready": True, "revision": tip, "engine_revision": tip, "reasons": []}


async def test_a_gate_that_is_not_ready_says_all_that_is_missing() -> None:
    bench = Bench()
    bench.repository.trouble = RepositoryError("git did not answer")
    async with HttpHouse.open(await bench.begun()) as house:
        await bench.store.close()
        answer = await house.http.get("/readyz")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/json")
        policy, store = answer.json()["reasons"]
        assert policy == "no policy revision is active. git did not answer"
        assert "database" in store


async def test_an_engine_at_another_revision_is_not_ready(house: HttpHouse) -> None:
    await house.bench.engine.close()
    assert "the engine is at no revision" in (await house.http.get("/readyz")).json()["reasons"][0]


async def test_metrics_count_decisions_and_time_the_path(house: HttpHouse) -> None:
    await house.ask()
    await house.ask(run="run-2", evidence=[{"kind": "tests", "status": "failed"}])
    await house.http.post("/v1/changes", json={"service": "no"})
    answer = await house.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    told = answer.text
    assert 'gate_decisions_total{change_class="normal",environment="production",outcome="approved"} 1.0' in told
    assert 'gate_decisions_total{change_class="normal",environment="production",outcome="refused"} 1.0' in told
    for stage in ("gather", "judge", "decide", "record"):
        assert f'gate_stage_seconds_count{{stage="{stage}"}} 2.0' in told
    assert "gate_policy_age_seconds 0.0" in told
    assert "gate_policy_revisions_rejected_total 0.0" in told
    assert "gate_engine_restarts 0.0" in told


async def test_the_pages_for_people_are_there(house: HttpHouse) -> None:
    assert (await house.http.get("/docs")).status_code == 200
    assert (await house.http.get("/openapi.json")).json()["info"]["title"] == "Change Gate"


# Hooks (who may send them is in `test_http_access`)


async def test_a_hook_lets_the_gate_look_and_takes_nothing_from_its_body(house: HttpHouse) -> None:
    answer = await house.http.post("/hooks/policy", content=b'{"ref": "refs/heads/evil", \xff')
    assert (answer.status_code, answer.json()) == (202, {"status": "looking"})
    assert house.gate.look_now.is_set()


# What goes wrong


@pytest.mark.parametrize(
    ("fault", "slug"),
    [
        (EngineError("OPA did not answer", hint="Wait."), "no-engine"),
        (EngineBusyError("full", hint="Wait."), "engine-busy"),
    ],
)
async def test_an_engine_that_fails_approves_nothing(house: HttpHouse, fault: EngineError, slug: str) -> None:
    house.bench.engine.fault = fault
    answer = await house.ask()
    problem_in(answer, 503, slug)
    assert int(answer.headers["retry-after"]) >= 1
    house.bench.engine.fault = None
    assert (await house.ask()).status_code == 201


async def test_a_store_that_fails_approves_nothing(house: HttpHouse) -> None:
    house.bench.store.fails_at = house.bench.store.calls + 3
    answer = await house.ask()
    assert problem_in(answer, 503, "no-store")["hint"] == "Ask again."
    assert answer.headers["retry-after"] == "1"


async def test_a_defect_is_a_problem_too_and_the_log_has_the_rest(
    house: HttpHouse, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> bytes:
        raise ZeroDivisionError("a secret")

    monkeypatch.setitem(vars(house.gate), "metrics", broken)
    answer = await house.http.get("/metrics", headers={"X-Request-ID": "my-request"})
    assert "secret" not in str(problem_in(answer, 500, "defect"))
    assert answer.headers["x-request-id"] == "my-request"
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


@pytest.mark.parametrize("path", ["/v1", "/v1/nothing", "/v1/changes/", "/v2/changes", "/hooks/other", "/../etc"])
async def test_where_nothing_is_a_problem_says_so(house: HttpHouse, path: str) -> None:
    problem_in(await house.http.get(path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/changes", "GET, POST"),
        ("DELETE", "/v1/policy", "GET"),
        ("GET", "/hooks/policy", "POST"),
        ("HEAD", "/healthz", "GET"),
    ],
)
async def test_a_method_that_a_route_does_not_have_is_a_problem(
    house: HttpHouse, method: str, path: str, allowed: str
) -> None:
    answer = await house.http.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    if method != "HEAD":
        problem_in(answer, 405)
