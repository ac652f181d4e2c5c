"""A gate that answers what it is told to, in order, and remembers what it was asked. The last answer is repeated."""

import json
from collections.abc import Callable
from typing import Any

import httpx2

from gate.interfaces.cli.answer_errors import TYPE
from gate.interfaces.cli.credentials import Shown
from gate.interfaces.cli.gate_client import GateClient
from gate.interfaces.problem_wire import Problem
from gate.interfaces.wire import ChangeAnswer
from tests.unit.interfaces.cli.answers import URL

Answer = Callable[[httpx2.Request], httpx2.Response]


class SimulatedGate:
    """Behind an HTTP client, without a network."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[httpx2.Request] = []

    def client(self, token: str = "") -> GateClient:
        """A client of this gate."""
        return GateClient(URL, shown=Shown(lambda: token), transport=httpx2.MockTransport(self._answer))

    @property
    def calls(self) -> list[str]:
        """What was asked: method and path with query."""
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.asked]

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return answer(request)


def says(change: ChangeAnswer, status: int = 200) -> Answer:
    """Answers with a change."""
    return lambda _: httpx2.Response(status, content=change.model_dump_json(by_alias=True))


def says_json(body: Any, status: int = 200) -> Answer:
    """Answers with anything."""
    return lambda _: httpx2.Response(status, content=json.dumps(body))


def objects(slug: str, status: int, headers: dict[str, str] | None = None, **more: Any) -> Answer:
    """Answers with a problem of the gate."""
    told = {"title": "It cannot", "detail": "because", "hint": "Do this."} | more
    problem = Problem(type=TYPE + slug, status=status, **told)
    return lambda _: httpx2.Response(status, headers=headers, content=problem.model_dump_json(by_alias=True))


def is_away(request: httpx2.Request) -> httpx2.Response:
    """Nobody listens."""
    raise httpx2.ConnectError("Connection refused", request=request)


def is_slow(request: httpx2.Request) -> httpx2.Response:
    """Nobody answers in time."""
    raise httpx2.ReadTimeout("", request=request)
