"""Who looks at a page, known before it is answered: so that one person takes no more of the gate than one pipeline."""

from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from gate.interfaces.web.actor import caller_of
from gate.interfaces.web.page_headers import is_page
from gate.interfaces.web.session import session_of

_FILES: Final = "/static/"
"""They are the same for everybody, and no work."""


class Visiting:
    """ASGI middleware that tells `Shares` whose request it is, where somebody is signed in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on, with `request.state.caller` where a page is asked for by somebody who is signed in."""
        if is_page(scope) and not scope["path"].startswith(_FILES):
            asking = HTTPConnection(scope)
            if (session := session_of(asking)) is not None:
                asking.state.caller = caller_of(session)
        await self._app(scope, receive, send)
