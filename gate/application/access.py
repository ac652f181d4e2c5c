"""Who is asking: from the token that came with a request to a caller, and how tokens are made and revoked."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from gate.application.robots import RobotAccess
from gate.application.shared import Shared
from gate.domain.access import ANYBODY, Caller, Permission, Token, TokenState, digest_of, read, refusal, written
from gate.domain.errors import CallerError, UnauthenticatedError, UnknownNameError
from gate.domain.identity import is_identity_token
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.record import Record
from gate.ports import Clock, Store

FRESH_NS: Final = 2 * NANOSECOND_PER_SECOND
"""How long the list of tokens may be used before the store is asked again: how long a revoked one may still open."""
_ID_BYTES: Final = 8
_SECRET_BYTES: Final = 32
_OTHER_NAME: Final = "To have both for a while, give the new one a name of its own."


class Access:
    """The tokens of one gate. As long as none was ever made, the gate is open; once it was closed, it stays so.

    A gate that trusts issuers of identity tokens is never open.
    """

    def __init__(self, store: Store, clock: Clock, robots: RobotAccess | None = None) -> None:
        """`robots`: who asks with identity tokens; None where no issuer is trusted."""
        self._store = store
        self._clock = clock
        self._robots = robots
        self._tokens: Mapping[str, Token] = {}
        self._read_at_ns: int | None = None
        self._reading = Shared(self._read)

    async def is_open(self) -> bool:
        """Whether no token was ever made, so that anybody may do everything. StoreError."""
        return self._robots is None and not await self._known()

    async def caller(self, token: str | None) -> Caller:
        """Who holds this token. UnauthenticatedError, which never says what was wrong with it; StoreError.

        Of an identity token also ForbiddenError and WorldError, as `RobotAccess.caller` raises them.
        """
        if token is not None and self._robots is not None and is_identity_token(token):
            return await self._robots.caller(token)
        known = await self._known()
        if not known and self._robots is None:
            return Caller.anybody()
        if token is None:
            raise UnauthenticatedError("this needs a token", hint=refusal().hint)
        token_id, secret = read(token)
        found = known.get(token_id)
        if found is None or not found.opens_for(secret, self._clock.now_ns()):
            raise refusal()
        return found.caller()

    async def make(
        self,
        name: str,
        permissions: Sequence[Permission],
        *,
        services: Sequence[str] = ("*",),
        environments: Sequence[str] = ("*",),
        person: str | None = None,
        valid_ns: int | None = None,
    ) -> tuple[Token, str]:
        """A new token, and the only copy of what its holder needs. CallerError, StoreError.

        `person`: who answers with it, by their name in the catalogue; nobody where nothing is said.
        `valid_ns`: how long it is worth something; for ever where nothing is said.
        """
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        at_ns = self._clock.now_ns()
        token = _understood(
            id=secrets.token_hex(_ID_BYTES),
            name=name,
            digest=digest_of(secret),
            permissions=permissions,
            services=services,
            environments=environments,
            person=person,
            made_at_ns=at_ns,
            expires_at_ns=None if valid_ns is None else at_ns + valid_ns,
        )
        await self._demand_free(token.name)
        said = token.model_dump(mode="json", exclude={"id", "digest"})
        record = Record.of("token_made", self._clock.new_id("rec"), at_ns, None, token=token.id, **said)
        await self._store.add_token(token, record)
        self._read_at_ns = None
        return token, written(token.id, secret)

    async def _demand_free(self, name: str) -> None:
        # Asked before it is written, not in the same transaction: two people who make the same token in the same
        # moment get two callers of one name. That confuses those who read the record, and lets nobody in.
        if name == ANYBODY:
            raise CallerError(f"{name} is the caller of a gate without tokens", hint=_OTHER_NAME, field="name")
        for token, state in await self.tokens():
            if token.name == name and state == "active":
                raise CallerError(
                    f"{name} has a token already, {token.id}",
                    hint=f"Revoke that one first with `gate token revoke {token.id}`. {_OTHER_NAME}",
                    field="name",
                )

    async def revoke(self, token_id: str) -> None:
        """From now on it opens nothing; again changes nothing. UnknownNameError, StoreError."""
        at_ns = self._clock.now_ns()
        record = Record.of("token_revoked", self._clock.new_id("rec"), at_ns, None, token=token_id)
        if not await self._store.revoke_token(token_id, at_ns, record):
            # The id is not repeated: somebody may have given the whole token for it.
            raise UnknownNameError("no token has this id", hint="`gate token list` shows them.")
        self._read_at_ns = None

    async def tokens(self) -> Sequence[tuple[Token, TokenState]]:
        """All that were ever made, oldest first, and what each is worth now. StoreError."""
        at_ns = self._clock.now_ns()
        return [(token, token.state_at(at_ns)) for token in await self._store.tokens()]

    async def _known(self) -> Mapping[str, Token]:
        now_ns = self._clock.now_ns()
        # A clock that was set back would make the list look fresh for long: any age but a small positive one is old.
        if self._read_at_ns is None or not 0 <= now_ns - self._read_at_ns < FRESH_NS:
            await self._reading.answer()
        return self._tokens

    async def _read(self) -> None:
        at_ns = self._clock.now_ns()
        # Tokens are never forgotten. If a store forgets them all the same (an old backup, say), its gate does not stand
        # open for that: what was known stays known, at worst longer than it should.
        self._tokens = {token.id: token for token in await self._store.tokens()} or self._tokens
        self._read_at_ns = at_ns


def _understood(**said: Any) -> Token:
    try:
        return Token(**said)
    except ValidationError as error:
        mistake = error.errors(include_input=False)[0]
        field = str(mistake["loc"][0])
        raise CallerError(
            f"the {field} of the token cannot be used: {mistake['msg']}",
            hint="A name is letters, digits, `.`, `_` and `-`; globs have up to 200 characters.",
            field=field,
        ) from error
