"""People sign in at a provider of OpenID Connect: `gate.ports.SignInProvider`, by Authlib.

    (1) somebody is sent to the provider, with a state, a nonce and the challenge of a verifier (RFC 7636, S256)
    (2) they come back with a code, which is exchanged beside the verifier, straight with the provider
    (3) the identity token that it is exchanged for says who they are (`id_token`)

The access token is not kept and never used: the gate asks the provider nothing else.
"""

import asyncio
import logging
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from gate import __version__
from gate.adapters.oidc.bounded import TooMuchError, bound
from gate.adapters.oidc.endpoints import Discovery, Endpoints
from gate.adapters.oidc.fetching import FETCH_S, Fetching, is_loopback
from gate.adapters.oidc.id_token import Meant, claims_in
from gate.adapters.oidc.keys import MOST_WAITING, IssuerKeys
from gate.domain.errors import IssuerError
from gate.domain.identity import Unverified
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.sign_in import Asked, Visitor
from gate.ports import Clock

_BYTES: Final = 32
_LONGEST_ACCOUNT: Final = 100
_LONGEST_EMAIL: Final = 320
_MOST_GROUPS: Final = 500
_OURS: Final = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"})
"""What a token endpoint answers where the settings of the gate do not fit the provider's (RFC 6749, 5.2)."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Client:
    """What the gate is to the provider."""

    issuer: str
    client_id: str
    secret: str | None = field(repr=False)
    redirect_uri: str
    """Where people come back to."""
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    account_claim: str = "sub"
    groups_claim: str = ""
    leeway_s: float = 30.0


class OidcPeople:
    """The people of one provider."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._fetching = Fetching.of(client.issuer)
        self._discovery = Discovery(client.issuer, self._fetching, clock)
        self._keys = IssuerKeys(client.issuer, self._fetching, clock)
        self._exchanging = 0
        self._oauth = AsyncOAuth2Client(
            client_id=client.client_id,
            client_secret=client.secret,
            scope=" ".join(dict.fromkeys(("openid", *client.scopes))),
            redirect_uri=client.redirect_uri,
            code_challenge_method="S256",
            headers={"User-Agent": f"change-gate/{__version__}", "Accept-Encoding": "identity"},
            follow_redirects=False,
            timeout=FETCH_S,
            verify=_verifying(client.issuer),
            trust_env=not is_loopback(client.issuer),
            event_hooks={"response": [bound]},
        )

    async def ask(self) -> tuple[str, Asked]:
        """Where to send somebody, and what to keep until they come back. IssuerError."""
        endpoints = await self._discovery.endpoints()
        state, nonce, verifier = (secrets.token_urlsafe(_BYTES) for _ in range(3))
        url, _ = self._oauth.create_authorization_url(
            endpoints.authorization, state=state, code_verifier=verifier, nonce=nonce
        )
        return url, Asked(state=state, nonce=nonce, verifier=verifier)

    async def visitor(self, code: str, asked: Asked, issuer: str | None) -> Visitor | Unverified:
        """Who came back with this code, or why that is not believed. IssuerError."""
        endpoints = await self._discovery.endpoints()
        # RFC 9207, 2.4: an answer of another provider is not taken to ours.
        if issuer != self._client.issuer and (issuer is not None or endpoints.names_itself):
            return Unverified(reason="another provider sent them back")
        tokens = await self._exchanged(code, asked, endpoints)
        if isinstance(tokens, Unverified):
            return tokens
        token, access = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(token, str):
            raise self._trouble("gives no identity token", hint="Let the scopes of the sign-in hold `openid`.")
        meant = Meant(
            issuer=self._client.issuer,
            client_id=self._client.client_id,
            nonce=asked.nonce,
            access_token=access if isinstance(access, str) else None,
        )
        now_s = self._clock.now_ns() / NANOSECOND_PER_SECOND
        claims = await claims_in(token, self._keys, meant, now_s, self._client.leeway_s)
        return claims if isinstance(claims, Unverified) else self._visitor_in(claims)

    async def _exchanged(self, code: str, asked: Asked, endpoints: Endpoints) -> Mapping[str, Any] | Unverified:
        """What the provider gives for the code. Anybody can come with one that is none, so few are asked about."""
        if self._exchanging >= MOST_WAITING:
            raise self._trouble("is asked about many already", hint="Sign in again in a moment.")
        self._exchanging += 1
        try:
            async with asyncio.timeout(FETCH_S):
                return dict(await self._fetched(code, asked, endpoints))
        except OAuthError as error:
            return self._refused(str(error.error))
        except (TimeoutError, TooMuchError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise self._trouble(f"gives no answer at its token endpoint: {type(error).__name__}") from error
        except (AuthlibBaseError, ValueError, TypeError) as error:
            raise self._trouble("answers at its token endpoint with what nobody knows") from error
        finally:
            self._exchanging -= 1

    async def _fetched(self, code: str, asked: Asked, endpoints: Endpoints) -> Mapping[str, Any]:
        method = endpoints.client_auth if self._client.secret else "none"
        answered: Mapping[str, Any] = await self._oauth.fetch_token(
            endpoints.token,
            grant_type="authorization_code",
            code=code,
            code_verifier=asked.verifier,
            redirect_uri=self._client.redirect_uri,
            auth=self._oauth.client_auth(method),
        )
        return answered

    def _refused(self, error: str) -> Unverified:
        if error in _OURS:
            raise self._trouble(f"does not take the gate for its client: {error}", hint="Look at GATE_SIGN_IN_….")
        return Unverified(reason=f"the provider does not take the code: {error[:40]!r}")

    def _visitor_in(self, claims: Mapping[str, Any]) -> Visitor | Unverified:
        account = claims.get(self._client.account_claim)
        if isinstance(account, int) and not isinstance(account, bool):
            account = str(account)
        if not (isinstance(account, str) and 0 < len(account) <= _LONGEST_ACCOUNT):
            return Unverified(reason=f"it names no account in {self._client.account_claim}")
        return Visitor(
            issuer=self._client.issuer, account=account, email=_email_in(claims), groups=self._groups_in(claims)
        )

    def _groups_in(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        said = claims.get(self._client.groups_claim) if self._client.groups_claim else None
        return tuple(each for each in said if isinstance(each, str))[:_MOST_GROUPS] if isinstance(said, list) else ()

    def _trouble(
        self, what: str, hint: str = "Sign in again in a moment; API tokens open all the same."
    ) -> IssuerError:
        return IssuerError(f"the issuer {self._client.issuer} {what}", hint=hint)

    async def close(self) -> None:
        """Close all connections."""
        await self._oauth.aclose()
        await self._fetching.close()


def _verifying(issuer: str) -> bool | ssl.SSLContext:
    # As for its keys: an issuer on this machine, over plain http, needs no certificates of the world's.
    return True if issuer.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _email_in(claims: Mapping[str, Any]) -> str | None:
    """An address counts if the provider has seen that it is theirs; some write `true` as a text."""
    email = claims.get("email")
    is_verified = claims.get("email_verified") in (True, "true")
    return email if is_verified and isinstance(email, str) and 0 < len(email) <= _LONGEST_EMAIL else None
