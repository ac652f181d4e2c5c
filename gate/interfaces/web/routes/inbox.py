"""`/`: what waits for whoever is signed in, and what they asked for. To others it says what this is."""

from typing import Final

from fastapi import APIRouter, Request, Response

from gate.application.gate import Gate
from gate.domain.listing import Wanted
from gate.interfaces.http.caller import TheGate
from gate.interfaces.web.looking import Viewer, viewer_of
from gate.interfaces.web.rendering import page
from gate.interfaces.web.views.inbox import inbox_views
from gate.interfaces.web.views.listing import ListView, list_view

router = APIRouter(tags=["pages"], include_in_schema=False)

_SHOWN: Final = 10


@router.get("/")
async def inbox(request: Request, gate: TheGate) -> Response:
    """The first page."""
    viewer = await viewer_of(request)
    if viewer is None:
        return page(request, "welcome.html", can_sign_in=_can_sign_in(request, gate), newest=None)
    if viewer.person is None:
        newest = await _listed(gate, viewer, Wanted(limit=_SHOWN))
        return page(request, "welcome.html", can_sign_in=_can_sign_in(request, gate), newest=newest)
    waiting = await gate.lists.inbox(viewer.person)
    own = await _listed(gate, viewer, Wanted(requester=viewer.person, limit=_SHOWN))
    views = inbox_views(waiting, gate.clock.now_ns())
    return page(request, "inbox.html", inbox=waiting, views=views, own=own)


async def _listed(gate: Gate, viewer: Viewer, wanted: Wanted) -> ListView:
    return list_view(await gate.lists.changes(wanted, viewer.caller), {}, gate.clock.now_ns())


def _can_sign_in(request: Request, gate: Gate) -> bool:
    return bool(request.app.state.is_demo) or gate.sign_in is not None
