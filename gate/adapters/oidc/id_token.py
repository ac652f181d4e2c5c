"""What an identity token says of a person who signs in, and whether it says what it must.

    (1) take it apart: key and algorithm
    (2) did the provider sign this, in a way that it alone can, with a key that it has now? (`signature`)
    (3) is the token of this provider, for this gate and this question, and for now?

The checks of (3) are those of OpenID Connect Core 1.0, 3.1.3.7, made by Authlib.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from gate.adapters.oidc.keys import IssuerKeys
from gate.adapters.oidc.reading import MAX_TOKEN, taken_apart
from gate.adapters.oidc.signature import signed_payload
from gate.domain.identity import Unverified

_PARTS: Final = 3

Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a token must be meant for, and what for."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str | None
    """What was issued beside it; `at_hash` must fit, where there is one."""


async def claims_in(token: str, keys: IssuerKeys, meant: Meant, now_s: float, leeway_s: float) -> Claims | Unverified:
    """What the provider says in it. IssuerError if its keys cannot be had."""
    if len(token) > MAX_TOKEN or not token.isascii() or len(token.split(".")) != _PARTS:
        return Unverified(reason="it is no identity token")
    # (1) Nothing of it is believed yet.
    unread = taken_apart(token)
    if isinstance(unread, Unverified):
        return unread
    # (2) By whatever it says, it came from the token endpoint; an accident of the provider's is kept out all the same.
    payload = await signed_payload(token, unread, keys)
    if isinstance(payload, Unverified):
        return payload
    # (3) It is the issuer's, and meant for us?
    return _meant(payload, {"alg": unread.algorithm}, meant, (now_s, leeway_s))


def _meant(payload: bytes, header: dict[str, str], meant: Meant, time: tuple[float, float]) -> Claims | Unverified:
    try:
        claims = CodeIDToken(
            json.loads(payload),
            header,
            options={
                "iss": {"essential": True, "value": meant.issuer},
                "sub": {"essential": True},
                "aud": {"essential": True, "value": meant.client_id},
            },
            params={"nonce": meant.nonce, "client_id": meant.client_id, "access_token": meant.access_token},
        )
        now_s, leeway_s = time
        claims.validate(now=now_s, leeway=leeway_s)
    except JoseError as error:
        return Unverified(reason=f"its claims are not those of this sign-in: {error}")
    except (TypeError, ValueError, AttributeError):
        return Unverified(reason="its claims have no form that anybody knows")
    return dict(claims)
