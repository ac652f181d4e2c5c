"""An instant as people write it in policy: RFC 3339 with an offset, in a year that the gate can reckon with.

Wall-clock times, which have no offset, are in `calendar`.
"""

import re
from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from gate.domain.instant import YEARS

_WITH_OFFSET: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})")


def _with_offset(value: object) -> object:
    # Seconds since the epoch, as a number or a text, are what nobody can review.
    text = value.isoformat() if isinstance(value, datetime) else value
    if not isinstance(text, str) or not _WITH_OFFSET.fullmatch(text):
        msg = "must be a time with an offset, such as 2026-11-27T20:00:00Z"
        raise ValueError(msg)
    return value


def _in_reach(moment: datetime) -> datetime:
    if moment.year not in YEARS:
        msg = f"must lie in the years {YEARS[0]} to {YEARS[-1]}"
        raise ValueError(msg)
    return moment


ReckonedInstant = Annotated[AwareDatetime, AfterValidator(_in_reach)]
"""The same where strict JSON sees to the form."""
WrittenInstant = Annotated[AwareDatetime, BeforeValidator(_with_offset), AfterValidator(_in_reach)]
