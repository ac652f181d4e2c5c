"""Instants are integer nanoseconds since the Unix epoch, UTC. Reading a clock happens elsewhere (`ports.Clock`)."""

from datetime import UTC, datetime, timedelta
from typing import Final

NANOSECOND_PER_SECOND: Final = 1_000_000_000
MICROSECOND: Final = 1_000

YEARS: Final = range(1970, 2201)
"""The years that policy may speak of: every instant in them, and some years on, fits into 64 bits of nanoseconds."""

_SECONDS_DIGITS: Final = len("2026-11-22T00:00:00")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def to_ns(moment: datetime) -> int:
    """Nanoseconds since the epoch. `moment` must carry a zone; ValueError otherwise."""
    if moment.tzinfo is None:
        msg = f"{moment.isoformat()} has no UTC offset; write one, such as {moment.isoformat()}Z"
        raise ValueError(msg)
    since = moment - _EPOCH
    # Integer arithmetic throughout: float seconds lose everything below about 200 ns.
    return (since.days * 86_400 + since.seconds) * NANOSECOND_PER_SECOND + since.microseconds * MICROSECOND


def from_ns(instant_ns: int) -> datetime:
    """The UTC datetime of an instant, cut to the microsecond."""
    return _EPOCH + timedelta(microseconds=instant_ns // MICROSECOND)


def rfc3339(instant_ns: int) -> str:
    """RFC 3339 in UTC: whole seconds where they are whole, else the digits that are there, to the nanosecond."""
    text = from_ns(instant_ns - instant_ns % NANOSECOND_PER_SECOND).isoformat()[:_SECONDS_DIGITS]
    fraction = instant_ns % NANOSECOND_PER_SECOND
    return f"{text}.{fraction:09d}".rstrip("0") + "Z" if fraction else f"{text}Z"


def to_the_second(instant_ns: int) -> str:
    """RFC 3339 in UTC of the second in which an instant lies: for sentences, which people read."""
    return rfc3339(instant_ns - instant_ns % NANOSECOND_PER_SECOND)


def duration_ns(span: timedelta) -> int:
    """A length of time in nanoseconds."""
    return (span.days * 86_400 + span.seconds) * NANOSECOND_PER_SECOND + span.microseconds * MICROSECOND
