"""Instants as people read them: the date and the time in UTC, and how far off that is."""

from dataclasses import dataclass
from typing import Final, Self

from gate.domain.instant import NANOSECOND_PER_SECOND, from_ns, to_the_second

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_UNITS: Final = ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"))


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant on a page."""

    machine: str
    """RFC 3339, for the `datetime` of `<time>`."""
    text: str
    """Such as `Mon 2 Nov 2026, 10:00 UTC`."""
    away: str
    """Such as `3 hours ago`, `in 2 days`, `now`."""

    @classmethod
    def of(cls, instant_ns: int, now_ns: int) -> Self:
        """Seen from an instant."""
        moment = from_ns(instant_ns)
        text = f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M} UTC"
        return cls(to_the_second(instant_ns), text, away(instant_ns, now_ns))

    @classmethod
    def or_none(cls, instant_ns: int | None, now_ns: int) -> Self | None:
        """The same; None stays None."""
        return None if instant_ns is None else cls.of(instant_ns, now_ns)


def away(instant_ns: int, now_ns: int) -> str:
    """How far off it is, in the largest unit that is full."""
    seconds = abs(instant_ns - now_ns) // NANOSECOND_PER_SECOND
    for unit, name in _UNITS:
        if seconds >= unit:
            number = seconds // unit
            span = f"{number} {name}{'' if number == 1 else 's'}"
            return f"in {span}" if instant_ns > now_ns else f"{span} ago"
    return "now"
