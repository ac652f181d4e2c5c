"""How often one caller may ask: a bucket of requests that fills at a steady rate (token bucket, RFC 2697's idea)."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

CALLERS: Final = 10_000
"""How many callers are remembered; the ones that have been quiet longest are forgotten first, with a full bucket."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Rate:
    """The buckets of all callers."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`burst`: how many may come at once after a quiet time. The clock gives seconds and never goes back."""
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, caller: str) -> float:
        """Take one request: 0 if it may go ahead, else the seconds after which it may."""
        now = self._clock()
        bucket = self._buckets.pop(caller, None) or _Bucket(self._burst, now)
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._per_second)
        bucket.at = now
        self._buckets[caller] = bucket
        if len(self._buckets) > CALLERS:
            self._buckets.popitem(last=False)
        if bucket.left < 1:
            return (1 - bucket.left) / self._per_second
        bucket.left -= 1
        return 0.0
