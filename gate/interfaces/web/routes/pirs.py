"""`/pirs`: the reviews that are owed for going around the process, and the form to write one (`aftercare`)."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from gate.application.gate import Gate
from gate.domain.errors import GateError, UnknownNameError
from gate.interfaces.http.caller import TheGate
from gate.interfaces.http.problems import problem_of
from gate.interfaces.problem_wire import Problem
from gate.interfaces.web.actor import caller_of
from gate.interfaces.web.forms import posted
from gate.interfaces.web.looked_up import seen
from gate.interfaces.web.looking import Looking, SignedIn, Viewer
from gate.interfaces.web.rendering import page
from gate.interfaces.web.views.pir import CHOICES, findings_of, pir_view, pir_views

router = APIRouter(prefix="/pirs", tags=["pages"], include_in_schema=False)

_SEE_OTHER: Final = 303


@router.get("")
async def pirs(request: Request, viewer: Looking, gate: TheGate, said: str = "") -> Response:
    """What is owed, what is overdue, what was written."""
    reviews = await gate.aftercare.reviews(overdue=False)
    mine = [pir for pir in reviews if viewer.caller.concerns(pir.service, pir.environment)]
    views = pir_views(mine, gate.clock.now_ns())
    return page(request, "pirs.html", views=views, said="The review is on record." if said == "written" else "")


@router.get("/{change_id}")
async def look(request: Request, viewer: Looking, change_id: str, gate: TheGate) -> Response:
    """One of them; with the form, where it is owed and somebody is signed in."""
    return await _page(request, gate, change_id, viewer)


@router.post("/{change_id}")
async def write(request: Request, session: SignedIn, change_id: str, gate: TheGate) -> Response:
    """Write it."""
    fields = await posted(request, session)
    caller = caller_of(session)
    await seen(gate, change_id, Viewer(caller, session))
    try:
        await gate.aftercare.write(change_id, findings_of(fields), session.person, caller.known_as)
    except GateError as error:
        viewer = Viewer(caller, session)
        return await _page(request, gate, change_id, viewer, problem=problem_of(error), given=fields)
    return RedirectResponse("/pirs?said=written", _SEE_OTHER)


async def _page(
    request: Request,
    gate: Gate,
    change_id: str,
    viewer: Viewer,
    *,
    problem: Problem | None = None,
    given: Mapping[str, str] | None = None,
) -> Response:
    await seen(gate, change_id, viewer)
    pir = await gate.store.pir(change_id)
    if pir is None:
        raise UnknownNameError(
            f"change {change_id} owes no review", hint="Only what started on a bypass does; those are listed at /pirs."
        )
    view = pir_view(pir, gate.clock.now_ns())
    told = {"view": view, "problem": problem, "given": given or {}, "choices": CHOICES}
    return page(request, "pir.html", problem.status if problem else 200, **told)
