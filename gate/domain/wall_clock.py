"""What people write in a calendar: times on the clock of a zone, whole days, and the zone. Never an offset."""

import re
from datetime import date, datetime, time
from functools import lru_cache
from typing import Annotated, Final
from zoneinfo import available_timezones

from pydantic import AfterValidator, PlainSerializer, PlainValidator, WithJsonSchema

from gate.domain.instant import YEARS
from gate.domain.naming import nearest

_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME: Final = "[0-9]{2}:[0-9]{2}(:[0-9]{2})?"
_LOCAL_TIME: Final = re.compile(f"{_DAY}T{_TIME}")
_LOCAL_MOMENT: Final = re.compile(f"{_DAY}(T{_TIME})?")
_WITHOUT_OFFSET: Final = "without an offset; the zone goes into `timezone`"

LocalMoment = datetime | date
"""A time on the wall (datetime), or a whole day (date)."""


def _local_time(value: object) -> datetime:
    text = value.isoformat() if isinstance(value, datetime) else value
    if not isinstance(text, str) or not _LOCAL_TIME.fullmatch(text):
        raise ValueError(f"must be a local time such as 2026-11-26T00:00, {_WITHOUT_OFFSET}")
    moment = datetime.fromisoformat(text)
    _in_reach(moment)
    return moment


def _local_moment(value: object) -> LocalMoment:
    text = value.isoformat() if isinstance(value, date) else value
    found = _LOCAL_MOMENT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        forms = "a local time such as 2026-11-26T00:00 or a day such as 2026-11-26"
        raise ValueError(f"must be {forms}, {_WITHOUT_OFFSET}")
    moment = datetime.fromisoformat(found[0]) if found[1] else date.fromisoformat(found[0])
    _in_reach(moment)
    return moment


def _in_reach(moment: date) -> None:
    if moment.year not in YEARS:
        raise ValueError(f"must lie in the years {YEARS[0]} to {YEARS[-1]}")


def _schema(pattern: re.Pattern[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern.pattern}$"})


_IN_JSON: Final = PlainSerializer(lambda moment: moment.isoformat(), return_type=str, when_used="json")

WrittenTime = Annotated[datetime, PlainValidator(_local_time), _IN_JSON, _schema(_LOCAL_TIME)]
"""A wall-clock time, such as `2026-11-26T08:00`."""

WrittenMoment = Annotated[LocalMoment, PlainValidator(_local_moment), _IN_JSON, _schema(_LOCAL_MOMENT)]
"""A wall-clock time, or a whole day such as `2026-11-26`."""


def is_day(moment: LocalMoment) -> bool:
    """Whether a whole day is meant."""
    return not isinstance(moment, datetime)


def beginning_of(moment: LocalMoment) -> datetime:
    """The time itself; of a day, its midnight."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time())


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    # Asked by name, not by opening a file: `localtime`, `posixrules` and the like mean another zone on every machine.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def _known_zone(name: str) -> str:
    if name not in _zone_names():
        raise ValueError(f"is not an IANA time zone{nearest(name, sorted(_zone_names()))}")
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]
"""An IANA time zone, such as `Europe/Amsterdam`."""
