"""Bypasses as their page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gate.application.inbox import BypassStanding
from gate.interfaces.web.moments import Moment

_ORDER: Final = {"granted": 0, "consumed": 1, "expired": 2}


@dataclass(frozen=True, slots=True)
class BypassView:
    """A bypass, and whether it is spent."""

    standing: BypassStanding
    expires: Moment


def bypass_views(standings: Sequence[BypassStanding], now_ns: int) -> list[BypassView]:
    """What is not spent first."""
    ordered = sorted(standings, key=lambda each: (_ORDER[each.state], each.bypass.id))
    return [BypassView(each, Moment.of(each.bypass.expires_ns, now_ns)) for each in ordered]
