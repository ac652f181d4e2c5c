"""Whether an issuer signed this, by a key that it alone has."""

from typing import Final

from joserfc import jws
from joserfc.errors import JoseError

from gate.adapters.oidc.keys import IssuerKeys, SigningKey
from gate.adapters.oidc.reading import MAX_TOKEN, Unread
from gate.domain.identity import Unverified

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Those with a private and a public key (RFC 7518, 3.1). With `none` or a shared secret anybody could sign: the public
key would be the secret."""


def _registry() -> jws.JWSRegistry:
    # Headers that nobody knows are left aside (RFC 7515, 4); those that must be understood were refused before.
    registry = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    registry.max_header_length = registry.max_payload_length = MAX_TOKEN
    return registry


_REGISTRY: Final = _registry()


async def signed_payload(token: str, unread: Unread, keys: IssuerKeys) -> bytes | Unverified:
    """What was signed, if its issuer did. IssuerError if its keys cannot be had.

    Until it is there, whoever shows the token may have written every word of it.
    """
    if unread.algorithm not in ALGORITHMS:
        return Unverified(reason="it is signed by an algorithm that is not accepted")
    key = await keys.key(unread.key_id)
    if key is None:
        return Unverified(reason="it is signed with a key that its issuer does not have")
    payload = _signed_with(key, token, unread)
    return Unverified(reason="its signature is wrong") if payload is None else payload


def _signed_with(key: SigningKey, token: str, unread: Unread) -> bytes | None:
    if key.get("alg") not in (None, unread.algorithm):
        return None
    try:
        return jws.deserialize_compact(token, key, registry=_REGISTRY).payload
    except (JoseError, TypeError, ValueError):
        return None
