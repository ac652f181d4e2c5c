"""An OPA that is served beside a gate (`GATE_OPA_URL`) and says what a test wants: the truth, or one of many lies.

The truth is an assessment that approves, so that whatever passes in spite of a lie is an approval.
"""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

SLOW_S: Final = 1.0
"""How long a slow one takes: twice as long as these gates wait."""

Assessment = dict[str, Any]
Say = Callable[[bytes], object]
Lie = Callable[[Assessment, Say, threading.Event], object]
"""Answers a question for the assessment. What it says is all that is sent; then it hangs up. The event ends pauses."""


@dataclass
class LyingOpa:
    """What it holds, and what it makes of it."""

    revision: str
    lie: Lie | None = None
    url: str = ""
    over: threading.Event = field(default_factory=threading.Event)

    def answer(self, path: str, say: Say) -> bool:
        """Answer one question; whether the connection may be used again."""
        if "/policy/revision" in path:
            say(http({"result": self.revision, "provenance": {"version": "1.22.2"}}))
        elif self.lie is None:
            say(http({"result": approving(self.revision)}))
        else:
            self.lie(approving(self.revision), say, self.over)
            return False
        return True


@contextmanager
def serving(revision: str) -> Iterator[LyingOpa]:
    """On a port of the loopback."""
    opa = LyingOpa(revision)

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while (path := self._question()) and opa.answer(path, self.wfile.write):
                pass

        def _question(self) -> str:
            first = self.rfile.readline().decode()
            length = 0
            while (line := self.rfile.readline().strip().lower()) != b"":
                if line.startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            self.rfile.read(length)
            return first

    with _Server(("127.0.0.1", 0), Conversation) as server:
        opa.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield opa
        finally:
            opa.over.set()
            server.shutdown()
            thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A gate that did not wait for the end is what is tested."""


def approving(revision: str) -> Assessment:
    """What the small policy says of a change whose tests have passed."""
    return {
        "revision": revision,
        "class": "normal",
        "lane": None,
        "risk": {"class": "low", "score": 0, "factors": []},
        "required": ["evidence"],
        "verdicts": {"evidence": {"status": "satisfied", "reasons": []}},
        "bypasses": {},
    }


def http(body: object, status: str = "200 OK", kind: str = "application/json") -> bytes:
    """An HTTP answer: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(content)}\r\n\r\n".encode() + content


def _sends(answer: Callable[[Assessment], bytes]) -> Lie:
    return lambda assessment, say, _: say(answer(assessment))


def _with(**fields: Any) -> Lie:
    return _sends(lambda assessment: http({"result": assessment | fields}))


def _without(name: str) -> Lie:
    return _sends(lambda assessment: http({"result": {key: assessment[key] for key in assessment if key != name}}))


def _slow(assessment: Assessment, say: Say, over: threading.Event) -> None:
    over.wait(SLOW_S)
    say(http({"result": assessment}))


def _dripping(assessment: Assessment, say: Say, over: threading.Event) -> None:
    for byte in http({"result": assessment}):
        say(bytes([byte]))
        if over.wait(SLOW_S / 100):
            break


_BROKEN: Final = {"code": "internal_error", "errors": [{"code": "eval_conflict_error", "message": "two values"}]}

LIES: Final[dict[str, Lie]] = {
    "garbage": _sends(lambda _: http(bytes(range(256)) * 40)),
    "no HTTP": _sends(lambda _: b"SSH-2.0-OpenSSH_9.2\r\n"),
    "a page": _sends(lambda _: http(b"<html>all is well</html>", kind="text/html")),
    "JSON that is no object": _sends(lambda _: http([True])),
    "JSON nested without end": _sends(lambda _: http(b'{"result":' + b"[" * 100_000)),
    "nothing": _sends(lambda _: b""),
    "half a head": _sends(lambda assessment: http({"result": assessment})[:20]),
    "half a reply": _sends(lambda assessment: http({"result": assessment})[:-40]),
    "half a JSON": _sends(lambda assessment: http(json.dumps({"result": assessment}).encode()[:-40])),
    "undefined": _sends(lambda _: http({})),
    "null": _sends(lambda _: http({"result": None})),
    "just true": _sends(lambda _: http({"result": True})),
    "approved": _sends(lambda _: http({"result": {"outcome": "approved", "allow": True}})),
    "another revision": _with(revision="0" * 40),
    "no revision": _without("revision"),
    "a revision that is none": _with(revision=True),
    "no steps": _with(required=[], verdicts={}),
    "no verdict of a step": _with(verdicts={}),
    "the verdict of another step": _with(verdicts={"freeze": {"status": "satisfied"}}),
    "a verdict that is none": _with(verdicts={"evidence": {"status": "fine"}}),
    "no verdicts at all": _without("verdicts"),
    "no risk": _without("risk"),
    "a bypass of its own": _with(bypasses={"mine": {"honoured": True}}),
    "an error of the policy": _sends(lambda _: http(_BROKEN, "500 Internal Server Error")),
    "an error": _sends(lambda _: http({"code": "internal_error"}, "500 Internal Server Error")),
    "overload": _sends(lambda _: http({}, "503 Service Unavailable")),
    "a stranger's door": _sends(lambda _: http({}, "401 Unauthorized")),
    "another address": _sends(lambda _: http({}, "307 Moved\r\nlocation: http://127.0.0.1:9/")),
    "an answer with another status": _sends(lambda assessment: http({"result": assessment}, "201 Created")),
    "slow": _slow,
    "dripping": _dripping,
}
"""What an OPA, or what sits in its place, may answer, by what it is."""
