"""A connection has to bring the next request in time and in size; a real server ends those that do not.

Each test has a server of its own with bounds of a fraction of a second, and a socket that says exactly these bytes.
"""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from gate.interfaces.http.bounded_protocol import HeadLimits, protocol_within
from tests.unit.interfaces.http.asgi import answer

GET = b"GET / HTTP/1.1\r\nHost: gate\r\n"
POST = b"POST / HTTP/1.1\r\nHost: gate\r\n"
HURRIED = HeadLimits(size=2_000, seconds=0.2)
PATIENT = HeadLimits(size=2_000, seconds=30)
DEADLINE_S = 10
"""No test takes as long; one that would is stuck."""


async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the body, once it is whole."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await answer(send, body=body)


async def deaf(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answers without listening."""
    await answer(send, 413)


@contextmanager
def connected(limits: HeadLimits, app: ASGIApp = echo) -> Iterator[socket.socket]:
    """A connection to a server that keeps these limits."""
    configuration = uvicorn.Config(
        app,
        http=protocol_within(limits),  # type: ignore[arg-type]  # stated as a class; all it does is call it
        lifespan="off",
        log_config=None,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(configuration)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = threading.Thread(target=server.run, args=([listening],))
        running.start()
        try:
            with socket.create_connection(listening.getsockname(), timeout=DEADLINE_S) as connection:
                yield connection
        finally:
            server.should_exit = True
            running.join(DEADLINE_S)
    assert not running.is_alive()


def answered(connection: socket.socket) -> tuple[int, bytes]:
    """Status and body of the next answer; both of an answer that says how long it is, or that ends the connection."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1) or pytest.fail(f"the connection ended after {head!r}")
    length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    body = connection.recv(int(length[0].split(b":")[1]), socket.MSG_WAITALL) if length else chunked(connection)
    return int(head.split()[1]), body


def chunked(connection: socket.socket) -> bytes:
    body = b""
    while not body.endswith(b"0\r\n\r\n"):
        body += connection.recv(1)
    return b"".join(body.split(b"\r\n")[1:-3:2])


def is_ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def problem(body: bytes) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(body)
    return told


def test_ordinary_requests_follow_each_other_on_one_connection() -> None:
    with connected(PATIENT) as connection:
        for body in (b"one", b"two" * 10_000):
            connection.sendall(POST + b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            assert answered(connection) == (200, body)


def test_a_large_body_is_not_taken_for_a_large_head() -> None:
    with connected(PATIENT) as connection:
        pieces = [b"x" * 5_000] * 20
        sent = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n" + sent + b"0\r\n\r\n")
        assert answered(connection) == (200, b"".join(pieces))


def test_a_connection_that_says_nothing_is_ended() -> None:
    with connected(HURRIED) as connection:
        assert is_ended(connection)


@pytest.mark.parametrize("beginning", [b"G", GET, GET + b"X-Slow: ", b"\r\n"], ids=repr)
def test_a_head_that_does_not_go_on_is_ended(beginning: bytes) -> None:
    with connected(HURRIED) as connection:
        connection.sendall(beginning)
        assert is_ended(connection)


def test_a_connection_that_falls_silent_after_an_answer_is_ended() -> None:
    with connected(HURRIED) as connection:
        connection.sendall(GET + b"\r\n")
        assert answered(connection)[0] == 200
        connection.sendall(b"\r\n")  # not even the beginning of a request
        assert is_ended(connection)


@pytest.mark.parametrize(
    "head",
    [
        GET + b"X-Large: " + b"x" * 3_000,
        GET + b"X: y\r\n" * 1_000,
        b"GET /" + b"x" * 3_000,
        b"\r\n" * 2_000,
    ],
    ids=["a header", "many headers", "a path", "empty lines"],
)
def test_a_head_that_does_not_end_is_refused(head: bytes) -> None:
    with connected(PATIENT) as connection:
        connection.sendall(head)
        status, body = answered(connection)
        assert (status, problem(body)["type"]) == (431, "urn:change-gate:problem:head-too-large")
        assert is_ended(connection)


def test_what_is_no_http_gets_a_problem() -> None:
    with connected(PATIENT) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")  # a TLS hello
        status, body = answered(connection)
        assert (status, problem(body)["status"], problem(body)["type"]) == (400, 400, "urn:change-gate:problem:no-http")
        assert is_ended(connection)


@pytest.mark.parametrize(
    "framing",
    [b"1\r\nx\r\n" * 1_000, b"1;" + b"x" * 3_000, b"0\r\nX-Trailer: " + b"x" * 3_000, b"0\r\n" + b"X: y\r\n" * 1_000],
    ids=["tiny chunks", "an extension", "a trailer", "many trailers"],
)
def test_what_frames_a_body_is_bounded_as_a_head_is(framing: bytes) -> None:
    with connected(PATIENT) as connection:
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n" + framing)
        assert is_ended(connection)


def test_a_request_under_way_is_not_hurried() -> None:
    go = threading.Event()

    async def held(_scope: Scope, _receive: Receive, send: Send) -> None:
        while not go.is_set():  # noqa: ASYNC110 -- told from another thread
            await anyio.sleep(0.01)
        await answer(send)

    with connected(HURRIED, held) as connection:
        connection.sendall(GET + b"\r\n")
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        go.set()
        connection.settimeout(DEADLINE_S)
        assert answered(connection)[0] == 200


def test_an_answer_before_the_body_is_read_arrives_all_the_same() -> None:
    with connected(PATIENT, deaf) as connection:
        connection.sendall(POST + b"Content-Length: 1000000\r\n\r\n" + b"x" * 1_000_000)
        assert answered(connection)[0] == 413
        connection.sendall(GET + b"\r\n")
        assert answered(connection)[0] == 413


def test_a_body_that_nobody_reads_any_more_does_not_keep_the_connection() -> None:
    def drip(connection: socket.socket) -> bool:
        try:
            while True:
                connection.sendall(b"x")
        except OSError:
            return True

    with connected(HURRIED, deaf) as connection:
        connection.sendall(POST + b"Content-Length: 1000000000\r\n\r\n")
        assert answered(connection)[0] == 413
        assert drip(connection)


def test_requests_that_come_all_at_once_are_answered_in_turn() -> None:
    with connected(HURRIED) as connection:
        connection.sendall((POST + b"Content-Length: 3\r\n\r\nabc") * 3 + GET + b"\r\n")
        assert [answered(connection) for _ in range(4)] == [(200, b"abc")] * 3 + [(200, b"")]
        assert is_ended(connection)
