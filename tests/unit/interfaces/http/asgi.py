"""Middleware asked as a server asks it: messages in, messages out, nothing else."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Asked = Sequence[Message]


def part(body: bytes = b"", *, more: bool = False) -> Message:
    """A piece of a body."""
    return {"type": "http.request", "body": body, "more_body": more}


HANG_UP: Message = {"type": "http.disconnect"}


class Call:
    """One request. What is sent comes in order; then the caller says nothing more, until it is told to."""

    def __init__(
        self,
        *sent: Message,
        method: str = "POST",
        path: str = "/v1/changes",
        query: str = "",
        headers: Iterable[tuple[str, str]] = (),
        kind: str = "http",
    ) -> None:
        self.scope: Scope = {
            "type": kind,
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        }
        self._sent: asyncio.Queue[Message] = asyncio.Queue()
        for message in sent:
            self.say(message)
        self.answered: list[Message] = []

    def say(self, message: Message) -> None:
        """The caller sends this now."""
        self._sent.put_nowait(message)

    @property
    def unread(self) -> int:
        """How many messages nobody wanted."""
        return self._sent.qsize()

    async def of(self, app: ASGIApp) -> "Call":
        """Let an app answer."""
        await app(self.scope, self._sent.get, self._answer)
        return self

    async def _answer(self, message: Message) -> None:
        self.answered.append(message)

    @property
    def status(self) -> int:
        """Of the answer."""
        status: int = self.answered[0]["status"]
        return status

    @property
    def headers(self) -> dict[str, str]:
        """Of the answer."""
        return {name.decode(): value.decode() for name, value in self.answered[0]["headers"]}

    @property
    def problem(self) -> dict[str, Any]:
        """The answer, which must be a problem."""
        assert self.headers["content-type"] == "application/problem+json"
        problem: dict[str, Any] = json.loads(self.answered[1]["body"])
        assert problem["status"] == self.status
        return problem


async def answer(send: Send, status: int = 200, body: bytes = b"") -> None:
    """What an app answers."""
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    """An app that answers with the body it was sent."""
    message = await receive()
    assert not message["more_body"]
    await answer(send, body=message["body"])


class Held:
    """An app that answers when it is let go."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.entered = 0
        self.cancelled = 0

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        self.entered += 1
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        await answer(send)
