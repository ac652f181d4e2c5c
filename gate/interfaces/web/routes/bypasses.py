"""`/bypasses`: the ways around the process that the policy holds, and how each stands."""

from fastapi import APIRouter, Request, Response

from gate.interfaces.http.caller import TheGate
from gate.interfaces.web.looking import Looking
from gate.interfaces.web.rendering import page
from gate.interfaces.web.views.bypass import bypass_views

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/bypasses")
async def bypasses(request: Request, viewer: Looking, gate: TheGate) -> Response:
    """Those of the active revision; what can be used now comes first."""
    seen = await gate.bypasses.standing(viewer.caller)
    return page(request, "bypasses.html", views=bypass_views(seen, gate.clock.now_ns()))
