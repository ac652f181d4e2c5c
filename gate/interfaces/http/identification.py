"""Who is asking, from the head of the request alone: for a stranger's body nobody waits, and nobody reads it.

What a caller may do is asked later, by the routes (`caller`).
"""

from collections.abc import Mapping

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from gate.application.gate import Gate
from gate.domain.access import Caller
from gate.domain.errors import (
    ForbiddenError,
    GateError,
    IssuerError,
    TooManyRequestsError,
    UnauthenticatedError,
)
from gate.interfaces.http.problems import answer_to

PROTECTED = "/v1/"
"""Every path that begins so demands a caller, whether there is anything at it or not."""


class Identification:
    """ASGI middleware that knows the caller before anything else is done: `request.state.caller`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on with a caller, or answer with 401, 403, 429 or 503."""
        if scope["type"] == "http" and scope["path"].startswith(PROTECTED):
            asking = HTTPConnection(scope)
            try:
                asking.state.caller = await identify(asking)
            except GateError as error:
                await answer_to(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def identify(asking: HTTPConnection) -> Caller:
    """Whoever holds the bearer token; on an open gate, anybody. At most so often a second.

    UnauthenticatedError, TooManyRequestsError, StoreError; of an identity token also ForbiddenError and WorldError.
    """
    gate: Gate = asking.app.state.gate
    try:
        caller = await gate.access.caller(_bearer_token(asking.headers))
    except (UnauthenticatedError, ForbiddenError, IssuerError):
        # Guessing tokens has a rate too, by address, because nobody knows by whom.
        demand_patience(asking, address_of(asking))
        raise
    demand_patience(asking, f"caller {caller.name}")
    return caller


def _bearer_token(headers: Mapping[str, str]) -> str | None:
    """The token of an `Authorization: Bearer` header (RFC 6750), None without one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def address_of(asking: HTTPConnection) -> str:
    """Where it comes from, for a caller without a name."""
    return f"address {asking.client.host if asking.client else 'nowhere'}"


def demand_patience(asking: HTTPConnection, name: str) -> None:
    """TooManyRequestsError if this caller has asked too often lately."""
    seconds = asking.app.state.rate.take(name)
    if seconds > 0:
        raise TooManyRequestsError("you ask too often", retry_after_seconds=seconds)
