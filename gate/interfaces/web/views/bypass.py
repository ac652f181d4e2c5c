"""Bypasses as their page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gate.application.bypasses import BypassStanding
from gate.interfaces.web.moments import Moment

_ORDER: Final = {"granted": 0, "refused": 1, "consumed": 2, "expired": 3}


@dataclass(frozen=True, slots=True)
class BypassView:
    """A bypass, and whether a change can use it now."""

    standing: BypassStanding
    expires: Moment


def bypass_views(standings: Sequence[BypassStanding], now_ns: int) -> list[BypassView]:
    """What can be used now first, then what is not honoured, then what is spent."""
    ordered = sorted(standings, key=lambda each: (_ORDER[each.state], each.bypass.id))
    return [BypassView(each, Moment.of(each.bypass.expires_ns, now_ns)) for each in ordered]
