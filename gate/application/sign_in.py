"""People who sign in for the pages: sent to their provider, and known again by the policy in force."""

import logging
from dataclasses import dataclass

from gate.application.active_policy import ActivePolicy
from gate.domain.errors import ForbiddenError, NoPolicyError, UnauthenticatedError
from gate.domain.identity import Unverified
from gate.domain.sign_in import Asked, NoPerson, SignedIn, Visitor, signed_in
from gate.ports import SignInProvider

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who somebody is that a provider vouches for."""

    provider: SignInProvider
    active: ActivePolicy

    async def begin(self) -> tuple[str, Asked]:
        """Where to send somebody, and what to keep until they come back. IssuerError."""
        return await self.provider.ask()

    async def person(self, code: str, asked: Asked, issuer: str | None) -> SignedIn:
        """Who came back with this code, as the policy names them.

        UnauthenticatedError, which never says what was wrong; ForbiddenError if the policy does not name them: what
        they are told is what their own provider says of them. WorldError.
        """
        verdict = await self.provider.visitor(code, asked, issuer)
        if isinstance(verdict, Unverified):
            logger.info("a sign-in is not accepted: %s", verdict.reason)
            raise refusal()
        return self._known(verdict)

    def _known(self, visitor: Visitor) -> SignedIn:
        policy = self.active.policy
        if policy is None:
            raise NoPolicyError(
                "no policy revision is active yet", hint=self.active.trouble or "Sign in again in a moment."
            )
        known = signed_in(visitor, policy.catalogue)
        if isinstance(known, NoPerson):
            logger.info("a sign-in is of nobody whom the policy names: %s", known.reason)
            raise ForbiddenError(known.reason, hint=known.hint)
        logger.info("%s signed in", known.person)
        return known

    async def close(self) -> None:
        """Close what the provider has open."""
        await self.provider.close()


def refusal() -> UnauthenticatedError:
    """The one answer to every sign-in that is not believed: it tells nobody what was wrong with it."""
    return UnauthenticatedError(
        "the sign-in is not accepted",
        hint="Sign in again. If it fails again, ask whoever runs the gate to see its log.",
    )
