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
    standing = await gate.bypasses.standing()
    seen = [
        each for each in standing if viewer.caller.concerns(each.bypass.change.service, each.bypass.change.environment)
    ]
    return page(request, "bypasses.html", views=bypass_views(seen, gate.clock.now_ns()))
