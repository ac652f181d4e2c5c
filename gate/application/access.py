"""Who is asking: from the token that came with a request to a caller, and how tokens are made and revoked."""

import secrets
from collections.abc import Sequence
from typing import Final

from gate.domain.access import Caller, Permission, Token, digest_of, read, refusal, written
from gate.domain.errors import UnauthenticatedError, UnknownNameError
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.record import Record
from gate.ports import Clock, Store

FRESH_NS: Final = 2 * NANOSECOND_PER_SECOND
"""How long the list of tokens may be used before the store is asked again: how long a revoked one may still open."""
_ID_BYTES: Final = 8
_SECRET_BYTES: Final = 32


class Access:
    """The tokens of one gate. As long as none was ever made, the gate is open."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._tokens: dict[str, Token] = {}
        self._read_at_ns: int | None = None

    async def is_open(self) -> bool:
        """Whether no token was ever made, so that anybody may do everything."""
        return not await self._known()

    async def caller(self, token: str | None) -> Caller:
        """Who holds this token. UnauthenticatedError, which never says what was wrong with it."""
        known = await self._known()
        if not known:
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
        services: Sequence[str],
        environments: Sequence[str],
        expires_at_ns: int | None,
    ) -> tuple[Token, str]:
        """A new token, and the only copy of what its holder needs."""
        token_id, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
        at_ns = self._clock.now_ns()
        token = Token(
            id=token_id,
            name=name,
            digest=digest_of(secret),
            permissions=tuple(permissions),
            services=tuple(services),
            environments=tuple(environments),
            made_at_ns=at_ns,
            expires_at_ns=expires_at_ns,
        )
        said = token.model_dump(mode="json", exclude={"id", "digest"})
        record = Record.of("token_made", self._clock.new_id("rec"), at_ns, None, token=token_id, **said)
        await self._store.add_token(token, record)
        self._read_at_ns = None
        return token, written(token_id, secret)

    async def revoke(self, token_id: str) -> None:
        """From now on it opens nothing. UnknownNameError."""
        at_ns = self._clock.now_ns()
        record = Record.of("token_revoked", self._clock.new_id("rec"), at_ns, None, token=token_id)
        if not await self._store.revoke_token(token_id, at_ns, record):
            raise UnknownNameError(f"no token has the id {token_id!r}", hint="`gate token list` shows them.")
        self._read_at_ns = None

    async def tokens(self) -> Sequence[Token]:
        """All that were ever made, oldest first."""
        return await self._store.tokens()

    async def _known(self) -> dict[str, Token]:
        now_ns = self._clock.now_ns()
        # A clock that was set back would make the list look fresh for long: any age but a small positive one is old.
        if self._read_at_ns is None or not 0 <= now_ns - self._read_at_ns < FRESH_NS:
            self._tokens = {token.id: token for token in await self._store.tokens()}
            self._read_at_ns = now_ns
        return self._tokens
