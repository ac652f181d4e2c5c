"""Who looks at a page. What there is to see is what the API would tell the same person, and no more."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from gate.application.gate import Gate
from gate.domain.access import Caller
from gate.interfaces.http.identification import demand_patience
from gate.interfaces.web.actor import caller_of
from gate.interfaces.web.session import Session, demand_session, session_of


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who may look, and whether it is shown who it is."""

    caller: Caller
    session: Session | None

    @property
    def person(self) -> str | None:
        """Who is signed in."""
        return None if self.session is None else self.session.person


async def viewer_of(request: Request) -> Viewer | None:
    """Whoever is signed in; on a gate without tokens anybody, as everywhere else; None for everybody else.

    TooManyRequestsError, StoreError.
    """
    gate: Gate = request.app.state.gate
    session = session_of(request)
    if session is None and not await gate.access.is_open():
        return None
    caller = Caller.anybody() if session is None else caller_of(session)
    demand_patience(request, f"caller {caller.name}")
    return Viewer(caller, session)


async def _demanded(request: Request) -> Viewer:
    viewer = await viewer_of(request)
    if viewer is None:
        demand_session(request)  # leads to where one signs in
        raise AssertionError(request.url.path)
    return viewer


Looking = Annotated[Viewer, Depends(_demanded)]
"""A viewer who may look; others are led to where they sign in."""


async def _signed_in(request: Request) -> Session:
    session = demand_session(request)
    demand_patience(request, f"caller {caller_of(session).name}")
    return session


SignedIn = Annotated[Session, Depends(_signed_in)]
"""Somebody who is signed in; others are led to where they sign in."""
