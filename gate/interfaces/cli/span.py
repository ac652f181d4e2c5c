"""Lengths of time as people write and read them on a command line: `90s`, `15m`, `1h30m`; ISO 8601 is read as well."""

import re
from typing import Final

from gate.domain.errors import CallerError

_UNITS: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_SPAN: Final = re.compile(r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s?)?")
_ISO_8601: Final = re.compile(r"P(?=[0-9T])(?:(\d{1,9})D)?(?:T(?=[0-9])(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?")
"""As policy files and the HTTP interface have it, in days and what they are made of."""
_DAY_S: Final = 86_400
_PARTS_SHOWN: Final = 2


def seconds_of(text: str, *, most_days: int = 31) -> int:
    """Seconds of such a span; a bare number is seconds. CallerError."""
    found = _SPAN.fullmatch(text) or _ISO_8601.fullmatch(text)
    if not text or found is None:
        raise CallerError(f"{text!r} is no length of time", hint="Write it like 90s, 15m, 1h30m or PT1H30M.")
    seconds = sum(int(number or 0) * unit for number, unit in zip(found.groups(), _UNITS.values(), strict=True))
    if seconds > most_days * _DAY_S:
        raise CallerError(f"{text!r} is longer than {most_days} days", hint="Choose a shorter time.")
    return seconds


def in_words(seconds: int) -> str:
    """Such as `3 d 4 h`, `12 min`, `40 s`: the two largest units."""
    parts: list[str] = []
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        number, seconds = divmod(seconds, unit)
        if number:
            parts.append(f"{number} {name}")
    return " ".join(parts[:_PARTS_SHOWN]) or "0 s"
