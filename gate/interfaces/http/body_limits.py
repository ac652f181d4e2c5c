"""How large a request's body may be, how long it may take to arrive, and how many large ones are worked on at once.

What it says is for `body` to find out. What comes before and around it is bounded elsewhere (`bounded_protocol`).
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gate.domain.access import Caller
from gate.interfaces.http.places import busy
from gate.interfaces.http.problems import TYPE, respond
from gate.interfaces.http.turns import Turns
from gate.interfaces.problem_wire import Problem

LARGE: Final = 16_000
"""Bytes; few requests have more. One of a megabyte is the work of many usual ones, here, in the store and in OPA."""
_LARGE_AT_ONCE: Final = 2
"""So many large ones do not keep the others waiting: one is read or recorded while the other is judged."""
PATIENCE_S: Final = 10.0
"""How long a large one waits for its turn; the command line waits twice as long for an answer."""

_DIGITS: Final = 18
"""No length that could be meant has more."""


class BodyLimits:
    """ASGI middleware that takes in the body of a request, whole, before anybody looks at it."""

    def __init__(self, app: ASGIApp, size: int, seconds: float, patience: float = PATIENCE_S) -> None:
        """`size` in bytes; `patience`: the seconds that a large one waits for its turn."""
        self._app = app
        self._size = size
        self._seconds = seconds
        self._turns = Turns(_LARGE_AT_ONCE, patience)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, or turn away with 408, 413 or 503."""
        if scope["type"] != "http" or scope["method"] == "GET":
            await self._app(scope, receive, send)  # no route reads the body of a GET
        else:
            await self._with_body(scope, receive, send)

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            _demand_small(scope, self._size)
            async with asyncio.timeout(self._seconds):
                body = await _read(receive, self._size)
        except TimeoutError:
            await respond(_too_slow(self._seconds))(scope, receive, send)
        except _TooLargeError:
            await respond(_too_large(self._size))(scope, receive, send)
        except _GoneError:
            return
        else:
            if len(body) > LARGE:
                await self._in_turn(scope, _replay(body, receive), send)
            else:
                await self._app(scope, _replay(body, receive), send)

    async def _in_turn(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._turns.turn(_name_of_caller(scope)))
            except TimeoutError:
                await respond(busy("too many large requests are under way already"))(scope, receive, send)
            else:
                await self._app(scope, receive, send)


class _TooLargeError(Exception):
    """The body is larger than allowed."""


class _GoneError(Exception):
    """The caller hung up before all was said."""


def _name_of_caller(scope: Scope) -> str:
    caller: Caller | None = scope.get("state", {}).get("caller")
    return "" if caller is None else caller.name


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
