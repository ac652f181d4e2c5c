"""How long a gate takes until it is well again, and what it says until then."""

import time
from collections.abc import Callable
from typing import Final

RECOVERY_S: Final = 2.0
"""What is promised, on a machine that has nothing else to do."""
PATIENCE_S: Final = 30.0
"""How long a test looks before it gives up."""


def until_answered(ask: Callable[[], str], wanted: str) -> tuple[float, set[str]]:
    """Seconds until the wanted answer comes, and the answers that came before it."""
    begun, seen = time.monotonic(), set[str]()
    while (answer := ask()) != wanted:
        seen.add(answer)
        assert time.monotonic() - begun < PATIENCE_S, f"still {answer}"
    return time.monotonic() - begun, seen
