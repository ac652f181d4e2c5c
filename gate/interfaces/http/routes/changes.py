"""`/v1/changes`: ask, list, look, answer, break the glass, plan, start, finish, withdraw."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response

from gate.application.gate import Gate
from gate.domain.access import Caller
from gate.domain.change import request_key
from gate.domain.judgement import StoredChange
from gate.interfaces.break_glass_wire import BreakGlassAsk, BrokenAnswer
from gate.interfaces.http.body import body_as
from gate.interfaces.http.caller import Reader, Reviewer, Submitter, TheGate
from gate.interfaces.http.documented import ANY_POST, JSON_POST, Responses, problems, takes
from gate.interfaces.http.problems import not_approved, respond
from gate.interfaces.listing_wire import ListAnswer, ListAsk
from gate.interfaces.review_wire import AnswerAsk, CommentAsk
from gate.interfaces.wire import ChangeAnswer, ChangeAsk, FinishAsk, PlanAsk

router = APIRouter(prefix="/v1/changes", tags=["changes"])

ChangeId = Annotated[str, Path(pattern=r"^chg_[A-Za-z0-9_-]{1,76}$", examples=["chg_0198c1f2a4b0"])]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,200}$",
        description="Your own name for this request: the same key gets the same answer.",
    ),
]
Wait = Annotated[float, Query(ge=0, le=60, description="Seconds to wait for an answer that is not review or waiting.")]

_LOCATION = {"Location": {"schema": {"type": "string"}, "description": "Where to look at the change"}}
_NEXT = {
    name: {"operationId": f"changes_{name}", "parameters": {"change_id": "$response.body#/id"}}
    for name in ("look", "answer", "comment", "break_glass", "plan", "start", "finish", "withdraw")
}
"""OpenAPI's links: what can be done with the change next."""
_CHANGE = "The change, with the latest decision"
_ASKED: Responses = {
    200: {"model": ChangeAnswer, "description": "Asked before: the recorded answer"},
    201: {"description": _CHANGE, "headers": _LOCATION, "links": _NEXT},
}


