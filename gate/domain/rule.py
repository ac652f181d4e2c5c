"""Recurrence rules as the calendar takes them: one RFC 5545 RRULE on wall-clock time, and where it begins each time.

Which stretch of UTC a beginning stands for is worked out in `recurrence`.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from dateutil.rrule import rrulestr

_ONE_RULE: Final = re.compile(r"(RRULE:)?[A-Z]+=[A-Z0-9,+-]+(;[A-Z]+=[A-Z0-9,+-]+)*", re.IGNORECASE)
_TOO_OFTEN: Final = frozenset({"SECONDLY", "MINUTELY"})
_LONGEST_INTERVAL: Final = 1000


class Beginnings:
    """The wall-clock times at which a rule begins, in order. Each is worked out once, however often it is asked for.

    Not for several threads at once.
    """

    def __init__(self, rule: str, start: datetime) -> None:
        self._coming = iter(rrulestr(rule, dtstart=start))
        self._known: list[datetime] = []

    def between(self, earliest: datetime, latest: datetime) -> list[datetime]:
        """Those in `[earliest, latest]`."""
        while not self._known or self._known[-1] <= latest:
            if not self._work_out_one():
                break
        return self._known[bisect_left(self._known, earliest) : bisect_right(self._known, latest)]

    def since(self, earliest: datetime) -> Iterator[datetime]:
        """Those from `earliest` on, for as long as there are any."""
        self.between(earliest, earliest)
        position = bisect_left(self._known, earliest)
        while position < len(self._known) or self._work_out_one():
            yield self._known[position]
            position += 1

    def _work_out_one(self) -> bool:
        coming = next(self._coming, None)
        if coming is not None:
            self._known.append(coming)
        return coming is not None


def readable(rule: str) -> str:
    """The rule, if it is one that the calendar takes. ValueError says why not.

    Dates beside the rule (EXDATE, RDATE) and its own DTSTART are refused: `start` alone says where a window begins.
    """
    if not _ONE_RULE.fullmatch(rule):
        raise ValueError("is not one RFC 5545 recurrence rule, such as RRULE:FREQ=WEEKLY;BYDAY=SU")
    parts = dict(part.split("=", 1) for part in rule.upper().removeprefix("RRULE:").split(";"))
    if parts.get("UNTIL", "").endswith("Z"):
        raise ValueError("UNTIL is a local time of `timezone`, as `start` is; write it without the Z")
    try:
        rrulestr(rule, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001 -- recurrence is on wall-clock time
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ValueError(f"is not an RFC 5545 recurrence rule: {error}") from error
    _demand_sensible(parts)
    return rule


def _demand_sensible(parts: dict[str, str]) -> None:
    if parts["FREQ"] in _TOO_OFTEN or not parts.keys().isdisjoint({"BYMINUTE", "BYSECOND"}):
        raise ValueError("repeats more often than hourly; a window that short cannot be meant")
    if not 1 <= int(parts.get("INTERVAL", "1")) <= _LONGEST_INTERVAL:
        raise ValueError(f"INTERVAL must lie between 1 and {_LONGEST_INTERVAL}")
    # Looking hour by hour for a day that never comes would take minutes.
    if parts["FREQ"] == "HOURLY" and any(part.startswith("BY") and part != "BYDAY" for part in parts):
        raise ValueError("an hourly rule may be narrowed by BYDAY only; for anything else say FREQ=DAILY;BYHOUR=…")
