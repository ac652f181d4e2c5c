"""Tokens in memory: those that were made, and what identity tokens were first used for."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gate.domain.access import Token
from gate.domain.token_use import TokenUse


@dataclass
class Tokens:
    """The part of the store's simulator that knows them."""

    _made: dict[str, Token] = field(default_factory=dict)
    _uses: dict[str, TokenUse] = field(default_factory=dict)

    def listed(self) -> Sequence[Token]:
        """Oldest first."""
        return sorted(self._made.values(), key=lambda token: (token.made_at_ns, token.id))

    def add(self, token: Token) -> None:
        """Keep a new one."""
        self._made[token.id] = token

    def forget_all(self) -> None:
        """What no port can do, and an old backup does."""
        self._made.clear()

    def revoke(self, token_id: str, at_ns: int) -> bool | None:
        """Whether it was revoked just now; None if there is no such token."""
        token = self._made.get(token_id)
        if token is None:
            return None
        if token.revoked_at_ns is not None:
            return False
        self._made[token_id] = token.model_copy(update={"revoked_at_ns": at_ns})
        return True

    def use(self, use: TokenUse, at_ns: int) -> TokenUse:
        """Bind it to what it is used for first, and say to what that is."""
        self._uses = {token: one for token, one in self._uses.items() if one.kept_until_ns > at_ns}
        return self._uses.setdefault(use.token, use)

    def settle(self, token: str, change_id: str) -> None:
        """Remember which change came of it."""
        use = self._uses.get(token)
        if use is not None and use.change_id is None:
            self._uses[token] = use.model_copy(update={"change_id": change_id})
