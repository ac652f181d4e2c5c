"""OPA's own code behind the part of OPA's REST API that the gate uses: `POST /v1/data/<path>`, `GET /health`.

A program of its own, run in a fresh interpreter: it imports the standard library, httptools and the engine, nothing of
the gate, so that it starts in a tenth of a second and stays small. One line of JSON on its input says what to serve:
`{token, memory_bytes, modules, documents, question}`; one on its output says how that went: `{port, version}` or
`{refused: [OPA's messages]}`. It ends when its input does, that is with the gate, even in the middle of an evaluation.

Evaluation happens in the event loop on purpose: the engine takes one question at a time anyway, and a hand-over to a
thread costs more than the evaluation. A runaway therefore stops everything here, and whoever started this kills it.

One process answers one question, because the engine compiles the whole policy for every query text that it meets, and
keeps each copy.
"""

import asyncio
import hmac
import json
import os
import re
import resource
import sys
import threading
from typing import Any

import httptools
from opa_bindings import OpaEngine, OpaError

OPA_VERSION = "1.20.2"
"""Of the OPA inside opa-golib-python-bindings 0.4.4, which cannot tell it; a test looks into the library."""

_PLAIN_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*")
_EVALUATION_ERROR = re.compile(r"(?P<file>[^\n]+?):(?P<row>\d+): (?P<code>eval_\w+): (?P<message>.*)", re.DOTALL)
_DATA = "/v1/data/"
_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 500: "Internal Server Error"}
_MESSAGES_SHOWN = 100
_MESSAGE_CHARACTERS = 20_000  # OPA quotes the line in which an error is, however long that is


class RefusedError(Exception):
    """OPA does not accept the policy; `messages` are its own words."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = messages


class Policy:
    """A compiled policy and the one query that it is asked."""

    def __init__(self, modules: dict[str, str], documents: dict[str, Any], question: str) -> None:
        """Parse everything, then compile. RefusedError with every module's errors."""
        if not _PLAIN_PATH.fullmatch(question):
            raise RefusedError([f"not a path of plain names: {question!r}"])  # it becomes query text below
        self._query = f"answer := data.{question.replace('/', '.')} with input as input.facts"
        self._engine = OpaEngine()
        self._engine.print_handler = lambda _message, _location: None
        messages = [message for path, source in modules.items() for message in self._parse_errors(path, source)]
        messages = messages or self._compile_errors(documents)
        if messages:
            raise RefusedError([message[:_MESSAGE_CHARACTERS] for message in messages[:_MESSAGES_SHOWN]])

    def value(self, facts: dict[str, Any]) -> list[Any]:
        """The document for these facts, in a list that is empty if it is undefined. OpaError."""
        return self._asked({"facts": facts})

    def _asked(self, envelope: dict[str, Any]) -> list[Any]:
        return [bindings["answer"] for bindings in self._engine.eval_query(self._query, envelope)]

    def _parse_errors(self, path: str, source: str) -> list[str]:
        try:
            self._engine.add_policy(path, source)
        except OpaError as error:
            return [error.message]
        return []

    def _compile_errors(self, documents: dict[str, Any]) -> list[str]:
        """Adding only parses. Asking compiles, and where there are no facts the query ends before the policy begins."""
        try:
            self._engine.add_data(documents)
            self._asked({})
        except OpaError as error:
            return [error.message]
        return []


