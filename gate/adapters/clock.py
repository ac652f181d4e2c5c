"""The real clock, and identifiers that sort by it."""

import secrets
import time


class SystemClock:
    """The clock of this machine. What must not go back with it is guarded by sequences, not by time."""

    def now_ns(self) -> int:
        """Nanoseconds since the epoch, UTC."""
        return time.time_ns()

    def new_id(self, prefix: str) -> str:
        """48 bits of milliseconds and 80 random bits, in hexadecimal: sortable, and not to be guessed."""
        milliseconds = time.time_ns() // 1_000_000
        return f"{prefix}_{milliseconds:012x}{secrets.token_hex(10)}"
