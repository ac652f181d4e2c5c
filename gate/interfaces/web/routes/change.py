"""`/changes/{id}`: a change with its checklist, and what people say to it. Acting takes the path of the API (`review`).

Whatever comes of a form, the browser is sent on to the page (Post/Redirect/Get), so that loading it again sends nothing
again; only where the form has to be mended, the page comes back with it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError
from starlette.responses import JSONResponse, RedirectResponse

from gate.application.gate import Gate
from gate.domain.errors import CallerError, GateError
from gate.domain.judgement import StoredChange
from gate.domain.review import GivenAnswer, Remark
from gate.interfaces.http.caller import TheGate
from gate.interfaces.http.problems import problem_of
from gate.interfaces.problem_wire import Problem
from gate.interfaces.web.actor import caller_of, given
from gate.interfaces.web.forms import posted
from gate.interfaces.web.looked_up import look_up, seen
from gate.interfaces.web.looking import Looking, SignedIn, Viewer
from gate.interfaces.web.rendering import page
from gate.interfaces.web.session import Session
from gate.interfaces.web.views.change import change_view

router = APIRouter(prefix="/changes/{change_id}", tags=["pages"], include_in_schema=False)

_SEE_OTHER: Final = 303
_SAID: Final[Mapping[str, str]] = {
    "approve": "Your approval is on record.",
    "veto": "Your veto is on record.",
    "withdraw": "Your answer is taken back.",
    "comment": "Your comment is on record.",
}
"""What is told after a form was sent; whatever else a link says is told nobody."""

Said = Annotated[str, Query()]


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that has to be mended."""

    problem: Problem
    given: Mapping[str, str]
    """What was written into it."""


@router.get("")
async def look(request: Request, viewer: Looking, change_id: str, gate: TheGate, said: Said = "") -> Response:
    """A change as it stands."""
    stored = await seen(gate, change_id, viewer)
    return await _page(request, stored, viewer, said=_SAID.get(said, ""))


@router.get("/state")
async def state(
    viewer: Looking,
    change_id: str,
    gate: TheGate,
    seen_before: Annotated[str, Query(alias="seen")] = "",
    wait: Annotated[float, Query(ge=0, le=30)] = 0,
) -> Response:
    """Another text whenever the change has moved on; for the script of the page, which waits for it."""
    await seen(gate, change_id, viewer)
    stored = await gate.intake.moved_on(change_id, seen_before, wait)
    return JSONResponse({"standing": stored.standing})


@router.post("/answers")
async def answer(request: Request, session: SignedIn, change_id: str, gate: TheGate) -> Response:
    """Approve, veto, or take back."""
    fields = await posted(request, session)

    async def act() -> None:
        await gate.review.answer(change_id, _given(session, fields), caller_of(session).known_as)

    # It was done for this step and as this kind of answer, so these are no more than names.
    then = f"?said={fields.get('answer', '')}#step-{fields.get('step', '')}"
    return await _done(request, change_id, session, fields, act, then)


@router.post("/comments")
async def comment(request: Request, session: SignedIn, change_id: str, gate: TheGate) -> Response:
    """Say something that decides nothing."""
    fields = await posted(request, session)

    async def act() -> None:
        await gate.review.comment(change_id, _remark(session, fields), caller_of(session).known_as)

    return await _done(request, change_id, session, fields, act, "?said=comment#history")


async def _done(
    request: Request,
    change_id: str,
    session: Session,
    fields: Mapping[str, str],
    act: Callable[[], Awaitable[None]],
    then: str,
) -> Response:
    """Act, and lead on; or bring the page back with what is wrong and with what was written."""
    gate: Gate = request.app.state.gate
    viewer = Viewer(caller_of(session), session)
    await seen(gate, change_id, viewer)
    try:
        await act()
    except GateError as error:
        written = {name: fields.get(name, "") for name in ("step", "comment")}
        stored = await gate.intake.change(change_id)
        return await _page(request, stored, viewer, sent=Sent(problem_of(error), written))
    return RedirectResponse(f"/changes/{change_id}{then}", _SEE_OTHER)


async def _page(
    request: Request, stored: StoredChange, viewer: Viewer, *, said: str = "", sent: Sent | None = None
) -> Response:
    view = change_view(await look_up(request.app.state.gate, stored), viewer.person)
    told = {"view": view, "said": said, "problem": sent and sent.problem, "given": sent and sent.given}
    return page(request, "change.html", sent.problem.status if sent else 200, **told)


def _given(session: Session, fields: Mapping[str, str]) -> GivenAnswer:
    """The answer of a form. CallerError."""
    said, comment = fields.get("answer", ""), fields.get("comment", "").strip()
    if said == "veto" and not comment:
        raise CallerError("a veto says why", hint="Write in your reason what would have to change.", field="comment")
    seen_there = {name: fields.get(name) or None for name in ("commit", "artifact")}
    try:
        return given(session, fields.get("step", ""), said, comment=comment, **seen_there)
    except ValidationError as error:
        raise _unreadable(error) from error


def _remark(session: Session, fields: Mapping[str, str]) -> Remark:
    """The comment of a form. CallerError."""
    said = fields.get("comment", "").strip()
    if not said:
        raise CallerError("the comment says nothing", hint="Write something, then send it.", field="comment")
    try:
        return Remark(by=session.person, shown_by="sign_in", comment=said)
    except ValidationError as error:
        raise _unreadable(error) from error


def _unreadable(error: ValidationError) -> CallerError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    return CallerError(
        f"{field}: {first['msg']}", hint="Mend it and send the form again; a reason may have 2,000 characters."
    )
