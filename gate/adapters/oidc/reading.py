"""What is written in an identity token, and whether it says what it must. Pure: its signature is looked at elsewhere.

The checks are those of OpenID Connect Core 1.0, 3.1.3.7, and RFC 7519, 4.1; stricter where a pipeline's token has no
use for what is allowed there. Whoever presents a token wrote every byte of it, until its signature is verified.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gate.domain.identity import Identity, Unverified
from gate.domain.instant import NANOSECOND_PER_SECOND

MAX_TOKEN: Final = 16_000
"""Characters. GitHub's have two thousand; GitLab's have more where somebody is in many groups."""
LONGEST_LIFE_S: Final = 24 * 3600
"""A token that opens for longer is none for a pipeline's job, and its use would have to be remembered as long."""
_LATEST_S: Final = 2**40
_LONGEST_ID: Final = 255
_LONGEST_CLAIM: Final = 1_000

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say of itself."""

    audience: str
    leeway_s: float
    """How much the clocks of issuer and gate may differ."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A token taken apart, of which nothing is known yet: what it claims tells only which keys to look for."""

    algorithm: str
    key_id: str
    issuer: str


def taken_apart(token: str) -> Unread | Unverified:
    """Which key would have signed it."""
    head, body, _ = token.split(".")
    header, claims = _json(head), _json(body)
    if header is None or claims is None:
        return Unverified(reason="it is no JSON Web Token")
    if "crit" in header or "b64" in header:
        return Unverified(reason="it demands an extension")
    if str(header.get("typ", "JWT")).upper() != "JWT":
        return Unverified(reason="it is another kind of token")
    said = (header.get("alg"), header.get("kid"), claims.get("iss"))
    algorithm, key_id, issuer = (one if isinstance(one, str) else "" for one in said)
    if not (algorithm and key_id and issuer):
        return Unverified(reason="it names no algorithm, key or issuer")
    return Unread(algorithm, key_id, issuer)


def _json(segment: str) -> Json | None:
    try:
        read = json.loads(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def identity_in(payload: bytes, issuer: str, expected: Expected, now_ns: int) -> Identity | Unverified:
    """Who shows a token with this payload, whose signature is that of the issuer."""
    claims = json.loads(payload)
    if claims.get("iss") != issuer:
        return Unverified(reason="it is of another issuer")
    # Of several audiences, each could show the token here, so there may be no other.
    if claims.get("aud") not in (expected.audience, [expected.audience]):
        return Unverified(reason="it is for another audience")
    jti = claims.get("jti")
    if not (isinstance(jti, str) and 0 < len(jti) <= _LONGEST_ID):
        return Unverified(reason="it has no id (jti)")
    if (reason := _untimely(claims, expected.leeway_s, now_ns / NANOSECOND_PER_SECOND)) is not None:
        return Unverified(reason=reason)
    expires_at_ns = int((claims["exp"] + expected.leeway_s) * NANOSECOND_PER_SECOND)
    return Identity(issuer=issuer, jti=jti, expires_at_ns=expires_at_ns, claims=_texts(claims))


def _untimely(claims: Json, leeway_s: float, now_s: float) -> str | None:
    """Why it is not for now."""
    times = [claims.get("iat"), claims.get("exp"), claims.get("nbf", 0)]
    if not all(_is_time(time) for time in times):
        return "it does not say from when until when it holds"
    issued, expires = claims["iat"], claims["exp"]
    if now_s >= expires + leeway_s:
        return "it has expired"
    if now_s < max(issued, claims.get("nbf", issued)) - leeway_s:
        return "it does not hold yet"
    return "it holds for longer than a day" if expires - issued > LONGEST_LIFE_S else None


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LATEST_S


def _texts(claims: Json) -> Mapping[str, str]:
    """What can be matched. Lists and objects cannot, nor what is so long that nobody would write it into a policy."""
    said = {name: _text(value) for name, value in claims.items()}
    return {name: text for name, text in said.items() if text is not None and len(text) <= _LONGEST_CLAIM}


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else None
