"""Spans with what they belong to, found by time alone."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Generic, TypeVar

from gate.domain.recurrence import NEVER_NS, Span

T = TypeVar("T")


class SpanIndex(Generic[T]):
    """Spans sorted by start over a tree of latest ends: those that overlap a span, in O(log n + hits)."""

    def __init__(self, entries: Iterable[tuple[Span, T]]) -> None:
        """Of those that start together, the order in which they are given is kept."""
        self._entries = sorted(entries, key=lambda entry: entry[0].start_ns)
        self._starts = [span.start_ns for span, _ in self._entries]
        self._leaves = 1 << max(0, len(self._entries) - 1).bit_length()
        ends = [NEVER_NS if span.end_ns is None else span.end_ns for span, _ in self._entries]
        self._latest_until = [-1, *accumulate(ends, max)]
        self._latest_end = [-1] * self._leaves + ends + [-1] * (self._leaves - len(ends))
        for node in range(self._leaves - 1, 0, -1):
            self._latest_end[node] = max(self._latest_end[2 * node], self._latest_end[2 * node + 1])

    def overlapping(self, start_ns: int, end_ns: int) -> Iterator[tuple[Span, T]]:
        """Those that share an instant with `[start_ns, end_ns)`, by start."""
        stop = bisect_left(self._starts, end_ns)
        # Mostly nothing does, and that shows at once: of those that start before, none ends after.
        return self._walk(start_ns, stop) if self._latest_until[stop] > start_ns else iter(())

    def _walk(self, start_ns: int, stop: int) -> Iterator[tuple[Span, T]]:
        pending = [(1, 0, self._leaves)]
        while pending:
            node, low, high = pending.pop()
            if low >= stop or self._latest_end[node] <= start_ns:
                continue
            if node >= self._leaves:
                yield self._entries[low]
                continue
            middle = (low + high) // 2
            pending += [(2 * node + 1, middle, high), (2 * node, low, middle)]

    def after(self, instant_ns: int) -> Iterator[tuple[Span, T]]:
        """Those that start after an instant, by start."""
        for position in range(bisect_right(self._starts, instant_ns), len(self._entries)):
            yield self._entries[position]