class Answerer:
    """Who may ask, what, and the answer as OPA would word it."""

    def __init__(self, policy: Policy, question: str, token: str) -> None:
        self._policy = policy
        self._path = _DATA + question
        self._authorization = f"Bearer {token}".encode()

    def admits(self, authorization: bytes) -> bool:
        """Whether the gate itself asks."""
        return hmac.compare_digest(authorization, self._authorization)

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """HTTP status and body, as OPA would give them; 404 for whatever this server is not for."""
        path, _, query = target.partition("?")
        parameters = dict(part.partition("=")[::2] for part in query.split("&"))
        if (method, path) == ("GET", "/health"):
            return 200, {}
        if (method, path) != ("POST", self._path):
            return 404, {"code": "resource_not_found", "message": "not served here"}
        if parameters.get("strict-builtin-errors", "").lower() != "true":
            # A served OPA would answer this question differently, so it must not be asked at all.
            return 400, {"code": "invalid_parameter", "message": "strict-builtin-errors=true is missing"}
        provenance = {"provenance": {"version": OPA_VERSION}} if "provenance" in parameters else {}
        facts = _facts(body)
        if facts is None:
            return 400, {"code": "invalid_parameter", "message": '{"input": {…}} is expected'}
        status, answer = self._judged(facts)
        return status, answer | provenance

    def _judged(self, facts: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        try:
            values = self._policy.value(facts)
        except OpaError as error:
            return 500, _evaluation_error(error.message)
        except (ValueError, RecursionError) as error:  # the value has a number too long, or is nested too deep, to read
            return 500, _evaluation_error(str(error))
        return 200, {"result": values[0]} if values else {}


def _facts(body: bytes) -> dict[str, Any] | None:
    """The object under `input`; None if there is none."""
    try:
        facts = json.loads(body)["input"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return facts if isinstance(facts, dict) else None


def _evaluation_error(message: str) -> dict[str, Any]:
    """The body of OPA's own server for an error met while evaluating."""
    found = _EVALUATION_ERROR.fullmatch(message)
    detail: dict[str, Any] = {"code": "eval_internal_error", "message": message}
    if found:
        location = {"file": found["file"], "row": int(found["row"])}
        detail = {"code": found["code"], "message": found["message"], "location": location}
    return {"code": "internal_error", "message": "error(s) occurred while evaluating query", "errors": [detail]}


class Connection(asyncio.Protocol):
    """One HTTP/1.1 connection, kept alive. The caller is our own client, which sends one request at a time."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio, which has switched on TCP_NODELAY already."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # narrows the type; a TCP server has no other
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio with what arrived."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.close()

    def on_message_begin(self) -> None:
        """Called by the parser, like everything below."""
        self._target = b""
        self._authorization = b""
        self._body = bytearray()

    def on_url(self, url: bytes) -> None:
        """Part of the request's target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        if name.lower() == b"authorization":
            self._authorization = value

    def on_headers_complete(self) -> None:
        """Nobody but the gate is listened to any further."""
        if not self._answerer.admits(self._authorization):
            self._send(401, {"code": "unauthorized", "message": "the gate's own token is needed"})
            self._transport.close()

    def on_body(self, body: bytes) -> None:
        """Part of the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """Judge and answer."""
        if self._transport.is_closing():
            return
        method = self._parser.get_method().decode()
        self._send(*self._answerer.answer(method, self._target.decode(errors="replace"), bytes(self._body)))

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        content = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
        kind = f"content-type: application/json\r\ncontent-length: {len(content)}"
        self._transport.write(f"HTTP/1.1 {status} {_REASONS[status]}\r\n{kind}\r\n\r\n".encode() + content)


async def serve(answerer: Answerer) -> None:
    """Listen on a free port of the loopback, say which, and answer until killed."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_give_up)
    server = await loop.create_server(lambda: Connection(answerer), "127.0.0.1", 0)
    _say({"port": server.sockets[0].getsockname()[1], "version": OPA_VERSION})
    await server.serve_forever()


def _give_up(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Whatever nobody expected, such as memory that has run out, ends this process; the gate starts another."""
    loop.default_exception_handler(context)
    os._exit(1)


def _say(words: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _end_with_the_gate() -> None:
    """The gate holds the other end of our input; when it is gone, however it went, this read returns."""
    while os.read(sys.stdin.fileno(), 4096):  # not sys.stdin: its lock, held by this thread, would spoil an orderly end
        pass
    os._exit(0)


def main() -> int:
    """Read what to serve, load it, serve it. 1 if OPA refuses the policy."""
    order = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_the_gate, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_DATA, (order["memory_bytes"], order["memory_bytes"]))
    try:
        policy = Policy(order["modules"], order["documents"], order["question"])
    except RefusedError as refused:
        _say({"refused": refused.messages})
        return 1
    asyncio.run(serve(Answerer(policy, order["question"], order["token"])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
