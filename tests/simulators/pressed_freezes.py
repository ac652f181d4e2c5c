"""Pressed freezes in memory: the part of the store's simulator that the red button rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gate.domain.errors import LimitReachedError
from gate.domain.red_button import MOST_IN_FORCE, MOST_TOLD, PressedFreeze, Thaw


@dataclass
class PressedFreezes:
    """All that were ever pressed."""

    _by_id: dict[str, PressedFreeze] = field(default_factory=dict)
    _by_key: dict[str, str] = field(default_factory=dict)

    def holding(self, at_ns: int) -> tuple[PressedFreeze, ...]:
        """Those that hold, by id."""
        return tuple(freeze for _, freeze in sorted(self._by_id.items()) if freeze.state_at(at_ns) == "pressed")

    def press(self, freeze: PressedFreeze, key: str | None) -> PressedFreeze:
        """The freeze, unless its key has pressed before."""
        if key is not None and key in self._by_key:
            return self._by_id[self._by_key[key]]
        if len(self.holding(freeze.pressed_at_ns)) >= MOST_IN_FORCE:
            raise LimitReachedError("too many hold already", hint="Thaw some.")
        self._by_id[freeze.id] = freeze
        if key is not None:
            self._by_key[key] = freeze.id
        return freeze

    def thaw(self, freeze_id: str, thaw: Thaw) -> bool:
        """Whether that changed anything."""
        freeze = self._by_id.get(freeze_id)
        if freeze is None or freeze.state_at(thaw.at_ns) != "pressed":
            return False
        self._by_id[freeze_id] = freeze.model_copy(update={"thaw": thaw})
        return True

    def file(self, freeze_id: str, at_ns: int) -> None:
        """Once; again changes nothing."""
        freeze = self._by_id.get(freeze_id)
        if freeze is not None and freeze.filed_at_ns is None:
            self._by_id[freeze_id] = freeze.model_copy(update={"filed_at_ns": at_ns})

    def one(self, freeze_id: str) -> PressedFreeze | None:
        """By its id."""
        return self._by_id.get(freeze_id)

    def newest(self, holding_at_ns: int | None, pressed_since_ns: int) -> Sequence[PressedFreeze]:
        """The newest first."""
        freezes = self._by_id.values() if holding_at_ns is None else self.holding(holding_at_ns)
        late = [freeze for freeze in freezes if freeze.pressed_at_ns >= pressed_since_ns]
        return sorted(late, key=lambda freeze: (freeze.pressed_at_ns, freeze.id), reverse=True)[:MOST_TOLD]
