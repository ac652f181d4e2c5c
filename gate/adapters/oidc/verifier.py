"""Identity tokens verified: `gate.ports.IdentityVerifier` on issuers of OpenID Connect.

    (1) take it apart: which issuer, key and algorithm does it name?
    (2) is the issuer one that the gate trusts?
    (3) did it sign this, in a way that it alone can, with a key that it has now? (`signature`)
    (4) is the token for this gate, and for now?

Nothing is ever fetched from an address that a token names. What was verified once is known until it expires.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final

from gate.adapters.oidc.fetching import Fetching
from gate.adapters.oidc.keys import IssuerKeys
from gate.adapters.oidc.reading import MAX_TOKEN, Expected, identity_in, taken_apart
from gate.adapters.oidc.signature import signed_payload
from gate.domain.identity import Identity, Unverified
from gate.ports import Clock

KNOWN: Final = 2_000
"""So many verified tokens are remembered; the longest known is forgotten first."""


class OidcVerifier:
    """Tokens of a fixed list of issuers."""

    def __init__(
        self,
        issuers: Iterable[str],
        expected: Expected,
        clock: Clock,
        fetching: Callable[[str], Fetching] = Fetching.of,
    ) -> None:
        self._expected = expected
        self._clock = clock
        self._fetching = {issuer: fetching(issuer) for issuer in issuers}
        self._keys = {issuer: IssuerKeys(issuer, one, clock) for issuer, one in self._fetching.items()}
        self._known: OrderedDict[bytes, Identity] = OrderedDict()

    async def verify(self, token: str) -> Identity | Unverified:
        """Who shows it. IssuerError if the issuer's keys cannot be had."""
        if len(token) > MAX_TOKEN or not token.isascii():
            return Unverified(reason="it is too long, or in no alphabet of tokens")
        digest = sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known is not None and self._clock.now_ns() < known.expires_at_ns:
            return known
        verdict = await self._verified(token)
        if isinstance(verdict, Identity):
            self._known[digest] = verdict
            if len(self._known) > KNOWN:
                self._known.popitem(last=False)
        return verdict

    async def _verified(self, token: str) -> Identity | Unverified:
        # (1) Whose would it be?
        unread = taken_apart(token)
        if isinstance(unread, Unverified):
            return unread
        # (2) Does the gate trust that one?
        keys = self._keys.get(unread.issuer)
        if keys is None:
            return Unverified(reason="it is of an issuer that is not trusted")
        # (3) Did it sign this? Whatever it takes is fetched here, and from the issuer alone.
        payload = await signed_payload(token, unread, keys)
        if isinstance(payload, Unverified):
            return payload
        # (4) It is the issuer's; is it meant for us?
        return identity_in(payload, unread.issuer, self._expected, self._clock.now_ns())

    async def close(self) -> None:
        """Close all connections."""
        for fetching in self._fetching.values():
            await fetching.close()
