import json

import httpx2
import pytest

from gate.domain.errors import CallerError
from gate.interfaces.cli.answer_errors import AskedWronglyError, NoGateError, UnreachableError
from gate.interfaces.cli.gate_client import GateClient
from tests.unit.interfaces.cli.answers import URL, a_change, a_decision
from tests.unit.interfaces.cli.simulated_gate import (
    Answer,
    SimulatedGate,
    is_away,
    is_slow,
    objects,
    says,
    says_json,
)

ASKED = {"service": "payments"}


def test_an_answer_is_kept_as_it_came() -> None:
    newer = json.loads(a_change().model_dump_json(by_alias=True)) | {"says_more": 1}
    with SimulatedGate(says_json(newer, 201)).client() as client:
        reply = client.submit(ASKED)
    assert reply.said == a_change()
    assert json.loads(reply.body)["says_more"] == 1


def test_the_key_and_the_token_travel_in_headers() -> None:
    gate = SimulatedGate(says(a_change()))
    gate.client("cg_x").submit(ASKED, "deploy-7")
    (request,) = gate.asked
    assert request.headers["Idempotency-Key"] == "deploy-7"
    assert request.headers["Authorization"] == "Bearer cg_x"
    assert json.loads(request.content) == ASKED


def test_without_a_token_none_is_sent() -> None:
    gate = SimulatedGate(says(a_change()))
    gate.client().look("chg_1")
    assert "Authorization" not in gate.asked[0].headers


def test_a_look_may_be_long_and_names_stay_names() -> None:
    gate = SimulatedGate(says(a_change()))
    gate.client().look("../x?y", wait_s=30)
    assert gate.calls == ["GET /v1/changes/..%2Fx%3Fy?wait=30"]
    assert gate.asked[0].extensions["timeout"]["read"] > 30


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(objects("invalid-request", 422), id="invalid"),
        pytest.param(objects("unknown-name", 404), id="unknown"),
        pytest.param(objects("conflicting-request", 409), id="conflicting"),
        pytest.param(objects("no-token", 401), id="nobody"),
        pytest.param(objects("forbidden", 403), id="not allowed"),
    ],
)
def test_what_the_gate_calls_wrong_is_a_usage_error(answer: Answer) -> None:
    with pytest.raises(AskedWronglyError, match="It cannot: because") as error:
        SimulatedGate(answer).client().submit(ASKED)
    assert error.value.hint == "Do this."


def test_every_wrong_field_is_named() -> None:
    mistakes = ({"field": "kind", "message": "is odd"}, {"field": "", "message": "is long"})
    with pytest.raises(AskedWronglyError, match="kind: is odd; the request: is long"):
        SimulatedGate(objects("invalid-request", 422, errors=mistakes)).client().submit(ASKED)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(is_away, id="nobody listens"),
        pytest.param(is_slow, id="no answer in time"),
        pytest.param(objects("no-engine", 503), id="no engine"),
        pytest.param(objects("too-many-requests", 429), id="too often"),
        pytest.param(objects("no-answer", 500), id="a defect of the gate"),
        pytest.param(lambda _: httpx2.Response(500, text="Internal Server Error"), id="a gate that is being stopped"),
        pytest.param(lambda _: httpx2.Response(502, text="<html>"), id="a proxy in front"),
    ],
)
def test_what_may_work_in_a_moment_is_told_apart(answer: Answer) -> None:
    with pytest.raises(UnreachableError, match=URL):
        SimulatedGate(answer).client().submit(ASKED)


def test_the_gate_says_when_to_ask_again() -> None:
    with pytest.raises(UnreachableError) as error:
        SimulatedGate(objects("no-store", 503, {"Retry-After": "7"})).client().submit(ASKED)
    assert error.value.after_s == 7


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda _: httpx2.Response(200, text="<html>welcome</html>"), id="a web page"),
        pytest.param(says_json({"outcome": "approved"}), id="some other JSON"),
        pytest.param(says_json({"decision": {"outcome": "approved"}}), id="half an answer"),
        pytest.param(lambda _: httpx2.Response(404, text="not found"), id="a 404 of somebody else"),
        pytest.param(says_json({"detail": "Not Found"}, 404), id="a JSON 404 of somebody else"),
        pytest.param(lambda _: httpx2.Response(302, headers={"Location": "/login"}), id="a login page"),
    ],
)
def test_nothing_but_a_gate_s_answer_is_an_answer(answer: Answer) -> None:
    with pytest.raises(NoGateError):
        SimulatedGate(answer).client().submit(ASKED)


def test_a_change_that_may_not_start_is_answered_with_its_decision() -> None:
    change = a_change(a_decision("waiting"))
    reply = SimulatedGate(objects("not-approved", 409, change=change)).client().start("chg_1")
    assert (reply.said, reply.said.decision.outcome) == (change, "waiting")


def test_a_change_that_is_over_cannot_start() -> None:
    with pytest.raises(AskedWronglyError):
        SimulatedGate(objects("wrong-state", 409)).client().start("chg_1")


@pytest.mark.parametrize(
    "url", ["", "gate.example.com", "ftp://gate", "http://", "http://x:port", "file:///etc/passwd"]
)
def test_what_is_no_url_is_a_usage_error(url: str) -> None:
    with pytest.raises(CallerError, match="is not the URL of a gate"):
        GateClient(url)
