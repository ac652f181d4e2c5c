"""The keys that an issuer signs with now: found by its discovery document, kept, and looked for again when they change.

    fresh      for FRESH_NS after they were read, nobody asks for them
    usable     for USABLE_NS; an issuer that is away meanwhile keeps nobody out
    beyond     nothing is verified by them: a key that was withdrawn must not open for ever

A key that is not among them may be new: the issuer is asked, at most once in REST_NS, however many such tokens come.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwk
from joserfc.errors import JoseError

from gate.adapters.oidc.fetching import Fetching
from gate.domain.errors import IssuerError
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.ports import Clock

DISCOVERY: Final = "/.well-known/openid-configuration"
"""OpenID Connect Discovery 1.0, 4."""
FRESH_NS: Final = 600 * NANOSECOND_PER_SECOND
USABLE_NS: Final = 24 * 3600 * NANOSECOND_PER_SECOND
REST_NS: Final = 60 * NANOSECOND_PER_SECOND
MOST_WAITING: Final = 32
"""So many may wait for one answer of an issuer. Anybody can name a key that nobody has, and each who waits takes one of
the gate's places, which others need."""
_REST_WITHOUT_NS: Final = 5 * NANOSECOND_PER_SECOND
"""Without any key nothing can be lost by asking sooner."""
_MOST_KEYS: Final = 100
_RSA_BITS: Final = range(2048, 8193)
_RSA_DIGITS: Final = 342
"""Of 2048 bits in base64."""
_CURVES: Final = frozenset({"P-256", "P-384", "P-521"})

SigningKey = jwk.RSAKey | jwk.ECKey

logger = logging.getLogger(__name__)


class IssuerKeys:
    """The keys of one issuer. How many ever want one, one asks."""

    def __init__(self, issuer: str, fetching: Fetching, clock: Clock) -> None:
        self._issuer = issuer
        self._fetching = fetching
        self._clock = clock
        self._asking = asyncio.Lock()
        self._waiting = 0
        self._keys: Mapping[str, SigningKey] = {}
        self._read_at_ns: int | None = None
        self._asked_at_ns: int | None = None
        self._trouble: IssuerError | None = None

    async def key(self, key_id: str) -> SigningKey | None:
        """The public key of that name, None if the issuer has none. IssuerError if that cannot be known."""
        # Who has a key that will do does not wait behind somebody who asks whether there is a newer one.
        if self._must_ask(key_id) and not (self._asking.locked() and self._has(key_id)):
            await self._wait_for(key_id)
        if self._has(key_id):
            return self._keys[key_id]
        if self._trouble is not None:
            raise IssuerError(self._trouble.message, hint=self._trouble.hint)
        return None

    async def _wait_for(self, key_id: str) -> None:
        if self._waiting >= MOST_WAITING:
            raise IssuerError(f"many wait for the issuer {self._issuer} already", hint="Ask again in a moment.")
        self._waiting += 1
        try:
            async with self._asking:
                if self._must_ask(key_id):
                    await self._ask()
        finally:
            self._waiting -= 1

    def _must_ask(self, key_id: str) -> bool:
        if self._has(key_id) and self._within(FRESH_NS, self._read_at_ns):
            return False
        rest_ns = REST_NS if self._within(USABLE_NS, self._read_at_ns) else _REST_WITHOUT_NS
        return not self._within(rest_ns, self._asked_at_ns)

    def _has(self, key_id: str) -> bool:
        return key_id in self._keys and self._within(USABLE_NS, self._read_at_ns)

    def _within(self, span_ns: int, since_ns: int | None) -> bool:
        # A clock that was set back must not make anything look fresh for long.
        return since_ns is not None and 0 <= self._clock.now_ns() - since_ns < span_ns

    async def _ask(self) -> None:
        try:
            self._keys = await self._read()
            self._read_at_ns = self._clock.now_ns()
            self._trouble = None
        except IssuerError as error:
            logger.warning("keys of identity tokens are not read anew: %s", error.message)
            self._trouble = error
        finally:
            self._asked_at_ns = self._clock.now_ns()

    async def _read(self) -> Mapping[str, SigningKey]:
        configuration = await self._fetching.document(self._issuer.rstrip("/") + DISCOVERY)
        # Discovery 4.3: it must name the very issuer that was asked.
        if configuration.get("issuer") != self._issuer:
            raise self._useless("describes another issuer")
        address = configuration.get("jwks_uri")
        if not isinstance(address, str):
            raise self._useless("does not say where its keys are")
        written = (await self._fetching.document(address)).get("keys")
        if not isinstance(written, list) or len(written) > _MOST_KEYS:
            raise self._useless(f"has no list of keys, or one of more than {_MOST_KEYS}")
        keys = {each["kid"]: key for each in written if (key := signing_key(each)) is not None}
        if not keys:
            raise self._useless("has no key that tokens can be verified with")
        return keys

    def _useless(self, what: str) -> IssuerError:
        return IssuerError(f"the issuer {self._issuer} {what}", hint="Is it an issuer of OpenID Connect?")


def signing_key(written: Any) -> SigningKey | None:
    """A key of a set (RFC 7517) if signatures can be verified with it; whatever else is among them is passed over.

    Only its public numbers are taken: not the certificates that it may carry, not an address, never a shared secret.
    """
    if not isinstance(written, dict) or not isinstance(written.get("kid"), str):
        return None
    if written.get("use", "sig") != "sig":
        return None
    named = {name: written[name] for name in ("alg", "kid") if isinstance(written.get(name), str)}
    try:
        match written.get("kty"):
            case "RSA" if len(written["n"]) >= _RSA_DIGITS:
                rsa = jwk.RSAKey.import_key({**named, "kty": "RSA", "n": written["n"], "e": written["e"]})
                return rsa if rsa.public_key.key_size in _RSA_BITS else None
            case "EC" if written.get("crv") in _CURVES:
                numbers = {name: written[name] for name in ("crv", "x", "y")}
                return jwk.ECKey.import_key({**named, "kty": "EC", **numbers})
    except (JoseError, KeyError, TypeError, ValueError):
        return None
    return None
