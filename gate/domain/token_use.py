"""What an identity token was used for. A token that is shown a second time must be shown for the same thing.

A pipeline asks several times with one token: it asks for a change, looks, starts it, says how it went. So a token is
not spent by its first use, but bound by it, to that request and the change that it became; for any other change it is
worth nothing, whoever shows it. Looking changes nothing, and binds nothing.
"""

from typing import Final

from gate.domain.identity import Vouched
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.model import Model

_KEPT_NS: Final = 600 * NANOSECOND_PER_SECOND
"""How long a use is remembered after its token expired: far longer than leeway and the clocks of two gates differ."""


class TokenUse(Model):
    """What a token is bound to: a request, the change that it became, or a change that somebody asked for before."""

    token: str
    """Its digest (`Identity.digest`)."""
    request_key: str | None = None
    change_id: str | None = None
    kept_until_ns: int

    @classmethod
    def of(cls, vouched: Vouched, *, request_key: str | None = None, change_id: str | None = None) -> "TokenUse":
        """The use of a token for a request, or for a change."""
        kept_until_ns = vouched.expires_at_ns + _KEPT_NS
        return cls(token=vouched.token, request_key=request_key, change_id=change_id, kept_until_ns=kept_until_ns)

    def allows(self, wanted: "TokenUse") -> bool:
        """Whether a token with this use on record may be used so."""
        if wanted.change_id is not None:
            return wanted.change_id == self.change_id
        return wanted.request_key is not None and wanted.request_key == self.request_key
