"""Pipelines ask with identity tokens over HTTP: what a token says goes before what a request says."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from gate.application.access import FRESH_NS
from tests.builders import DAY, MINUTE
from tests.http_house import HttpHouse, bearer, document, problem_in
from tests.robots import GITHUB_CLAIMS, a_robot
from tests.simulators.identity import IssuerSimulator
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio


@dataclass
class Trusting:
    """A gate that trusts an issuer, and whose policy binds one pipeline of it to payments."""

    house: HttpHouse
    issuer: IssuerSimulator

    def token(self, **claims: Any) -> str:
        """A token of a run of that pipeline."""
        return self.issuer.issue({**GITHUB_CLAIMS, **claims})

    async def ask(self, token: str | None, **fields: Any) -> httpx2.Response:
        return await self.house.ask(token=token, **fields)

    async def post(self, what: str, token: str, body: Any = None) -> httpx2.Response:
        return await self.house.http.post(f"/v1/changes/{what}", headers=bearer(token), json=body)


@pytest.fixture
async def gate() -> AsyncIterator[Trusting]:
    bench = await Bench().begun()
    robots = [
        a_robot(),
        a_robot(name="ledger-pipeline", services=["ledger"], claims={"repository_id": "99"}, any_commit=True),
        a_robot(name="auditor", scopes=["audit"], claims={"repository_id": "5"}),
    ]
    await bench.merge("robots", {"robots.yaml": robots})
    issuer = IssuerSimulator(bench.clock)
    async with HttpHouse.open(bench, verifier=issuer) as house:
        yield Trusting(house, issuer)


async def test_a_pipeline_asks_starts_and_finishes_with_one_token(gate: Trusting) -> None:
    token = gate.token()
    asked = await gate.ask(token)
    assert asked.status_code == 201, asked.text
    change = asked.json()["id"]
    assert (await gate.ask(token)).status_code == 200
    assert (await gate.house.http.get(f"/v1/changes/{change}?wait=0", headers=bearer(token))).status_code == 200
    assert (await gate.post(f"{change}/start", token)).json()["state"] == "started"
    for _ in range(2):
        finished = await gate.post(f"{change}/finish", token, {"result": "succeeded"})
        assert finished.json()["state"] == "finished"


async def test_a_gate_that_trusts_an_issuer_is_not_open(gate: Trusting) -> None:
    assert not await gate.house.gate.access.is_open()
    problem_in(await gate.ask(None), 401, "no-token")
    problem_in(await gate.ask("rubbish"), 401, "no-token")


async def test_api_tokens_open_as_before(gate: Trusting) -> None:
    token = await gate.house.token("ci", "submit")
    gate.house.bench.clock.advance(FRESH_NS)
    assert (await gate.ask(token)).status_code == 201


async def test_who_asked_and_for_which_run_is_what_the_token_says(gate: Trusting) -> None:
    asked = await gate.ask(gate.token(), requester="piet", run="somebody-elses-run")
    assert asked.json()["requester"] == "maria"
    change = asked.json()["id"]
    [submitted, *_] = await gate.house.bench.store.records(change)
    assert b'"by":"payments-pipeline"' in submitted.body
    assert b'"run":"github-8412345678-1"' in submitted.body
    # The same run is the same run, whatever name another job of it has for it.
    assert (await gate.ask(gate.token(), run="x")).json()["id"] == change


@pytest.mark.parametrize(
    ("claims", "fields", "told"),
    [
        ({}, {"service": "ledger"}, "payments-pipeline may not ask for ledger in production"),
        ({}, {"environment": "staging"}, "payments-pipeline may not ask for payments in staging"),
        ({"environment": "staging"}, {}, "payments-pipeline may not ask for payments in production"),
        ({}, {"commit": "b" * 40}, "of a run of another one"),
        ({"repository_id": "75"}, {}, "no robot of the policy is bound"),
        ({"repository_owner_id": "66"}, {}, "no robot of the policy is bound"),
        ({"repository_id": "5"}, {}, "auditor may not do this"),
    ],
)
async def test_what_the_token_is_not_for_is_refused_whatever_the_request_says(
    gate: Trusting, claims: dict[str, Any], fields: dict[str, Any], told: str
) -> None:
    problem = problem_in(await gate.ask(gate.token(**claims), **fields), 403, "forbidden")
    assert told in problem["detail"]


async def test_a_robot_that_may_asks_for_other_commits(gate: Trusting) -> None:
    token = gate.token(repository_id="99")
    assert (await gate.ask(token, service="ledger", commit="b" * 40)).status_code == 201


@pytest.mark.parametrize(
    "claims", [{"aud": "https://other.test"}, {"iss": "https://evil.test"}, {"jti": None}, {"exp": 1}]
)
async def test_a_bad_token_is_told_nothing(
    gate: Trusting, claims: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    token = gate.token(**claims)
    answer = await gate.ask(token)
    problem = problem_in(answer, 401, "no-token")
    assert problem["detail"] == "the identity token is not accepted"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "an identity token is not accepted: it is" in caplog.text
    assert token not in answer.text + caplog.text


async def test_what_a_stranger_is_told_names_nothing_of_the_policy(gate: Trusting) -> None:
    problem = problem_in(await gate.ask(gate.token(repository_id="1000", repository_owner_id="1")), 403, "forbidden")
    said = str(problem)
    assert "repository_id 1000" in said
    assert not any(name in said for name in ("payments", "ledger", "auditor", "74"))


async def test_strangers_are_slowed_down_too(gate: Trusting) -> None:
    async with HttpHouse.open(gate.house.bench, verifier=gate.issuer, rate_per_second=1.0, rate_burst=2) as slow:
        statuses = [(await slow.ask(token=gate.token(repository_id=str(n)))).status_code for n in range(4)]
    assert statuses[:2] == [403, 403]
    assert statuses[-1] == 429


async def test_a_replayed_token_is_refused_for_every_other_change(gate: Trusting) -> None:
    token = gate.token()
    change = (await gate.ask(token)).json()["id"]
    other = (await gate.ask(gate.token(run_id="2"))).json()["id"]
    for answer in (
        await gate.ask(token, artifact="sha256:" + "a" * 64),
        await gate.ask(token, key="another-key"),
        await gate.post(f"{other}/start", token),
        await gate.post(f"{other}/withdraw", token),
        await gate.post(f"{other}/finish", token, {"result": "succeeded"}),
    ):
        problem = problem_in(answer, 403, "forbidden")
        assert "has been used for another change" in problem["detail"]
    assert (await gate.post(f"{change}/start", token)).status_code == 200


async def test_a_token_is_bound_for_every_gate_on_the_store(gate: Trusting) -> None:
    token = gate.token()
    change = (await gate.ask(token)).json()["id"]
    other = (await gate.ask(gate.token(run_id="2"))).json()["id"]
    async with HttpHouse.open(await gate.house.bench.another(), verifier=gate.issuer) as second:
        problem_in(await second.start(other, token=token), 403, "forbidden")
        assert (await second.start(change, token=token)).status_code == 200


async def test_a_fresh_token_goes_on_with_a_change_and_is_bound_to_it(gate: Trusting) -> None:
    change = (await gate.ask(gate.token())).json()["id"]
    other = (await gate.ask(gate.token(run_id="2"))).json()["id"]
    fresh = gate.token()
    assert (await gate.post(f"{change}/start", fresh)).status_code == 200
    assert (await gate.post(f"{change}/start", fresh)).status_code == 200
    problem_in(await gate.post(f"{other}/start", fresh), 403, "forbidden")
    problem_in(await gate.ask(fresh, artifact="sha256:" + "a" * 64), 403, "forbidden")


async def test_looking_binds_nothing(gate: Trusting) -> None:
    change = (await gate.ask(gate.token())).json()["id"]
    token = gate.token(run_id="2")
    assert (await gate.house.http.get(f"/v1/changes/{change}", headers=bearer(token))).status_code == 200
    assert (await gate.ask(token)).status_code == 201


async def test_a_merged_policy_counts_for_the_next_request(gate: Trusting) -> None:
    token = gate.token()
    change = (await gate.ask(token)).json()["id"]
    await gate.house.bench.merge("no robots", {"robots.yaml": []})
    problem_in(await gate.post(f"{change}/start", token), 403, "forbidden")


async def test_an_expired_token_opens_no_more_although_it_was_known(gate: Trusting) -> None:
    token = gate.token()
    change = (await gate.ask(token)).json()["id"]
    await gate.house.bench.later(6 * MINUTE)
    problem_in(await gate.post(f"{change}/start", token), 401, "no-token")


async def test_an_issuer_that_is_away_is_no_fault_of_the_caller(gate: Trusting) -> None:
    gate.issuer.go_away()
    await gate.house.bench.later(2 * DAY)
    answer = await gate.ask(gate.token())
    problem_in(answer, 503, "no-issuer")
    assert answer.headers["retry-after"]


async def test_without_a_policy_nobody_knows_what_a_token_is_for(gate: Trusting) -> None:
    async with HttpHouse.open(Bench(), verifier=gate.issuer) as empty:
        problem_in(
            await empty.http.post("/v1/changes", json=document(), headers=bearer(gate.token())), 503, "no-policy"
        )


async def test_where_no_issuer_is_trusted_identity_tokens_are_nothing(gate: Trusting) -> None:
    async with HttpHouse.open() as house:
        await house.token()
        problem_in(await house.ask(token=gate.token()), 401, "no-token")


async def test_a_bot_of_the_forge_does_not_answer_for_what_it_asks(gate: Trusting) -> None:
    asked = await gate.ask(gate.token(actor="dependabot[bot]"), requester="maria", author=None)
    assert asked.json()["requester"] == "payments-pipeline"


async def test_a_robot_answers_no_step(gate: Trusting) -> None:
    token = gate.token()
    change = (await gate.ask(token)).json()["id"]
    body = {"step": "peer_review", "answer": "approve"}
    problem = problem_in(await gate.post(f"{change}/approvals", token, body), 403, "forbidden")
    assert "it takes the permission review" in problem["detail"]
