"""A place for each request among those that are answered at once, or in the waiting room; so that nothing piles up.

Elsewhere: what one caller may take of them (`shares`) and how often it may ask (`rate`), what a request may bring along
(`body_limits`, `bounded_protocol`), the queue before OPA (its adapter).
"""

import asyncio
from typing import Final

from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send

from gate.interfaces.http.problems import TYPE, respond
from gate.interfaces.problem_wire import Problem

_UNLIMITED: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Whoever watches the gate must see it best when it is full."""


class Places:
    """ASGI middleware: so many requests may be under way at once, and so many callers wait for an answer."""

    def __init__(self, app: ASGIApp, at_once: int, waiting: int) -> None:
        self._app = app
        self._at_once = at_once
        self._at_most_waiting = waiting
        self._under_way = 0
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or turn away with 503."""
        if scope["type"] != "http" or scope["path"] in _UNLIMITED:
            await self._app(scope, receive, send)
        elif is_long_poll(scope):
            await self._in_waiting_room(scope, receive, send)
        else:
            await self._now(scope, receive, send)

    async def _now(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._under_way >= self._at_once:
            await respond(busy(f"{self._under_way} requests are under way already"))(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1

    async def _in_waiting_room(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._waiting >= self._at_most_waiting:
            await respond(busy(f"{self._waiting} callers wait already"))(scope, receive, send)
            return
        self._waiting += 1
        try:
            await _until_gone(self._app, scope, receive, send)
        finally:
            self._waiting -= 1


def is_long_poll(scope: Scope) -> bool:
    """Whether the caller is ready to wait for the answer."""
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


def busy(why: str) -> Problem:
    """What is said to a request for which there is no room now."""
    return Problem(
        type=TYPE + "busy",
        title="The gate is busy",
        status=503,
        detail=why,
        hint="Ask again after the seconds in Retry-After; nothing was decided.",
    )
