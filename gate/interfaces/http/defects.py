"""What is no error of the gate is a defect of it: the caller gets a problem, and the log the trace."""

import logging
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gate.interfaces.http.problems import TYPE, respond
from gate.interfaces.problem_wire import Problem

logger = logging.getLogger(__name__)

_DEFECT: Final = Problem(
    type=TYPE + "defect",
    title="The gate failed",
    status=500,
    detail="this is a defect of the gate; nothing was approved",
    hint="Report it to the gate's operator with the X-Request-ID of this answer: the log has the rest under it.",
)


class Defects:
    """ASGI middleware that lets no exception out, unless half an answer is out already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with 500 if need be."""
        begun = False

        async def send_and_remember(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_remember)
        except Exception:
            if begun or scope["type"] != "http":
                raise  # the server ends the connection, so that the half is not taken for the whole
            logger.exception("a defect while answering %s", scope["path"])
            await respond(_DEFECT)(scope, receive, send)
