"""What every page says to the browser about itself: that it is framed by nobody, runs nothing of others, is not kept.

    Content-Security-Policy   styles, scripts and pictures are the gate's own files; nothing is written into the page,
                              nothing frames it, and its forms go nowhere else
    Referrer-Policy           other sites do not learn which change was looked at. Not `no-referrer`: then browsers send
                              our own forms with `Origin: null`, and nobody could tell them from another site's
    Cache-Control             what one person saw, the next one at the same machine does not find in the browser

The API has none of this: no browser shows it.
"""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API: Final = ("/v1/", "/hooks/", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics")
"""Paths that begin so are no pages; `/docs` has headers of its own."""
_OWN: Final = ("style-src", "script-src", "img-src", "font-src", "connect-src", "form-action")
HEADERS: Final = {
    "Content-Security-Policy": "; ".join(
        ["default-src 'none'", *(f"{each} 'self'" for each in _OWN), "base-uri 'none'", "frame-ancestors 'none'"]
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_NOT_KEPT: Final = "no-store"


def is_page(scope: Scope) -> bool:
    """Whether a browser would show what is at this path."""
    return scope["type"] == "http" and not scope["path"].startswith(API)


class PageHeaders:
    """ASGI middleware that adds them, to errors too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on, with the headers where it is a page."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", _NOT_KEPT)  # a style sheet may say otherwise
            await send(message)

        await self._app(scope, receive, send_with_headers if is_page(scope) else send)
