"""What every format but iCalendar demands of a window: an end, a kind that blocks, no dates beside its rule."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from gate.domain.calendar import Advisory, Window
from gate.domain.finding import Finding
from gate.interfaces.calendars.conversion import InexpressibleError, Source

_SHOWN: Final = 5


def demand_plain(window: Window) -> tuple[datetime, datetime]:
    """Start and end, on the wall clock. InexpressibleError for what only iCalendar can say."""
    if isinstance(window, Advisory):
        raise InexpressibleError("it is shown and never blocks, which has no counterpart there")
    if window.spans.end is None:
        raise InexpressibleError("it has no known end")
    for name in ("rdate", "exdate"):
        if getattr(window, name, ()):
            raise InexpressibleError(f"it has dates of its own beside its rule ({name})")
    return window.spans.start, window.spans.end


def noted_first_days(windows: Iterable[Window], at_ns: int, whose: str) -> Iterator[Finding]:
    """A note if some begin after an instant: cron holds from the day on which somebody applies it."""
    later = [window.name for window in windows if window.spans.first.start_ns > at_ns]
    if later:
        shown = ", ".join(later[:_SHOWN]) + (", …" if len(later) > _SHOWN else "")
        yield Source("").noted(f"{whose} knows no first day, so these hold at once: {shown}")
