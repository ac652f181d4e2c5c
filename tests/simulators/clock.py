"""A clock that stands still until it is told to go on."""

from itertools import count

from tests.builders import AT_NS


class FixedClock:
    """Implements `ports.Clock`. Identifiers are numbered through, so that they sort by the order in which they came."""

    def __init__(self, at_ns: int = AT_NS) -> None:
        self._at_ns = at_ns
        self._numbers = count(1)

    def now_ns(self) -> int:
        return self._at_ns

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers):06}"

    def advance(self, by_ns: int) -> None:
        """Let so much time pass. ValueError for going back."""
        if by_ns < 0:
            raise ValueError(f"time goes forward; {by_ns} ns is back")
        self._at_ns += by_ns

    def step_back(self, by_ns: int) -> None:
        """Be set back, as a machine's clock is when somebody mends it."""
        self._at_ns -= by_ns
