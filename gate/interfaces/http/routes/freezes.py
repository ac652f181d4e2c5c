"""`/v1/freezes`: the red button: press, look, thaw."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from gate.application.gate import Gate
from gate.domain.red_button import PressedFreeze
from gate.interfaces.freeze_wire import FreezeAnswer, FreezeAsk, ThawAsk
from gate.interfaces.http.body import body_as
from gate.interfaces.http.caller import Freezer, Reader, TheGate
from gate.interfaces.http.documented import JSON_POST, Responses, problems, takes
from gate.interfaces.http.routes.changes import IdempotencyKey

router = APIRouter(prefix="/v1/freezes", tags=["freezes"])

FreezeId = Annotated[str, Path(pattern=r"^frz_[A-Za-z0-9_-]{1,76}$", examples=["frz_0198c1f2a4b0"])]
Holding = Annotated[bool, Query(description="Only those that hold now; false for all, the newest thousand.")]

_LOCATION = {"Location": {"schema": {"type": "string"}, "description": "Where to look at the freeze"}}
_NEXT = {
    name: {"operationId": f"freezes_{name}", "parameters": {"freeze_id": "$response.body#/id"}}
    for name in ("look", "thaw")
}
_FREEZE = "The freeze, and the pull request that is proposed for it"
_PRESSED: Responses = {
    200: {"model": FreezeAnswer, "description": "Pressed before, with the same key"},
    201: {"description": _FREEZE, "headers": _LOCATION, "links": _NEXT},
}


@router.post(
    "",
    status_code=201,
    response_model=FreezeAnswer,
    responses=_PRESSED | problems(*JSON_POST, 409),
    openapi_extra=takes(FreezeAsk),
)
async def press(
    caller: Freezer,
    ask: Annotated[FreezeAsk, body_as(FreezeAsk)],
    gate: TheGate,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Freeze now. Once this is answered, no gate on this store approves or starts a change in the scope."""
    caller.demand_scope(ask.scope)
    pressed = await gate.red_button.press(ask.request(), caller.name, idempotency_key)
    return _answer(pressed.freeze, gate, status=200 if pressed.pressed_before else 201)


@router.get("", response_description="The freezes, newest first", responses=problems(422))
async def pressed(_: Reader, gate: TheGate, *, holding: Holding = True) -> list[FreezeAnswer]:
    """The pressed freezes. Windows of the calendar are files of the policy repository."""
    now_ns = gate.clock.now_ns()
    freezes = await gate.red_button.freezes(holding=holding)
    return [FreezeAnswer.of(freeze, gate.red_button.filing, now_ns) for freeze in freezes]


@router.get("/{freeze_id}", response_model=FreezeAnswer, response_description=_FREEZE, responses=problems(404, 422))
async def look(_: Reader, freeze_id: FreezeId, gate: TheGate) -> Response:
    """A pressed freeze, whether it holds, ran out or was thawed."""
    return _answer(await gate.red_button.freeze(freeze_id), gate)


@router.post(
    "/{freeze_id}/thaw",
    response_model=FreezeAnswer,
    response_description=_FREEZE,
    responses=problems(*JSON_POST, 404),
    openapi_extra=takes(ThawAsk),
)
async def thaw(
    caller: Freezer, freeze_id: FreezeId, ask: Annotated[ThawAsk, body_as(ThawAsk)], gate: TheGate
) -> Response:
    """Let go of a freeze; what it kept waiting goes on by itself. Again changes nothing. Its file in git stays."""
    caller.demand_scope((await gate.red_button.freeze(freeze_id)).scope)
    return _answer(await gate.red_button.thaw(freeze_id, ask.reason, caller.name), gate)


def _answer(freeze: PressedFreeze, gate: Gate, status: int = 200) -> Response:
    answer = FreezeAnswer.of(freeze, gate.red_button.filing, gate.clock.now_ns())
    headers = {"Location": answer.links["self"]} if status == 201 else {}  # noqa: PLR2004 -- 201 Created
    return Response(answer.model_dump_json(by_alias=True), status, headers, "application/json")
