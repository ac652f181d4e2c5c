"""Broken glasses in memory: the part of the store's simulator that break-glass rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gate.domain.break_glass import BreakGlass


@dataclass
class Glasses:
    """Those that were broken, by change."""

    _glasses: dict[str, tuple[BreakGlass, ...]] = field(default_factory=dict)

    def of(self, change_id: str) -> tuple[BreakGlass, ...]:
        """Of a change, oldest first."""
        return self._glasses.get(change_id, ())

    def keep(self, glass: BreakGlass) -> None:
        """One more."""
        self._glasses[glass.change] = (*self.of(glass.change), glass)

    def unfiled(self, limit: int) -> Sequence[BreakGlass]:
        """Oldest first."""
        found = [glass for several in self._glasses.values() for glass in several if glass.filed_at_ns is None]
        return sorted(found, key=lambda glass: (glass.at_ns, glass.id))[:limit]

    def file(self, glass_id: str, at_ns: int) -> None:
        """Filed, once."""
        self._glasses = {
            change: tuple(
                glass.model_copy(update={"filed_at_ns": at_ns})
                if glass.id == glass_id and glass.filed_at_ns is None
                else glass
                for glass in several
            )
            for change, several in self._glasses.items()
        }
