"""Lengths of time in classes: how far back a reservation may have begun that still covers an instant.

Whoever looks for what covers an instant, class by class, looks at nothing that began longer before than its class is
long: at a few times as many rows as are found, however many have ended before and however many are planned for later.
"""

from itertools import accumulate, repeat
from operator import mul
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, FromClause, Integer, bindparam, column, values

from gate.domain.instant import NANOSECOND_PER_SECOND

_SHORTEST_NS: Final = 3600 * NANOSECOND_PER_SECOND
_CLASSES: Final = 6
_TIMES: Final = 8
"""An hour, which most changes need no longer than, 8 hours … 170 days, and four years, longer than any reservation."""

LONGEST_NS: Final = tuple(accumulate(repeat(_TIMES, _CLASSES - 1), mul, initial=_SHORTEST_NS))
"""By class, how long it is at most."""


def length_class(length_ns: int) -> int:
    """The class of a length. ValueError beyond the last."""
    for number, longest_ns in enumerate(LONGEST_NS):
        if length_ns <= longest_ns:
            return number
    raise ValueError(f"nothing is reserved for {length_ns} ns")


LENGTHS: Final = (
    values(column("length_class", Integer), column("longest_ns", BigInteger), name="lengths")
    .data(list(enumerate(LONGEST_NS)))
    .cte("lengths")
)
"""The classes, as a statement joins them to what it looks through by class."""


def reaching(times: FromClause, begun: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    """Those of a table that have `begun`, reach beyond `start_ns`, and have not lapsed at `at_ns`."""
    start_ns: Any = bindparam("start_ns")
    return (
        times.c.length_class == LENGTHS.c.length_class,
        times.c.since_ns > start_ns - LENGTHS.c.longest_ns,
        begun,
        times.c.until_ns > start_ns,
        times.c.lapses_ns > bindparam("at_ns"),
    )
