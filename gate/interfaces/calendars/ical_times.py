"""Times of an iCalendar file: on the wall of a zone, in UTC, floating, or whole days. RFC 5545, 3.3.4 to 3.3.6, 3.3.9.

Zones are known by their IANA name, by the name that Windows gives them, by what their VTIMEZONE says it is
(X-LIC-LOCATION), or by the end of a path that some programs write (`/vendor/Europe/Berlin`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from icalendar import vDuration
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from gate.interfaces.calendars.conversion import InexpressibleError
from gate.interfaces.calendars.ical_lines import Property

_TIME: Final = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")
_DAY: Final = timedelta(days=1)


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """The IANA names."""
    return frozenset(available_timezones())


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it is written: on the wall, and in which zone. Without a zone it floats: it is read where one is."""

    local: datetime
    zone: str | None
    is_day: bool = False

    def on_the_wall(self, zone: str) -> datetime:
        """The same on the clock of a zone."""
        if self.zone is None or self.zone == zone:
            return self.local
        return self.local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@dataclass(slots=True)
class Times:
    """Reads the times of one file."""

    zones: Mapping[str, str]
    """What each VTIMEZONE of the file says it is."""
    floating: set[int] = field(default_factory=set)
    """Lines on which a time without a zone was found."""

    def moment(self, one: Property) -> Moment:
        """The time of a line that has one. InexpressibleError."""
        return self.read(one.value.strip(), one)

    def period(self, text: str, one: Property) -> tuple[Moment, timedelta]:
        """Beginning and length of a PERIOD in a line. InexpressibleError."""
        begin, _, end = text.partition("/")
        start = self.read(begin, one)
        if end.startswith(("P", "+P")):
            return start, duration(end)
        return start, self.read(end, one).on_the_wall(start.zone or "UTC") - start.local

    def read(self, text: str, one: Property) -> Moment:
        """A time in a line. InexpressibleError."""
        found = _TIME.fullmatch(text)
        if found is None:
            raise InexpressibleError(f"{one.name}: {text[:40]!r} is no date and no time")
        day, clock, utc = found.groups()
        try:
            local = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock or "000000"))
        except ValueError as error:
            raise InexpressibleError(f"{one.name}: {text} does not exist") from error
        if utc:
            return Moment(local, "UTC")
        tzid = one.parameters.get("TZID")
        if tzid is None or clock is None:
            self.floating.add(one.line)
            return Moment(local, None, is_day=clock is None)
        return Moment(local, self._zone(tzid))

    def _zone(self, tzid: str) -> str:
        location = self.zones.get(tzid, "")
        parts = tzid.strip("/").split("/")
        ends = ["/".join(parts[begin:]) for begin in range(1, len(parts))] if tzid.startswith("/") else []
        for candidate in (tzid, "/".join(parts), WINDOWS_TO_OLSON.get(tzid, ""), location, *ends):
            if candidate in known_zones():
                return candidate
        raise InexpressibleError(
            f"TZID {tzid[:80]!r} is no IANA time zone, and its own rules cannot be taken over",
            "Write the IANA name of the zone in the file, such as Europe/Amsterdam.",
        )


def duration(text: str) -> timedelta:
    """A DURATION. InexpressibleError."""
    try:
        length = vDuration.from_ical(text)  # type: ignore[no-untyped-call]  # not all of the library has types
    except ValueError as error:
        raise InexpressibleError(f"DURATION {text[:40]!r} is no length of time") from error
    assert isinstance(length, timedelta)  # noqa: S101 -- the library has no types here
    return length


def until(text: str, zone: str, *, all_day: bool) -> str:
    """The UNTIL of a rule as the calendar takes it: a time on the wall of the window, in full. InexpressibleError."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise InexpressibleError(f"UNTIL {text[:40]!r} is no date and no time")
    day, clock, utc = found.groups()
    if clock is None:
        # A date where beginnings have times: all of that day, as the programs that write it mean it.
        clock = "000000" if all_day else "235959"
    try:
        local = datetime.strptime(f"{day}T{clock}", "%Y%m%dT%H%M%S")  # noqa: DTZ007 -- on the wall, or in UTC below
        if utc:
            local = local.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise InexpressibleError(f"UNTIL {text} does not exist") from error
    return local.strftime("%Y%m%dT%H%M%S")
