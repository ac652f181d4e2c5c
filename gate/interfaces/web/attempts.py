"""Sign-ins that are under way. The browser keeps each, sealed: only who began one can end it, and only for a while.

Each has a cookie of its own, so that two pages that were opened at once can both be signed in.
"""

import hashlib
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.model import Model
from gate.domain.sign_in import Asked
from gate.interfaces.web.origin import Cookie, Origin
from gate.interfaces.web.sealed import Seal

NAME: Final = "gate-sign-in"
LASTS_S: Final = 600
"""How long somebody may take at their provider."""
MOST: Final = 4
"""So many of one browser at once; each cookie is sent with every request."""
_DIGITS: Final = 16


class Attempt(Model):
    """One that is under way."""

    asked: Asked
    then: str
    """The page that somebody wanted to see."""
    expires_ns: int


class Attempts:
    """How this gate lets browsers keep them."""

    def __init__(self, seal: Seal, origin: Origin) -> None:
        self._seal = seal
        self._origin = origin

    def begin(self, asking: HTTPConnection, response: Response, asked: Asked, then: str, now_ns: int) -> None:
        """Let the browser keep one until it comes back."""
        under_way = [name for name in asking.cookies if name.startswith(self._origin.cookie(NAME).name)]
        if len(under_way) >= MOST:
            for name in under_way:
                Cookie(name, self._origin.is_secure).take_back(response)
        attempt = Attempt(asked=asked, then=then, expires_ns=now_ns + LASTS_S * NANOSECOND_PER_SECOND)
        self._cookie(asked.state).give(response, self._seal.sealed(attempt), LASTS_S)

    def of(self, asking: HTTPConnection, state: str, now_ns: int) -> Attempt | None:
        """The one that this browser began with this state, if it still lasts."""
        attempt = self._seal.opened(asking.cookies.get(self._cookie(state).name, ""), Attempt)
        # A cookie of one attempt under the name of another is none.
        is_this = attempt is not None and attempt.asked.state == state and now_ns < attempt.expires_ns
        return attempt if is_this else None

    def end(self, response: Response, state: str) -> None:
        """Let the browser forget it: what it was kept for has been done, or has failed."""
        self._cookie(state).take_back(response)

    def _cookie(self, state: str) -> Cookie:
        return self._origin.cookie(f"{NAME}-{hashlib.sha256(state.encode()).hexdigest()[:_DIGITS]}")
