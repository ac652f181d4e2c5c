"""The HTTP parser of uvicorn with bounds on all that is no body: how large it may be, and when it must be here.

Without them one connection could fill the memory with a header that never ends, or stay for ever without asking. What
a body may take is a matter of the request (`body_limits`).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gate.interfaces.http.problems import MEDIA_TYPE, TYPE
from gate.interfaces.problem_wire import Problem


@dataclass(frozen=True, slots=True)
class HeadLimits:
    """The bounds; see `gate.settings` for what sets them."""

    size: int
    """Bytes of a request that are not its body: its head, and whatever frames and follows the body."""
    seconds: float
    """From the first moment of a connection, or from an answer, until the next head is complete."""


def protocol_within(limits: HeadLimits) -> Callable[..., asyncio.Protocol]:
    """What uvicorn calls for each connection."""
    return partial(BoundedProtocol, limits)


_NO_HTTP: Final = Problem(
    type=TYPE + "no-http",
    title="The request cannot be understood",
    status=400,
    detail="this is not HTTP/1.1",
    hint="Look at what sends it, and at what is between it and the gate; this port speaks plain HTTP, not TLS.",
)
_TOO_LARGE: Final = Problem(
    type=TYPE + "head-too-large",
    title="The head of the request is too large",
    status=431,
    detail="the gate does not read heads of this size",
    hint="Send fewer or shorter headers; cookies are worth nothing here.",
)


class BoundedProtocol(HttpToolsProtocol):
    """One connection. Unless a request is under way on it, it has to bring the next head in time."""

    def __init__(self, limits: HeadLimits, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limits = limits
        self._framing = 0
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
        """The time runs at once: a connection that says nothing brings a head that never ends."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Hand on to the parser, unless too much has come by that is no body."""
        self._framing += len(data)
        super().data_received(data)
        if self._framing > self._limits.size and not self.transport.is_closing():
            self._refuse(_TOO_LARGE)

    def on_body(self, body: bytes) -> None:
        """The rest is counted."""
        self._framing -= len(body)
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """The head is here."""
        self._expect_nothing()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next request has its own bytes."""
        self._framing = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Whatever is left of a request that was answered already has the time of the next head to go by, unread."""
        super().on_response_complete()
        if self.cycle.response_complete:  # else the next request has come already, and waits for its turn
            self._expect_head()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- the base class hands it over
        """What is no HTTP gets a problem, like everything that is wrong with a request."""
        self._refuse(_NO_HTTP)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more to wait for."""
        self._expect_nothing()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._expect_nothing()
        self._patience = self.loop.call_later(self._limits.seconds, self.transport.close)

    def _expect_nothing(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _refuse(self, problem: Problem) -> None:
        """Answer if it is this request's turn, and end the connection."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_written(problem))
        self.transport.close()


def _written(problem: Problem) -> bytes:
    content = problem.model_dump_json(exclude_defaults=True).encode()
    head = f"HTTP/1.1 {problem.status} {problem.title}\r\n"
    head += f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(content)}\r\nconnection: close\r\n\r\n"
    return head.encode() + content
