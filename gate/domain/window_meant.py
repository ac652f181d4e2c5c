"""What somebody probably meant who wrote a window that lasts too long."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from gate.domain.calendar import Freeze, Window
from gate.domain.wall_clock import LocalMoment, beginning_of, is_day

_DAY: Final = timedelta(days=1)
_MONTHS: Final = 12


def written(moment: datetime, like: LocalMoment) -> str:
    """A time on the wall in the form in which a window's own are written: as a day, or to the minute."""
    return moment.date().isoformat() if is_day(like) else moment.isoformat(timespec="minutes")


def sooner(window: Window, longest: timedelta) -> str:
    """For a freeze of eleven months: an end on the same day of an earlier month, as if that was slipped in."""
    raise_it = "or raise `longest_freeze` in gate.yaml if so long is meant"
    spans = window.spans
    if window.end is None or spans.end is None or spans.end - spans.start <= longest:
        return f"Each occurrence lasts until the next begins: let the rule end sooner, {raise_it}."
    start, end = beginning_of(window.start), beginning_of(window.end)
    likely = next((each for each in _in_months_after(start, end) if each >= start), end)
    if likely == end or likely - start > longest:
        return f"Name an earlier end, {raise_it}."
    return f"Probably meant: `end: {written(likely, window.start)}`; {raise_it}."


def shorter(window: Window) -> str:
    """For what lasts from each occurrence to the next: an end on an earlier day, as if some were slipped in."""
    spans = window.spans
    if spans.end is not None and (rest := (spans.end - spans.start) % _DAY) and rest != spans.end - spans.start:
        return f"Probably meant: `end: {written(spans.start + rest, window.start)}`."
    if isinstance(window, Freeze):
        return "A freeze that has neither `recurrence` nor `end` closes until it is taken out."
    return "End each occurrence before the next begins."


def _in_months_after(start: datetime, end: datetime) -> Iterator[datetime]:
    """The day and time of `end` in the month of `start` and those after it."""
    for months in range(_MONTHS + 1):
        years, month = divmod(start.month - 1 + months, _MONTHS)
        try:
            yield end.replace(year=start.year + years, month=month + 1)
        except ValueError:  # a month that is too short
            continue
