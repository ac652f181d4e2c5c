"""Lengths of time as Go writes them, such as `1h30m`, which is how Argo CD does."""

import re
from datetime import timedelta
from fractions import Fraction
from typing import Final

from gate.interfaces.calendars.conversion import InexpressibleError

_PART: Final = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_WHOLE: Final = re.compile(rf"\+?({_PART.pattern})+")
_SECONDS: Final = {
    "ns": Fraction(1, 10**9),
    "us": Fraction(1, 10**6),
    "µs": Fraction(1, 10**6),
    "μs": Fraction(1, 10**6),
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "m": Fraction(60),
    "h": Fraction(3600),
}
_MOST_CHARACTERS: Final = 40
_LONGEST: Final = timedelta(days=366)


def read(text: str) -> timedelta:
    """The length, in whole seconds, more than nothing and at most a year. InexpressibleError."""
    if len(text) > _MOST_CHARACTERS or not _WHOLE.fullmatch(text):
        raise InexpressibleError(f"{text[:_MOST_CHARACTERS]!r} is no length of time such as 1h30m")
    seconds = sum((Fraction(number) * _SECONDS[unit] for number, unit in _PART.findall(text)), Fraction(0))
    if seconds.denominator != 1 or not 0 < seconds <= _LONGEST.total_seconds():
        raise InexpressibleError(f"a window lasts whole seconds, more than none and at most a year, not {text}")
    return timedelta(seconds=int(seconds))


def written(length: timedelta) -> str:
    """The same as Go writes it, without parts of nothing."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return "".join(f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if number)
