"""Names, and what somebody probably meant who wrote one wrongly."""

from collections.abc import Iterable
from difflib import get_close_matches
from heapq import nsmallest
from typing import Annotated, Final

from pydantic import StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$")]
"""A service, environment, group, window, lane, bypass …: letters, digits, `.`, `_`, `-`; at most 100."""

_COMPARED: Final = 200
_LONGEST: Final = 100


def nearest(name: str, known: Iterable[str]) -> str:
    """`"; did you mean a, b?"`, or an empty text when nothing is near.

    Of many names only the likeliest are compared, those that begin alike and are as long: comparing takes time, and
    anybody can ask for a name that nobody has.
    """

    def unlikely(other: str) -> tuple[bool, int]:
        return other[:1] != name[:1], abs(len(other) - len(name))

    likeliest = nsmallest(_COMPARED, known, key=unlikely)
    close = get_close_matches(name[:_LONGEST], likeliest, n=3, cutoff=0.55)  # so that `prod` finds `production`
    return f"; did you mean {', '.join(close)}?" if close else ""
