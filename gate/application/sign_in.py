"""People who sign in for the pages: sent to their provider, and known again by the policy in force."""

import logging
from dataclasses import dataclass

from gate.application.active_policy import ActivePolicy
from gate.domain.errors import ForbiddenError, NoPolicyError, UnauthenticatedError
from gate.domain.identity import Unverified
from gate.domain.sign_in import Asked, NoPerson, Visitor, person_of
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

    async def person(self, code: str, asked: Asked, issuer: str | None) -> str:
        """Who came back with this code, by their name in the policy.

        UnauthenticatedError, which never says what was wrong; ForbiddenError if the policy does not name them: what
        they are told is what their own provider says of them. WorldError.
        """
        verdict = await self.provider.visitor(code, asked, issuer)
        if isinstance(verdict, Unverified):
            logger.info("a sign-in is not accepted: %s", verdict.reason)
            raise refusal()
        return self._known(verdict)

    def _known(self, visitor: Visitor) -> str:
        policy = self.active.policy
        if policy is None:
            raise NoPolicyError(
                "no policy revision is active yet", hint=self.active.trouble or "Sign in again in a moment."
            )
        person = person_of(visitor, policy.catalogue)
        if isinstance(person, NoPerson):
            logger.info("a sign-in is of nobody whom the policy names: %s", person.reason)
            raise ForbiddenError(person.reason, hint=person.hint)
        logger.info("%s signed in", person)
        return person

    async def close(self) -> None:
        """Close what the provider has open."""
        await self.provider.close()


def refusal() -> UnauthenticatedError:
    """The one answer to every sign-in that is not believed: it tells nobody what was wrong with it."""
    return UnauthenticatedError(
        "the sign-in is not accepted",
        hint="Sign in again. If it fails again, ask whoever runs the gate to see its log.",
    )
