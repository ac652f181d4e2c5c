"""An issuer of identity tokens, and a verifier that trusts it, in memory. Signatures are names of keys.

issuer = IssuerSimulator(clock)
token = issuer.issue({"repository_id": "74"})
issuer.rotate()
issuer.go_away()
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from gate.domain.errors import IssuerError
from gate.domain.identity import Identity, Unverified
from gate.domain.instant import NANOSECOND_PER_SECOND
from tests.robots import AUDIENCE, GITHUB
from tests.simulators.clock import FixedClock

_REST_NS: Final = 60 * NANOSECOND_PER_SECOND
_USABLE_NS: Final = 24 * 3600 * NANOSECOND_PER_SECOND
_LEEWAY_S: Final = 30


@dataclass
class IssuerSimulator:
    """Implements `ports.IdentityVerifier` for the tokens that it issues itself."""

    clock: FixedClock
    issuer: str = GITHUB
    audience: str = AUDIENCE
    _key: str = "key-1"
    _is_away: bool = False
    _known: str | None = None
    _read_at_ns: int = 0
    _asked_at_ns: int | None = None
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def now_s(self) -> float:
        return self.clock.now_ns() / NANOSECOND_PER_SECOND

    def issue(self, claims: Mapping[str, Any], **more: Any) -> str:
        """A token with these claims and what every token says; None leaves out."""
        usual = {
            "iss": self.issuer,
            "aud": more.get("audience", self.audience),
            "iat": self.now_s,
            "exp": self.now_s + 300,
            "jti": f"jti-{next(self._numbers)}",
        }
        said = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({}, said, self._key))

    def rotate(self) -> None:
        """Sign with another key from now on."""
        self._key += "'"

    def go_away(self) -> None:
        self._is_away = True

    def come_back(self) -> None:
        self._is_away = False

    async def verify(self, token: str) -> Identity | Unverified:
        try:
            _, claims, key = (json.loads(urlsafe_b64decode(part)) for part in token.split("."))
        except ValueError:
            return Unverified(reason="it is no token")
        if claims.get("iss") != self.issuer:
            return Unverified(reason="it is of another issuer")
        self._look(key)
        if key != self._known:
            return Unverified(reason="its key is not known")
        if claims.get("aud") != self.audience or not claims.get("jti"):
            return Unverified(reason="it is not for this gate")
        if not claims["iat"] - _LEEWAY_S <= self.now_s < claims["exp"] + _LEEWAY_S:
            return Unverified(reason="it is not for now")
        expires_at_ns = int((claims["exp"] + _LEEWAY_S) * NANOSECOND_PER_SECOND)
        texts = {name: value for name, value in claims.items() if isinstance(value, str)}
        return Identity(issuer=self.issuer, jti=claims["jti"], expires_at_ns=expires_at_ns, claims=texts)

    def _look(self, key: str) -> None:
        now_ns = self.clock.now_ns()
        usable = self._known is not None and now_ns - self._read_at_ns < _USABLE_NS
        rested = self._asked_at_ns is None or now_ns - self._asked_at_ns >= _REST_NS
        if usable and (key == self._known or not rested):
            return
        self._asked_at_ns = now_ns
        if self._is_away:
            raise IssuerError(f"the issuer {self.issuer} does not answer", hint="Wait for it.")
        self._known, self._read_at_ns = self._key, now_ns

    async def close(self) -> None:
        """Nothing is open."""
