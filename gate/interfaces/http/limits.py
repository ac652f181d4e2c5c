"""What a request may take: size and time of its body, and a place among those that are answered at once.

Elsewhere: how often a caller may ask (`rate`), the head of a request (`bounded_protocol`), the queue before OPA (its
adapter).
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gate.interfaces.http.problems import TYPE, respond
from gate.interfaces.wire import Problem

_UNLIMITED: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Whoever watches the gate must see it best when it is full. None of these reads a body."""
_DIGITS: Final = 18
"""No length that could be meant has more."""


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The bounds; see `gate.settings` for what sets them."""

    body_bytes: int
    body_seconds: float
    requests: int
    waiting: int


class Limits:
    """ASGI middleware that keeps the bounds before anything is parsed."""

    def __init__(self, app: ASGIApp, limits: RequestLimits) -> None:
        self._app = app
        self._limits = limits
        self._under_way = 0
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or turn away with 408, 413 or 503."""
        if scope["type"] != "http" or scope["path"] in _UNLIMITED:
            await self._app(scope, receive, send)
        elif _is_long_poll(scope):
            await self._in_waiting_room(scope, receive, send)
        else:
            await self._at_once(scope, receive, send)

    async def _in_waiting_room(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._waiting >= self._limits.waiting:
            await respond(_full(f"{self._waiting} callers wait already"))(scope, receive, send)
            return
        self._waiting += 1
        try:
            await _until_gone(self._app, scope, receive, send)
        finally:
            self._waiting -= 1

    async def _at_once(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._under_way >= self._limits.requests:
            await respond(_full(f"{self._under_way} requests are under way already"))(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._with_body(scope, receive, send)
        finally:
            self._under_way -= 1

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            _demand_small(scope, self._limits.body_bytes)
            async with asyncio.timeout(self._limits.body_seconds):
                body = await _read(receive, self._limits.body_bytes)
        except TimeoutError:
            await respond(_too_slow(self._limits.body_seconds))(scope, receive, send)
        except _TooLargeError:
            await respond(_too_large(self._limits.body_bytes))(scope, receive, send)
        except _GoneError:
            return
        else:
            await self._app(scope, _replay(body, receive), send)


class _TooLargeError(Exception):
    """The body is larger than allowed."""


class _GoneError(Exception):
    """The caller hung up before all was said."""


def _is_long_poll(scope: Scope) -> bool:
    return scope["method"] == "GET" and "wait" in QueryParams(scope["query_string"])


async def _until_gone(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let the caller wait for its answer, but nobody for a caller who has gone."""
    answering = asyncio.ensure_future(app(scope, receive, send))
    leaving = asyncio.create_task(_hung_up(receive))
    leaving.add_done_callback(lambda _: answering.cancel())
    try:
        await answering
    except asyncio.CancelledError:
        if not leaving.done():
            raise  # it is the gate that ends
    finally:
        leaving.cancel()


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _demand_small(scope: Scope, at_most: int) -> None:
    """Look at what is announced: what is too large need not be sent at all."""
    announced = Headers(scope=scope).get("content-length", "")
    if announced.isdecimal() and (len(announced) > _DIGITS or int(announced) > at_most):
        raise _TooLargeError


async def _read(receive: Receive, at_most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > at_most:
            raise _TooLargeError
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


def _full(why: str) -> Problem:
    return Problem(
        type=TYPE + "busy",
        title="The gate is busy",
        status=503,
        detail=why,
        hint="Ask again after the seconds in Retry-After; nothing was decided.",
    )


def _too_large(at_most: int) -> Problem:
    return Problem(
        type=TYPE + "too-large",
        title="The request is too large",
        status=413,
        detail=f"a request body may have {at_most} bytes",
        hint="Leave out what policy does not look at; a long list of paths can be cut to the folders touched.",
    )


def _too_slow(seconds: float) -> Problem:
    return Problem(
        type=TYPE + "too-slow",
        title="The request took too long to arrive",
        status=408,
        detail=f"a request body must be here within {seconds:g} s",
        hint="Send it again.",
    )