@router.post(
    "",
    status_code=201,
    response_model=ChangeAnswer,
    responses=_ASKED | problems(*JSON_POST, 409),
    openapi_extra=takes(ChangeAsk),
)
async def submit(
    caller: Submitter,
    ask: Annotated[ChangeAsk, body_as(ChangeAsk)],
    gate: TheGate,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Ask whether a change may go ahead. `decision.outcome` says so, beside who, what or when would change it."""
    caller.demand_change(ask.service, ask.environment)
    caller.demand_own_name(ask.requester)
    request = caller.vouched.settled(ask.request()) if caller.vouched else ask.request()
    await gate.token_uses.demand_request(caller, request_key(request, caller.known_as, idempotency_key))
    submitted = await gate.intake.submit(request, caller.known_as, idempotency_key)
    await gate.token_uses.settle(caller, submitted.stored.change.id)
    return await _answer(submitted.stored, gate, status=200 if submitted.asked_before else 201)


@router.get("", response_description="A page of changes, newest first", responses=problems(404, 422))
async def listed(caller: Reader, gate: TheGate, wanted: Annotated[ListAsk, Query()]) -> ListAnswer:
    """Look for changes. A page may be short, or empty, and yet have a `next` one, to ask for with `before`."""
    return ListAnswer.of(await gate.lists.changes(wanted.wanted(), caller))


@router.get("/{change_id}", response_model=ChangeAnswer, response_description=_CHANGE, responses=problems(404, 422))
async def look(caller: Reader, change_id: ChangeId, gate: TheGate, wait: Wait = 0) -> Response:
    """Look at a change; with `wait`, as soon as it is neither in review nor waiting."""
    await _demand_change(gate, caller, change_id)
    return await _answer(await gate.intake.settled(change_id, wait), gate)


@router.post(
    "/{change_id}/approvals",
    response_model=ChangeAnswer,
    response_description="The change, with the decision that knows the answer",
    responses=problems(*JSON_POST, 404, 409),
    openapi_extra=takes(AnswerAsk),
)
async def answer(
    caller: Reviewer, change_id: ChangeId, ask: Annotated[AnswerAsk, body_as(AnswerAsk)], gate: TheGate
) -> Response:
    """Answer a step that waits for people: approve, veto, or take back what you answered before.

    It is judged at once. The same answer again changes nothing. Who answers is the person whose token it is.
    """
    await _demand_change(gate, caller, change_id)
    return await _answer(await gate.review.answer(change_id, ask.given(caller), caller.known_as), gate)


@router.post(
    "/{change_id}/break-glass",
    response_model=BrokenAnswer,
    response_description="The change, with the decision that knows of it, and the pull request that is proposed",
    responses=problems(*JSON_POST, 404, 409),
    openapi_extra=takes(BreakGlassAsk),
)
async def break_glass(
    caller: Reviewer, change_id: ChangeId, ask: Annotated[BreakGlassAsk, body_as(BreakGlassAsk)], gate: TheGate
) -> Response:
    """Go around the process at once, where a pull request takes too long. Only people whom policy names, by name.

    What policy lets it lift is lifted, judged all the same, told to everybody whose step is skipped, and owes a review.
    The same again changes nothing.
    """
    await _demand_change(gate, caller, change_id)
    broken = await gate.glass_breaking.break_glass(change_id, ask.given(caller), caller.known_as)
    answer = BrokenAnswer.of_broken(broken, await _told(broken.stored, gate), gate.glass_breaking.filing)
    return Response(answer.model_dump_json(by_alias=True), 200, media_type="application/json")


@router.post(
    "/{change_id}/comments",
    response_model=ChangeAnswer,
    response_description=_CHANGE,
    responses=problems(*JSON_POST, 404, 409),
    openapi_extra=takes(CommentAsk),
)
async def comment(
    caller: Reviewer, change_id: ChangeId, ask: Annotated[CommentAsk, body_as(CommentAsk)], gate: TheGate
) -> Response:
    """Say something to a change. It is on record with everything else that happened, and decides nothing."""
    await _demand_change(gate, caller, change_id)
    return await _answer(await gate.review.comment(change_id, ask.remark(caller), caller.known_as), gate)


@router.post(
    "/{change_id}/plan",
    response_model=ChangeAnswer,
    response_description=_CHANGE,
    responses=problems(*JSON_POST, 404, 409),
    openapi_extra=takes(PlanAsk),
)
async def plan(
    caller: Submitter, change_id: ChangeId, ask: Annotated[PlanAsk, body_as(PlanAsk)], gate: TheGate
) -> Response:
    """Give an open change another planned start, such as one of its `next_slots`. It is judged for that at once."""
    await _demand_change(gate, caller, change_id)
    await gate.token_uses.demand_change(caller, change_id)
    return await _answer(await gate.intake.plan(change_id, ask.planned_start, caller.name), gate)


@router.post(
    "/{change_id}/start",
    response_model=ChangeAnswer,
    response_description=_CHANGE,
    responses=problems(*ANY_POST, 404, 409, 422),
)
async def start(caller: Submitter, change_id: ChangeId, gate: TheGate) -> Response:
    """Start the change now. It is judged once more; unless it is approved, it does not start and the answer is 409."""
    await _demand_change(gate, caller, change_id)
    await gate.token_uses.demand_change(caller, change_id)
    stored = await gate.intake.start(change_id, caller.known_as)
    if stored.change.state != "started":
        return respond(not_approved(await _told(stored, gate)))
    return await _answer(stored, gate)


@router.post(
    "/{change_id}/finish",
    response_model=ChangeAnswer,
    response_description=_CHANGE,
    responses=problems(*JSON_POST, 404, 409),
    openapi_extra=takes(FinishAsk),
)
async def finish(
    caller: Submitter, change_id: ChangeId, ask: Annotated[FinishAsk, body_as(FinishAsk)], gate: TheGate
) -> Response:
    """Say how a started change went. It lets go of its service, and the result counts in the track record."""
    await _demand_change(gate, caller, change_id)
    await gate.token_uses.demand_change(caller, change_id)
    return await _answer(await gate.intake.finish(change_id, ask.result, caller.known_as), gate)


@router.post(
    "/{change_id}/withdraw",
    response_model=ChangeAnswer,
    response_description=_CHANGE,
    responses=problems(*ANY_POST, 404, 409, 422),
)
async def withdraw(caller: Submitter, change_id: ChangeId, gate: TheGate) -> Response:
    """Take an open change back."""
    await _demand_change(gate, caller, change_id)
    await gate.token_uses.demand_change(caller, change_id)
    return await _answer(await gate.intake.withdraw(change_id, caller.known_as), gate)


async def _demand_change(gate: Gate, caller: Caller, change_id: str) -> None:
    request = (await gate.intake.change(change_id)).change.request
    caller.demand_change(request.service, request.environment)


async def _answer(stored: StoredChange, gate: Gate, status: int = 200) -> Response:
    # Already validated values need no second validation by the framework: serialise once, straight to bytes.
    answer = await _told(stored, gate)
    headers = {"Location": answer.links["self"]} if status == 201 else {}  # noqa: PLR2004 -- 201 Created
    return Response(answer.model_dump_json(by_alias=True), status, headers, "application/json")


async def _told(stored: StoredChange, gate: Gate) -> ChangeAnswer:
    return ChangeAnswer.of(stored, gate.active, gate.clock.now_ns(), await gate.lookahead.offered(stored))
