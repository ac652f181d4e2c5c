"""`/v1/pirs` and `/v1/changes/{id}/pir`: the reviews that are owed for going around the process."""

from typing import Annotated

from fastapi import APIRouter, Query

from gate.interfaces.http.body import body_as
from gate.interfaces.http.caller import Reader, Reviewer, TheGate
from gate.interfaces.http.documented import JSON_POST, problems, takes
from gate.interfaces.http.routes.changes import ChangeId
from gate.interfaces.pir_wire import PirAnswer, PirAsk

router = APIRouter(prefix="/v1", tags=["pirs"])

Overdue = Annotated[bool, Query(description="Only those that are overdue, the longest first; else all, newest first.")]


@router.post(
    "/changes/{change_id}/pir",
    response_description="The review as it is on record",
    responses=problems(*JSON_POST, 404, 409),
    openapi_extra=takes(PirAsk),
)
async def write(
    caller: Reviewer, change_id: ChangeId, ask: Annotated[PirAsk, body_as(PirAsk)], gate: TheGate
) -> PirAnswer:
    """Write the review that a change owes which used a bypass. It is never changed; the same again changes nothing."""
    request = (await gate.intake.change(change_id)).change.request
    caller.demand_change(request.service, request.environment)
    pir = await gate.aftercare.write(change_id, ask.findings(), ask.writer(caller), caller.name)
    return PirAnswer.of(pir, gate.clock.now_ns())


@router.get("/pirs", response_description="The reviews", responses=problems(422))
async def listed(caller: Reader, gate: TheGate, *, overdue: Overdue = False) -> list[PirAnswer]:
    """The reviews that are owed or were written, of changes that the token is for; among the newest thousand."""
    now_ns = gate.clock.now_ns()
    reviews = await gate.aftercare.reviews(overdue=overdue)
    return [PirAnswer.of(pir, now_ns) for pir in reviews if caller.concerns(pir.service, pir.environment)]
