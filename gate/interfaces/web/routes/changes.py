"""`/changes`: the list of changes, with filters."""

from typing import Any

from fastapi import APIRouter, Request, Response

from gate.domain.errors import GateError
from gate.domain.listing import Listing
from gate.interfaces.http.caller import TheGate
from gate.interfaces.http.problems import problem_of
from gate.interfaces.web.looking import Looking
from gate.interfaces.web.rendering import page
from gate.interfaces.web.views.listing import OUTCOMES, STATES, list_view, wanted_of

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/changes")
async def changes(request: Request, viewer: Looking, gate: TheGate) -> Response:
    """A page of those that are looked for; what cannot be looked for comes back with what is wrong with it."""
    query = dict(request.query_params)
    policy = gate.active.policy
    known: dict[str, Any] = {
        "services": sorted(policy.catalogue.services) if policy else (),
        "environments": sorted(policy.catalogue.environments) if policy else (),
        "states": STATES,
        "outcomes": OUTCOMES,
    }
    try:
        listing = await gate.lists.changes(wanted_of(query), viewer.caller)
    except GateError as error:
        problem = problem_of(error)
        view = list_view(Listing(changes=()), query, gate.clock.now_ns())
        return page(request, "changes.html", problem.status, view=view, problem=problem, **known)
    return page(request, "changes.html", view=list_view(listing, query, gate.clock.now_ns()), problem=None, **known)
