"""Whoever can tell who somebody is: a pipeline by its token, a person by signing in."""

from typing import Protocol

from gate.domain.identity import Identity, Unverified
from gate.domain.sign_in import Asked, Visitor


class IdentityVerifier(Protocol):
    """Whoever can tell whether an identity token was issued by an issuer that is trusted, for this gate and for now."""

    async def verify(self, token: str) -> Identity | Unverified:
        """Who shows it, or why it is not believed. IssuerError if that cannot be known now."""

    async def close(self) -> None:
        """Close whatever was opened."""


class SignInProvider(Protocol):
    """Where people show who they are (OpenID Connect Core 1.0, 3.1: the authorization code flow)."""

    async def ask(self) -> tuple[str, Asked]:
        """Where to send somebody, and what to keep until they come back. IssuerError if it does not answer."""

    async def visitor(self, code: str, asked: Asked, issuer: str | None) -> Visitor | Unverified:
        """Who came back with this code, or why that is not believed. IssuerError if it cannot be known now.

        `issuer`: who sent them back, where that was said (RFC 9207).
        """

    async def close(self) -> None:
        """Close whatever was opened."""
