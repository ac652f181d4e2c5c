"""Windows of one sort, and their occurrences as far as they are worked out ahead.

When a window recurs is worked out in microseconds, but for thousands of windows that is too long for a decision. So
it is done before, for a stretch of time around now, and again before that stretch is over. Asked about any other time,
an almanac works out what concerns the change there and then: the answer is the same, and only takes longer.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Generic, Protocol, TypeVar

from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.recurrence import LocalSpans, Span
from gate.domain.scope_index import Filing, ScopeIndex, Sought
from gate.domain.timetable import Scoped, Timetable, earliest

HOUR_NS: Final = 3600 * NANOSECOND_PER_SECOND
BEHIND_NS: Final = HOUR_NS
"""So far back a stretch begins: a clock may be set back a little."""
MOST_HOURS: Final = 8 * 24
LEAST_HOURS: Final = 6
_OCCURRENCES: Final = 20_000
"""About as many as are worked out at once. The more there are a day, the shorter the stretch."""


class Timed(Scoped, Protocol):
    """Is about some changes, at some times."""

    @property
    def spans(self) -> LocalSpans:
        """When."""


T = TypeVar("T", bound=Timed)


def reach_hours(windows: Iterable[Timed]) -> int:
    """For how many hours it is reasonable to work out ahead when these recur."""
    a_day = sum(window.spans.beginnings.most_a_day for window in windows)
    return min(MOST_HOURS, max(LEAST_HOURS, 24 * _OCCURRENCES // max(1, a_day)))


class Almanac(Generic[T]):
    """Windows of one sort, found by scope and time. May be asked while it looks ahead."""

    def __init__(self, filing: Filing, windows: Sequence[T]) -> None:
        """`filing` knows the scopes of all of them."""
        self._filing = filing
        self._windows = sorted(windows, key=lambda window: window.name)
        self._by_scope = ScopeIndex(((window.scope, window) for window in self._windows), filing)
        # Replaced whole, never changed: whoever asks meanwhile sees the one or the other.
        self._ahead: tuple[Span, Timetable[T]] | None = None

    def look_ahead(self, start_ns: int, end_ns: int) -> None:
        """Work out the occurrences that overlap `[start_ns, end_ns)`, and of each window the next one after."""
        occurrences = ((window, window.spans.ahead(start_ns, end_ns)) for window in self._windows)
        self._ahead = Span(start_ns, end_ns), Timetable(self._filing, occurrences)

    def touching(self, sought: Sought, start_ns: int, end_ns: int) -> list[tuple[Span, T]]:
        """The occurrences whose scope matches and that overlap `[start_ns, end_ns)`."""
        if (ahead := self._known(start_ns, end_ns)) is not None:
            return ahead.overlapping(sought, start_ns, end_ns)
        matching = self._by_scope.matching(sought.subject)
        return [(span, window) for window in matching for span in window.spans.between(start_ns, end_ns)]

    def now_and_next(self, sought: Sought, instant_ns: int) -> list[tuple[Span, T]]:
        """The occurrences that hold an instant, and the first after it; of several at once, the first by name."""
        if (ahead := self._known(instant_ns, instant_ns + 1)) is not None:
            return ahead.now_and_next(sought, instant_ns)
        matching = self._by_scope.matching(sought.subject)
        now = [(span, window) for window in matching for span in window.spans.between(instant_ns, instant_ns + 1)]
        coming = ((window.spans.next_after(instant_ns), window) for window in matching)
        first = earliest((span, window) for span, window in coming if span is not None)
        return now if first is None else [*now, first]

    def covering(self, sought: Sought) -> T | None:
        """One of the windows whose scope matches, whenever it is; always the same one."""
        return self._by_scope.first(sought.subject)

    def _known(self, start_ns: int, end_ns: int) -> Timetable[T] | None:
        if self._ahead is None:
            return None
        stretch, timetable = self._ahead
        return timetable if stretch.contains(start_ns, end_ns) else None
