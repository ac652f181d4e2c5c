"""`/sign-in` and `/sign-out`: people show who they are at their provider, or say so where the gate is a demonstration.

(1) `GET /sign-in` sends them to the provider; the browser keeps what was asked (`attempts`)
(2) `GET /sign-in/callback` is where they come back to: is it an answer to what this browser asked?
(3) who they are, the provider says and the policy knows (`gate.application.sign_in`)
(4) a new session begins (`session`), and they see the page that they wanted
"""

import secrets
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from gate.domain.errors import CallerError, ForbiddenError, GateError, UnauthenticatedError, UnknownNameError
from gate.domain.sign_in import Asked, SignedIn
from gate.interfaces.http.caller import TheGate
from gate.interfaces.http.identification import address_of
from gate.interfaces.http.problems import answer_to
from gate.interfaces.web import demo
from gate.interfaces.web.attempts import Attempt, Attempts
from gate.interfaces.web.forms import posted, sent_from_here
from gate.interfaces.web.local_path import local_path
from gate.interfaces.web.patience import demand_few_attempts
from gate.interfaces.web.rendering import page
from gate.interfaces.web.session import Sessions, session_of

PATH: Final = "/sign-in"
CALLBACK: Final = "/sign-in/callback"
OUT: Final = "/sign-out"
_SEE_OTHER: Final = 303
_STATE_BYTES: Final = 32
_LONGEST: Final = 4_000
_AGAIN: Final = "Sign in again, in the same browser, within ten minutes."

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get(PATH)
async def sign_in(request: Request, gate: TheGate) -> Response:
    """Begin: at the provider, or with the names of the demonstration."""
    demand_few_attempts(request, address_of(request))
    response: Response
    if request.app.state.is_demo:
        asked = Asked(state=secrets.token_urlsafe(_STATE_BYTES), nonce="", verifier="")
        response = page(request, "sign_in.html", people=demo.extras(gate), state=asked.state)
    elif gate.sign_in is None:
        raise UnknownNameError(
            "nobody can sign in here: this gate knows no place where people show who they are",
            hint="Whoever runs it sets GATE_SIGN_IN_ISSUER, or tries it out with `gate serve --demo`.",
        )
    else:
        # (1) A redirect, and no form: what a form of ours leads to, the page's policy keeps at home.
        url, asked = await gate.sign_in.begin()
        response = RedirectResponse(url, _SEE_OTHER)
    then = local_path(request.query_params.get("next", ""))
    _attempts(request).begin(request, response, asked, then, gate.clock.now_ns())
    return response


@router.get(CALLBACK)
async def callback(request: Request, gate: TheGate) -> Response:
    """End: back from the provider."""
    demand_few_attempts(request, address_of(request))
    state = _said(request, "state") or ""
    try:
        attempt = _attempt(request, gate, state)
        who = await _shown(request, gate, attempt)
    except GateError as error:
        response = answer_to(error)
    else:
        response = _signed_in(request, gate, who, attempt)
    # Whatever came of it, a code is good for one attempt, and an attempt for one code.
    _attempts(request).end(response, state)
    return response


@router.post(PATH)
async def choose(request: Request, gate: TheGate) -> Response:
    """End, in a demonstration: somebody chose a name."""
    demand_few_attempts(request, address_of(request))
    if not request.app.state.is_demo:
        raise ForbiddenError("this gate takes nobody's word for who they are", hint="Open /sign-in.")
    fields = await sent_from_here(request)
    state = fields.get("state", "")
    attempt = _attempt(request, gate, state)
    response = _signed_in(request, gate, SignedIn(person=demo.chosen(gate, fields.get("person", ""))), attempt)
    _attempts(request).end(response, state)
    return response


@router.get(OUT)
async def signed_out(request: Request) -> Response:
    """Whether somebody is signed in, and how to change that."""
    return page(request, "sign_out.html")


@router.post(OUT)
async def sign_out(request: Request) -> Response:
    """Let the browser forget who was signed in. The provider is not told: it may serve others."""
    response = RedirectResponse(OUT, _SEE_OTHER)
    if (session := session_of(request)) is not None:
        await posted(request, session)
        sessions: Sessions = request.app.state.sessions
        sessions.end(response)
    return response


def _attempt(request: Request, gate: TheGate, state: str) -> Attempt:
    # (2) Otherwise anybody could sign somebody else in, as themselves.
    attempt = _attempts(request).of(request, state, gate.clock.now_ns())
    if attempt is None:
        raise UnauthenticatedError("this is no answer to a sign-in that this browser began", hint=_AGAIN)
    return attempt


async def _shown(request: Request, gate: TheGate, attempt: Attempt) -> SignedIn:
    if (trouble := _said(request, "error")) is not None:
        hint = "Sign in again, or ask whoever looks after your accounts."
        raise ForbiddenError(f"your provider did not let you in: {_harmless(trouble)}", hint=hint)
    code = _said(request, "code")
    if gate.sign_in is None or not code:
        raise CallerError("your provider sent you back without an answer", hint=_AGAIN)
    # (3) The provider says who, the policy knows whom.
    return await gate.sign_in.person(code, attempt.asked, _said(request, "iss"))


def _signed_in(request: Request, gate: TheGate, who: SignedIn, attempt: Attempt) -> Response:
    # (4) Whoever was signed in before is so no more; nothing of their session goes over into the new one.
    response = RedirectResponse(attempt.then, _SEE_OTHER)
    sessions: Sessions = request.app.state.sessions
    sessions.begin(response, who, gate.clock.now_ns())
    return response


def _said(request: Request, name: str) -> str | None:
    """A parameter of the answer, which stands there once (RFC 6749, 3.1). CallerError."""
    values = request.query_params.getlist(name)
    if len(values) > 1 or any(len(value) > _LONGEST for value in values):
        raise CallerError("your provider's answer cannot be read", hint=_AGAIN)
    return values[0] if values else None


def _harmless(error: str) -> str:
    """An error as RFC 6749, 4.1.2.1, has them; whatever else somebody wrote into a link is not repeated."""
    is_one = len(error) <= len("temporarily_unavailable_") and error.replace("_", "").isalpha() and error.isascii()
    return error if is_one else "it did not say why"


def _attempts(request: Request) -> Attempts:
    attempts: Attempts = request.app.state.attempts
    return attempts
