"""Where a provider wants people, and codes, to be sent: its discovery document, kept for a while."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from gate.adapters.oidc.fetching import Fetching
from gate.adapters.oidc.keys import DISCOVERY, MOST_WAITING
from gate.domain.errors import IssuerError
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.ports import Clock

FRESH_NS: Final = 600 * NANOSECOND_PER_SECOND
REST_NS: Final = 5 * NANOSECOND_PER_SECOND
"""So long a provider that did not answer is left alone. Anybody can open the sign-in page."""
_POST: Final = "client_secret_post"
_BASIC: Final = "client_secret_basic"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What a provider says of itself (OpenID Connect Discovery 1.0, 3)."""

    authorization: str
    token: str
    client_auth: str
    """How a client with a secret shows it."""
    names_itself: bool
    """Whether it says with every answer that the answer is its own (RFC 9207)."""


class Discovery:
    """The endpoints of one provider. How many ever want them, one asks; while it is away, seldom."""

    def __init__(self, issuer: str, fetching: Fetching, clock: Clock) -> None:
        self._issuer = issuer
        self._fetching = fetching
        self._clock = clock
        self._asking = asyncio.Lock()
        self._waiting = 0
        self._known: Endpoints | IssuerError | None = None
        self._asked_at_ns = 0

    async def endpoints(self) -> Endpoints:
        """Where it is asked now. IssuerError."""
        if self._must_ask():
            await self._wait()
        if isinstance(self._known, Endpoints):
            return self._known
        trouble = self._known or self._useless("does not answer")
        raise IssuerError(trouble.message, hint=trouble.hint)

    async def _wait(self) -> None:
        if self._waiting >= MOST_WAITING:
            raise IssuerError(f"many wait for the issuer {self._issuer} already", hint="Sign in again in a moment.")
        self._waiting += 1
        try:
            async with self._asking:
                if self._must_ask():
                    await self._ask()
        finally:
            self._waiting -= 1

    def _must_ask(self) -> bool:
        lasts_ns = FRESH_NS if isinstance(self._known, Endpoints) else REST_NS
        # A clock that was set back must not make anything look fresh for long.
        return self._known is None or not 0 <= self._clock.now_ns() - self._asked_at_ns < lasts_ns

    async def _ask(self) -> None:
        try:
            self._known = self._read(await self._fetching.document(self._issuer.rstrip("/") + DISCOVERY))
        except IssuerError as error:
            self._known = error
        self._asked_at_ns = self._clock.now_ns()

    def _read(self, said: Any) -> Endpoints:
        # Discovery 4.3: it must name the very issuer that was asked.
        if said.get("issuer") != self._issuer:
            raise self._useless("describes another issuer")
        return Endpoints(
            authorization=self._address(said, "authorization_endpoint"),
            token=self._address(said, "token_endpoint"),
            client_auth=_client_auth(said.get("token_endpoint_auth_methods_supported")),
            names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        )

    def _address(self, said: Any, name: str) -> str:
        address = said.get(name)
        if not isinstance(address, str):
            raise self._useless(f"has no {name}")
        self._fetching.demand_allowed(address)
        return address

    def _useless(self, what: str) -> IssuerError:
        return IssuerError(f"the issuer {self._issuer} {what}", hint="Is it a provider of OpenID Connect?")


def _client_auth(methods: Any) -> str:
    # In the body wherever that is taken: how a secret is escaped in a header, not all providers agree about.
    return _POST if isinstance(methods, list) and _POST in methods else _BASIC
