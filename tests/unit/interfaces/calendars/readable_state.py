"""Whether a calendar is open, asked as a decision asks it."""

from collections.abc import Iterable

from gate.domain.calendar import Calendar, Freeze, Window
from gate.domain.scope import Subject


def is_open(windows: Iterable[Window], subject: Subject, instant_ns: int) -> bool:
    """No freeze holds, and if there are maintenance windows, one does."""
    calendar = Calendar(list(windows))
    if any(isinstance(window, Freeze) for _, window in calendar.touching(subject, instant_ns, instant_ns + 1)):
        return False
    openings = [span for span, _ in calendar.openings(subject, instant_ns)]
    return not openings or any(span is not None and span.holds(instant_ns) for span in openings)
