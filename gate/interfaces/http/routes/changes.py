"""`/v1/changes`: ask, look, start, finish, withdraw."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response

from gate.application.gate import Gate
from gate.domain.judgement import StoredChange
from gate.interfaces.http.caller import Asker, TheGate
from gate.interfaces.http.documented import Responses, problems
from gate.interfaces.http.problems import not_approved, respond
from gate.interfaces.wire import ChangeAnswer, ChangeAsk, FinishAsk

router = APIRouter(prefix="/v1/changes", tags=["changes"])

ChangeId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,80}$", examples=["chg_0198c1f2a4b0"])]
IdempotencyKey = Annotated[
    str | None,
    Header(description="Your own name for this request: the same key gets the same answer.", pattern=r"^[!-~]{1,200}$"),
]
_ASKED_BEFORE: Responses = {200: {"model": ChangeAnswer, "description": "Asked before: the recorded answer"}}
Wait = Annotated[float, Query(ge=0, le=60, description="Seconds to wait for an answer that is not review or waiting.")]


@router.post(
    "",
    status_code=201,
    response_model=ChangeAnswer,
    responses=_ASKED_BEFORE | problems(409, 422),
)
async def submit(ask: ChangeAsk, gate: TheGate, asker: Asker, idempotency_key: IdempotencyKey = None) -> Response:
    """Ask whether a change may go ahead. `decision.outcome` says so, beside who, what or when would change it."""
    submitted = await gate.intake.submit(ask.request(), asker, idempotency_key)
    return _answer(submitted.stored, gate, status=200 if submitted.asked_before else 201)


@router.get("/{change_id}", response_model=ChangeAnswer, responses=problems(404, 422))
async def look(change_id: ChangeId, gate: TheGate, wait: Wait = 0) -> Response:
    """Look at a change; with `wait`, as soon as it is neither in review nor waiting."""
    return _answer(await gate.intake.settled(change_id, wait), gate)


@router.post("/{change_id}/start", response_model=ChangeAnswer, responses=problems(404, 409, 422))
async def start(change_id: ChangeId, gate: TheGate) -> Response:
    """Start the change now. It is judged once more; unless it is approved, it does not start and the answer is 409."""
    stored = await gate.intake.start(change_id)
    if stored.change.state != "started":
        return respond(not_approved(ChangeAnswer.of(stored, gate.active, gate.clock.now_ns())))
    return _answer(stored, gate)


@router.post("/{change_id}/finish", response_model=ChangeAnswer, responses=problems(404, 409, 422))
async def finish(change_id: ChangeId, ask: FinishAsk, gate: TheGate) -> Response:
    """Say how a started change went. It lets go of its service, and the result counts in the track record."""
    return _answer(await gate.intake.finish(change_id, ask.result), gate)


@router.post("/{change_id}/withdraw", response_model=ChangeAnswer, responses=problems(404, 409, 422))
async def withdraw(change_id: ChangeId, gate: TheGate) -> Response:
    """Take an open change back."""
    return _answer(await gate.intake.withdraw(change_id), gate)


def _answer(stored: StoredChange, gate: Gate, status: int = 200) -> Response:
    # Already validated values need no second validation by the framework: serialise once, straight to bytes.
    answer = ChangeAnswer.of(stored, gate.active, gate.clock.now_ns())
    headers = {"Location": answer.links["self"]} if status == 201 else {}  # noqa: PLR2004 -- 201 Created
    return Response(answer.model_dump_json(by_alias=True), status, headers, "application/json")
