"""What the pages need around them: how sessions are kept, and what every page passes through."""

import logging
from typing import Final
from urllib.parse import quote

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gate.interfaces.http.problems import answer_to
from gate.interfaces.web import sign_in
from gate.interfaces.web.attempts import Attempts
from gate.interfaces.web.origin import Origin
from gate.interfaces.web.page_headers import PageHeaders
from gate.interfaces.web.patience import few_attempts
from gate.interfaces.web.problem_pages import ProblemPages
from gate.interfaces.web.sealed import Seal, a_secret
from gate.interfaces.web.session import NotSignedInError, Sessions
from gate.settings import Settings

_SEE_OTHER: Final = 303

logger = logging.getLogger(__name__)


def keep_sessions(app: FastAPI, settings: Settings) -> None:
    """Let people sign in, and stay so."""
    if settings.sign_in_issuer and settings.session_key is None:
        logger.warning("GATE_SESSION_KEY is not set: sessions end with this process, and no other gate takes them")
    secret = settings.session_key.get_secret_value().encode() if settings.session_key else a_secret()
    # Whoever signed in elsewhere, or as whom they liked, is not signed in here: each way has a key of its own.
    way = "demo" if settings.demo else settings.sign_in_issuer
    origin = Origin(settings.public_url)
    app.state.is_demo = settings.demo
    app.state.origin = origin
    app.state.sessions = Sessions(Seal(secret, f"session {way}"), origin, settings.session_minutes)
    app.state.attempts = Attempts(Seal(secret, f"sign-in {way}"), origin)
    app.state.sign_ins = few_attempts()


def surround(app: FastAPI) -> None:
    """What every page passes through; added before what every request does."""
    app.add_exception_handler(NotSignedInError, _to_sign_in)
    app.add_middleware(ProblemPages)
    app.add_middleware(PageHeaders)


async def _to_sign_in(request: Request, error: Exception) -> Response:
    """Let somebody sign in and come back. What was in a form is lost; they see the page anew."""
    assert isinstance(error, NotSignedInError)  # noqa: S101 -- registered for this class above
    if request.method != "GET":
        return answer_to(error)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{sign_in.PATH}?next={quote(wanted, safe='/')}", _SEE_OTHER)
