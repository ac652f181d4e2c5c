"""Pipelines that ask with identity tokens: from a token to the robot that the policy in force binds to it.

The binding is looked up for every request, so that a merged policy counts at once; verifying is the verifier's affair.
"""

import logging
from collections import OrderedDict
from typing import Final

from gate.application.active_policy import ActivePolicy
from gate.domain.access import Caller
from gate.domain.errors import ForbiddenError, NoPolicyError
from gate.domain.identity import Unverified, refusal
from gate.domain.robots import NoRobot
from gate.domain.token_use import TokenUse
from gate.ports import Clock, IdentityVerifier, Store

KNOWN: Final = 2_000
"""So many settled uses are remembered, so that whoever goes on with a change costs the store nothing."""

logger = logging.getLogger(__name__)


class RobotAccess:
    """Who shows an identity token."""

    def __init__(self, verifier: IdentityVerifier, active: ActivePolicy) -> None:
        self._verifier = verifier
        self._active = active

    async def caller(self, token: str) -> Caller:
        """The robot. UnauthenticatedError, which never says what was wrong; ForbiddenError if it is none; WorldError.

        Strangers get that far as well: anybody can have a token of a public forge issued for any audience. What they
        are told is what their own token says.
        """
        verdict = await self._verifier.verify(token)
        if isinstance(verdict, Unverified):
            logger.info("an identity token is not accepted: %s", verdict.reason)
            raise refusal()
        if self._active.policy is None:
            hint = self._active.trouble or "Ask again once /readyz answers 200."
            raise NoPolicyError("no policy revision is active yet", hint=hint)
        caller = self._active.policy.robots.caller(verdict)
        if isinstance(caller, NoRobot):
            raise ForbiddenError(caller.reason, hint=caller.hint)
        return caller

    async def close(self) -> None:
        """Close what the verifier has open."""
        await self._verifier.close()


class TokenUses:
    """What identity tokens are bound to by their first use (see `gate.domain.token_use`)."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._settled: OrderedDict[str, TokenUse] = OrderedDict()

    async def demand_request(self, caller: Caller, request_key: str) -> None:
        """Bind the token to a request. ForbiddenError if it is bound to something else; StoreError."""
        if caller.vouched is not None:
            await self._demand(TokenUse.of(caller.vouched, request_key=request_key))

    async def demand_change(self, caller: Caller, change_id: str) -> None:
        """Bind the token to a change that there is. ForbiddenError if it is bound to something else; StoreError."""
        if caller.vouched is not None:
            await self._demand(TokenUse.of(caller.vouched, change_id=change_id))

    async def settle(self, caller: Caller, change_id: str) -> None:
        """The request that the token is bound to became this change. StoreError."""
        if caller.vouched is not None and caller.vouched.token not in self._settled:
            await self._store.settle_token(caller.vouched.token, change_id)

    async def _demand(self, wanted: TokenUse) -> None:
        use = self._settled.get(wanted.token) or await self._store.use_token(wanted, self._clock.now_ns())
        if use.change_id is not None:
            self._remember(use)
        if not use.allows(wanted):
            raise ForbiddenError(
                "this identity token has been used for another change",
                hint="A token is for the change that it was first used for; let the forge issue one for each change.",
            )

    def _remember(self, use: TokenUse) -> None:
        self._settled[use.token] = use
        if len(self._settled) > KNOWN:
            self._settled.popitem(last=False)
