"""What one caller may take of the places that `places` gives to all, so that there is always one left for the others.

How often it may ask is elsewhere (`rate`): few requests can be much work.
"""

from collections import Counter
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from gate.domain.access import Caller
from gate.domain.errors import TooManyRequestsError
from gate.interfaces.http.places import is_long_poll
from gate.interfaces.http.problems import answer_to

_RETRY_S: Final = 1.0


class Shares:
    """ASGI middleware: so many requests of one caller may be under way at once, and so many of its long polls wait."""

    def __init__(self, app: ASGIApp, at_once: int, waiting: int) -> None:
        self._app = app
        self._at_once = at_once
        self._at_most_waiting = waiting
        self._under_way: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or turn away with 429."""
        caller: Caller | None = scope.get("state", {}).get("caller")
        if caller is None or caller.is_anybody:
            await self._app(scope, receive, send)  # whoever has no name has no share: they are all one to the gate
        elif is_long_poll(scope):
            await self._within(self._waiting, self._at_most_waiting, caller.name, (scope, receive, send))
        else:
            await self._within(self._under_way, self._at_once, caller.name, (scope, receive, send))

    async def _within(self, taken: Counter[str], most: int, name: str, asked: tuple[Scope, Receive, Send]) -> None:
        if taken[name] >= most:
            await answer_to(_too_many(most))(*asked)
            return
        taken[name] += 1
        try:
            await self._app(*asked)
        finally:
            taken[name] -= 1
            if not taken[name]:
                del taken[name]


def _too_many(most: int) -> TooManyRequestsError:
    return TooManyRequestsError(f"{most} of your requests are under way already", retry_after_seconds=_RETRY_S)
