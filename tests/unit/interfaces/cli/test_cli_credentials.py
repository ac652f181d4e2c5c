"""What a command shows a gate comes from the environment: an API token, an identity token, or one that it asks for."""

from collections.abc import Callable, Mapping

import httpx2
import pytest

from gate.interfaces.cli.answer_errors import NoGateError, UnreachableError
from gate.interfaces.cli.credentials import MAX_BYTES, RENEW_S, ActionsTokens, credentials
from tests.oidc_provider import REQUEST, OidcProvider, Said

GATE = "https://gate.house.test/"
ASKING = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://runner.test/token?v=2", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret"}


def shown(environment: Mapping[str, str]) -> str:
    """The header that a question gets."""
    request = next(credentials(environment, GATE).auth_flow(httpx2.Request("GET", GATE)))
    return str(request.headers.get("Authorization", ""))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ""),
        ({"GATE_TOKEN": "", "GATE_ID_TOKEN": ""}, ""),
        ({"GATE_TOKEN": "cg_x"}, "Bearer cg_x"),
        ({"GATE_ID_TOKEN": "a.b.c\n"}, "Bearer a.b.c"),
        ({"GATE_TOKEN": "cg_x", "GATE_ID_TOKEN": "a.b.c", **ASKING}, "Bearer cg_x"),
        ({"GATE_ID_TOKEN": "a.b.c", **ASKING}, "Bearer a.b.c"),
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "https://runner.test"}, ""),
    ],
)
def test_what_is_given_is_shown_and_an_api_token_goes_first(environment: dict[str, str], expected: str) -> None:
    assert shown(environment) == expected


class Runner:
    """What GitHub answers, what it was asked, and a clock."""

    def __init__(self, answer: Callable[[httpx2.Request], httpx2.Response]) -> None:
        self.asked: list[httpx2.Request] = []
        self.now = 0.0
        self._answer = answer

    def tokens(self, url: str = ASKING["ACTIONS_ID_TOKEN_REQUEST_URL"]) -> ActionsTokens:
        transport = httpx2.MockTransport(self._told)
        return ActionsTokens(url, "secret", "https://gate.house.test", transport=transport, clock=lambda: self.now)

    def _told(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        return self._answer(request)


def test_github_is_asked_for_a_token_for_the_gate_and_for_a_fresh_one_in_time() -> None:
    runner = Runner(lambda _: httpx2.Response(200, json={"value": f"t.{len(runner.asked)}.x"}))
    tokens = runner.tokens()
    assert [tokens.token() for _ in range(3)] == ["t.1.x"] * 3
    [asked] = runner.asked
    assert str(asked.url) == "https://runner.test/token?v=2&audience=https%3A%2F%2Fgate.house.test"
    assert asked.headers["Authorization"] == "Bearer secret"
    runner.now = RENEW_S
    assert tokens.token() == "t.2.x"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx2.Response(503), UnreachableError),
        (httpx2.Response(403), NoGateError),
        (httpx2.Response(302, headers={"Location": "https://evil.test"}), NoGateError),
        (httpx2.Response(200, text="<html>"), NoGateError),
        (httpx2.Response(200, text="[" * 50_000), NoGateError),
        (httpx2.Response(200, json=[]), NoGateError),
        (httpx2.Response(200, json={"value": ""}), NoGateError),
        (httpx2.Response(200, json={"value": 7}), NoGateError),
        (httpx2.Response(200, content=b"x" * (MAX_BYTES + 1)), NoGateError),
    ],
)
def test_without_a_token_nothing_is_asked_and_no_secret_told(answer: httpx2.Response, error: type[Exception]) -> None:
    runner = Runner(lambda _: answer)
    with pytest.raises(error) as caught:
        runner.tokens().token()
    assert "secret" not in str(caught.value)
    assert len(runner.asked) == 1


@pytest.mark.parametrize("url", ["http://runner.test/token", "ftp://127.0.0.1", "http://[", "nowhere"])
def test_the_secret_of_the_runner_goes_over_https_only(url: str) -> None:
    runner = Runner(lambda _: httpx2.Response(200, json={"value": "x"}))
    with pytest.raises(NoGateError, match="no https URL"):
        runner.tokens(url).token()
    assert runner.asked == []


def test_a_runner_that_does_not_answer_may_do_so_later() -> None:
    def fail(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("no route")

    with pytest.raises(UnreachableError, match="ConnectError"):
        Runner(fail).tokens().token()


def test_over_the_network_it_is_the_same() -> None:
    with OidcProvider.running() as provider:
        assert shown(provider.actions).startswith("Bearer eyJ")
        assert shown(provider.actions | {"GATE_AUDIENCE": "another"}).startswith("Bearer eyJ")
        assert provider.asked == [REQUEST, REQUEST]
        provider.says[REQUEST] = Said(500)
        with pytest.raises(UnreachableError):
            shown(provider.actions)
