"""Names, and what somebody probably meant who wrote one wrongly."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated

from pydantic import StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$")]
"""A service, environment, group, window, lane, bypass …: letters, digits, `.`, `_`, `-`; at most 100."""


def nearest(name: str, known: Iterable[str]) -> str:
    """`"; did you mean a, b?"`, or an empty text when nothing is near."""
    close = get_close_matches(name, list(known), n=3, cutoff=0.55)  # so that `prod` finds `production`
    return f"; did you mean {', '.join(close)}?" if close else ""
