"""An OPA that answers what a test wants, and a policy that can be asked anything about itself."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable

import pytest

from gate.adapters.opa.client import OpaClient


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class ScriptedOpa:
    """Answers with given bytes, or by request, and remembers what it was sent; closes the connection if told to."""

    def __init__(
        self, answer: bytes | Callable[[str], bytes], *, hang_up: bool = False, delay: asyncio.Event | None = None
    ) -> None:
        self._answer = answer
        self._hang_up = hang_up
        self._delay = delay
        self._tasks: set[asyncio.Task[None]] = set()
        self.requests: list[str] = []

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """The port, while it listens."""
        server = await asyncio.get_running_loop().create_server(lambda: _Conversation(self), "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()

    async def reply(self, request: bytes, transport: asyncio.Transport) -> None:
        """What becomes of one request."""
        self.requests.append(request.decode())
        if self._delay is not None:
            await self._delay.wait()
        transport.write(self._answer if isinstance(self._answer, bytes) else self._answer(request.decode()))
        if self._hang_up:
            transport.close()

    def start(self, request: bytes, transport: asyncio.Transport) -> None:
        """Reply in the background."""
        task = asyncio.ensure_future(self.reply(request, transport))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Conversation(asyncio.Protocol):
    def __init__(self, opa: ScriptedOpa) -> None:
        self._opa = opa

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._opa.start(data, self._transport)


def http(body: object, status: str = "200 OK", kind: str = "application/json") -> bytes:
    """An HTTP answer: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(content)}\r\n\r\n"
    return head.encode() + content


AskScripted = Callable[..., contextlib.AbstractAsyncContextManager[OpaClient]]


@pytest.fixture
def asking() -> AskScripted:
    """A client of a scripted OPA."""

    @contextlib.asynccontextmanager
    async def ask(opa: ScriptedOpa, *, timeout_s: float = 10) -> AsyncIterator[OpaClient]:
        async with opa.listening() as port:
            client = OpaClient("127.0.0.1", port, token="sesame", timeout_s=timeout_s)  # noqa: S106 -- a test's token
            try:
                yield client
            finally:
                await client.close()

    return ask
