"""Problems as pages, for people: the same words as in the problem document, where a browser asked for a page.

Whatever went wrong, and wherever (a missing page, a full gate, a body that is too large), it passes through here.
"""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gate.interfaces.http.problems import MEDIA_TYPE
from gate.interfaces.problem_wire import Problem
from gate.interfaces.web.page_headers import is_page
from gate.interfaces.web.rendering import page

_HTML: Final = "text/html"


class ProblemPages:
    """ASGI middleware that makes pages of problem documents."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on; answer with a page where it would be a problem document."""
        if is_page(scope) and _HTML in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, _Page(Request(scope), send).send)
        else:
            await self._app(scope, receive, send)


class _Page:
    """One answer, of which a problem is held back until it is whole."""

    def __init__(self, request: Request, send: Send) -> None:
        self._request = request
        self._send = send
        self._begun: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_problem(message):
            self._begun = message
        elif self._begun is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self._begun)

    async def _send_page(self, begun: Message) -> None:
        problem = Problem.model_validate_json(self._body)
        response = page(self._request, "problem.html", problem.status, problem=problem)
        headers = MutableHeaders(raw=begun["headers"])
        for name in ("content-type", "content-length"):
            headers[name] = response.headers[name]
        await self._send({**begun, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": response.body})


def _is_problem(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type") == MEDIA_TYPE
