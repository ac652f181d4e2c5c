"""How long a command goes on asking, and how it paces itself."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 10.0


@dataclass(slots=True)
class Patience:
    """So many seconds from when it was made. The clock and the pausing are handed in by tests alone."""

    seconds: float
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _until: float = field(init=False)
    _pause_s: float = field(init=False, default=_FIRST_PAUSE_S)

    def __post_init__(self) -> None:
        self._until = self.now() + self.seconds

    @property
    def left_s(self) -> float:
        """Seconds that are left, never less than none."""
        return max(0.0, self._until - self.now())

    def pause(self, at_least_s: float = 0.0) -> None:
        """Wait before asking again: each time twice as long, but no longer than is left."""
        self.sleep(min(max(self._pause_s, at_least_s), self.left_s))
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)

    def refresh(self) -> None:
        """Begin with short pauses again: the gate answered."""
        self._pause_s = _FIRST_PAUSE_S
