"""Instants of answers for people to read: to the second. Programs read answers in JSON, where they stay exact."""

import re
from datetime import datetime
from typing import Final

from gate.domain.instant import NANOSECOND_PER_SECOND, rfc3339, to_ns

_FRACTION: Final = re.compile(r"\.[0-9]+")


def cut(written: str | None, otherwise: str = "") -> str:
    """The second in which it lies; `otherwise` where there is no instant."""
    return _FRACTION.sub("", written) if written else otherwise


def not_before(written: str | None, otherwise: str = "") -> str:
    """The first whole second that is no earlier, for a beginning that somebody may go by."""
    second = cut(written, otherwise)
    if second in {written, otherwise}:
        return second
    return rfc3339(to_ns(datetime.fromisoformat(second)) + NANOSECOND_PER_SECOND)
