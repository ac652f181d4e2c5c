"""Where a window begins or ends at a time that the clock skips or repeats: there calendars read it differently.

The gate takes the reading that makes a freeze longest and a maintenance window shortest (`gate.domain.recurrence`).
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gate.domain.calendar import Window
from gate.domain.finding import Finding
from gate.domain.instant import rfc3339, to_ns
from gate.domain.jumps import Jump, jumps
from gate.domain.recurrence import resolve
from gate.interfaces.calendars.conversion import Source

_YEARS: Final = 10
"""So far from the beginning of a window the clock is looked at."""
_SECOND: Final = timedelta(seconds=1)


Elsewhere = Callable[[Jump, datetime], str]
"""What the other side makes of a time inside a jump."""


def noted_jumps(window: Window, elsewhere: Elsewhere, source: Source) -> Iterator[Finding]:
    """A note on the first time that an edge of the window falls into a jump."""
    zone = ZoneInfo(window.timezone)
    new_year = datetime(window.spans.start.year, 1, 1, tzinfo=UTC)
    for jump in jumps(zone, to_ns(new_year), _YEARS):
        edge = _edge_in(window, jump)
        if edge is None:
            continue
        earliest, latest = (rfc3339(resolve(edge, zone, side)) for side in ("earliest", "latest"))
        longer = "longest" if window.forbids else "shortest"
        passes = "does not exist" if jump.skipped else "passes twice"
        yield source.noted(
            f"{edge.isoformat(timespec='minutes')} {passes} in {window.timezone}: {elsewhere(jump, edge)}; the gate "
            f"takes, of {earliest} and {latest}, what makes the window {longer}"
        )
        return


def _edge_in(window: Window, jump: Jump) -> datetime | None:
    """A beginning or end strictly inside: at the border of a jump there is but one reading of what is skipped."""
    start, end = window.spans.start, window.spans.end
    length = timedelta(0) if end is None else end - start
    for offset in dict.fromkeys((timedelta(0), length)):
        for begin in window.spans.beginnings.between(jump.begin - offset, jump.end - offset - _SECOND):
            if not jump.skipped or begin + offset > jump.begin:
                return begin + offset
    return None
