"""Who is signed in, as the browser shows it. Nothing is kept here: the cookie holds it all, sealed, and not for long.

A session is made by signing in (`sign_in`), always a new one, and ends at a fixed instant; a cookie that was copied is
worth no more after that. It opens the pages alone: under /v1 no cookie is ever looked at.
"""

import secrets
from typing import Final, Self

from starlette.requests import HTTPConnection
from starlette.responses import Response

from gate.application.gate import Gate
from gate.domain.errors import UnauthenticatedError, UnknownNameError
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.model import Model
from gate.domain.sign_in import SignedIn
from gate.interfaces.http.identification import demand_patience
from gate.interfaces.web.origin import Origin
from gate.interfaces.web.sealed import Seal

NAME: Final = "gate-session"
_CSRF_BYTES: Final = 32


class Session(Model):
    """Somebody who is signed in."""

    person: str
    """Their name in groups.yaml."""
    groups_claimed: tuple[str, ...] = ()
    """The groups of the policy that have a `claim`, and that their provider says they are in."""
    csrf: str
    """What every form of theirs must bring along (`forms`)."""
    expires_ns: int

    @classmethod
    def begun(cls, who: SignedIn, expires_ns: int) -> Self:
        """A new one, with a secret of its own."""
        csrf = secrets.token_urlsafe(_CSRF_BYTES)
        return cls(person=who.person, groups_claimed=who.groups_claimed, csrf=csrf, expires_ns=expires_ns)


class NotSignedInError(UnauthenticatedError):
    """Nobody is signed in, so there is nobody to show this to; a browser is sent to where one signs in."""


class Sessions:
    """How this gate gives sessions to browsers, and reads them again."""

    def __init__(self, seal: Seal, origin: Origin, minutes: float) -> None:
        """`minutes`: how long each lasts."""
        self._seal = seal
        self._cookie = origin.cookie(NAME)
        self._seconds = round(minutes * 60)

    def begin(self, response: Response, who: SignedIn, now_ns: int) -> None:
        """Let the browser have a new session with this response."""
        session = Session.begun(who, now_ns + self._seconds * NANOSECOND_PER_SECOND)
        self._cookie.give(response, self._seal.sealed(session), self._seconds)

    def end(self, response: Response) -> None:
        """Let the browser forget it."""
        self._cookie.take_back(response)

    def of(self, asking: HTTPConnection, now_ns: int) -> Session | None:
        """The one that the browser shows, if it still lasts."""
        session = self._seal.opened(asking.cookies.get(self._cookie.name, ""), Session)
        return session if session is not None and now_ns < session.expires_ns else None


def session_of(request: HTTPConnection) -> Session | None:
    """Who is signed in; None for nobody: no session, a forged or an old one, or somebody whom policy knows no more."""
    gate: Gate = request.app.state.gate
    sessions: Sessions = request.app.state.sessions
    session = sessions.of(request, gate.clock.now_ns())
    return session if session is not None and _is_known(gate, session.person) else None


def demand_session(request: HTTPConnection) -> Session:
    """Who is signed in, and has not asked too often lately. NotSignedInError, TooManyRequestsError."""
    if (session := session_of(request)) is None:
        raise NotSignedInError("nobody is signed in", hint="Sign in at /sign-in.")
    demand_patience(request, f"caller person:{session.person}")
    return session


def _is_known(gate: Gate, name: str) -> bool:
    """Whether they are still a person of the policy in force. Without a policy nobody can say, and nothing happens."""
    if gate.active.policy is None:
        return True
    try:
        return not gate.active.policy.catalogue.person(name).robot
    except UnknownNameError:
        return False
