"""Reviews in memory: the part of the store's simulator that after-care rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from gate.domain.facts import TeamBypasses
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.pir import Pir, WrittenPir

_DAYS: Final = 30
_SPAN_NS: Final = _DAYS * 86_400 * NANOSECOND_PER_SECOND


@dataclass
class Pirs:
    """What changes owe, and what was written, by change."""

    _pirs: dict[str, Pir] = field(default_factory=dict)
    _announced: dict[str, int] = field(default_factory=dict)

    def owe(self, pir: Pir | None) -> None:
        """From now on."""
        if pir is not None:
            self._pirs[pir.change] = pir

    def one(self, change_id: str) -> Pir | None:
        """Of a change."""
        return self._pirs.get(change_id)

    def write(self, change_id: str, written: WrittenPir) -> bool:
        """Whether there was one to write."""
        pir = self._pirs.get(change_id)
        if pir is None or pir.written is not None:
            return False
        self._pirs[change_id] = pir.model_copy(update={"written": written})
        return True

    def listed(self, overdue_at_ns: int | None) -> Sequence[Pir]:
        """As the store tells them."""
        if overdue_at_ns is None:
            return sorted(self._pirs.values(), key=lambda pir: (pir.owed_since_ns, pir.change), reverse=True)
        overdue = [pir for pir in self._pirs.values() if pir.is_overdue(overdue_at_ns)]
        return sorted(overdue, key=lambda pir: (pir.due_ns, pir.change))

    def unannounced(self, at_ns: int, limit: int) -> Sequence[Pir]:
        """Overdue and not announced."""
        return [pir for pir in self.listed(at_ns) if pir.change not in self._announced][:limit]

    def announce(self, change_id: str, at_ns: int) -> bool:
        """Whether it is to be announced now."""
        pir = self._pirs.get(change_id)
        if pir is None or pir.written is not None or change_id in self._announced:
            return False
        self._announced[change_id] = at_ns
        return True

    def standing(self, team: str, at_ns: int) -> TeamBypasses:
        """How a team stands."""
        own = [pir for pir in self._pirs.values() if pir.team == team]
        lately = [pir for pir in own if pir.owed_since_ns > at_ns - _SPAN_NS]
        return TeamBypasses(
            days=_DAYS,
            used=sum(len(pir.bypasses) - pir.broken for pir in lately),
            broken=sum(pir.broken for pir in lately),
            pirs_overdue=sum(pir.is_overdue(at_ns) for pir in own),
        )
