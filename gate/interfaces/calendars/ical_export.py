"""Windows of the calendar as iCalendar (RFC 5545): what calendar programs subscribe to, and what can be imported again.

Every window can be said. A freeze without a known end is an event of a day that recurs daily without one. What the gate
has and iCalendar has not (scope, overrun, kind) stands in X-CHANGE-GATE-WINDOW, and the scope as the place besides.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Timezone

from gate import __version__
from gate.domain.calendar import Advisory, Window
from gate.domain.instant import NANOSECOND_PER_SECOND, from_ns
from gate.domain.recurrence import resolve
from gate.domain.rule import Rule
from gate.interfaces.calendars.ical_events import OURS
from gate.interfaces.scope_words import in_words

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
_UTC: Final = "UTC"
_DAY: Final = timedelta(days=1)
_OCTETS: Final = 75
_LAST_DATE: Final = date(2051, 1, 1)
"""So far the clock changes of each zone are written out."""
_REFRESH: Final = "PT15M"
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
"""What no value may hold, or what some programs take for the end of a line."""
_MINUTE_NS: Final = 60 * NANOSECOND_PER_SECOND


def written(
    windows: Sequence[Window], called: str, revised_at_ns: int, pressed: Sequence[tuple[Window, int]] = ()
) -> str:
    """A calendar of this name. `revised_at_ns`: when the windows last changed, at the latest.

    `pressed`: windows that are in no file, each with the instant at which it came to be.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Change Gate//gate {__version__}//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(called)}",
        f"X-WR-CALNAME:{_text(called)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{_REFRESH}",
        f"X-PUBLISHED-TTL:{_REFRESH}",
        *_zones(windows),
        *(line for window in windows for line in _event(window, revised_at_ns)),
        *(line for window, since_ns in pressed for line in _event(window, since_ns)),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _zones(windows: Iterable[Window]) -> Iterator[str]:
    since: dict[str, int] = {}
    for window in windows:
        since[window.timezone] = min(window.spans.start.year, since.get(window.timezone, _LAST_DATE.year))
    for zone, year in sorted(since.items()):
        if zone != _UTC:
            yield from _zone(zone, max(year - 1, 1970))


@lru_cache(maxsize=256)
def _zone(name: str, year: int) -> tuple[str, ...]:
    component = Timezone.from_tzid(name, first_date=date(year, 1, 1), last_date=_LAST_DATE)
    text = component.to_ical().decode().replace("\r\n ", "")
    return tuple(text.splitlines())


def _event(window: Window, revised_at_ns: int) -> Iterator[str]:
    kind = window.kind
    yield "BEGIN:VEVENT"
    yield f"UID:{kind.lower()}.{window.name}@change-gate"
    yield f"DTSTAMP:{from_ns(revised_at_ns):%Y%m%dT%H%M%SZ}"
    # It has to grow with every revision, and to stay below 2^31: minutes do for four thousand years.
    yield f"SEQUENCE:{revised_at_ns // _MINUTE_NS}"
    yield from _times(window)
    yield f"SUMMARY:{_text(f'{kind}: {window.name}')}"
    if window.description:
        yield f"DESCRIPTION:{_text(window.description)}"
    yield f"LOCATION:{_text(in_words(window.scope))}"
    yield f"CATEGORIES:{kind}"
    # An advisory is shown and takes no time.
    yield f"TRANSP:{'TRANSPARENT' if isinstance(window, Advisory) else 'OPAQUE'}"
    yield f"{OURS}:{_text(_ours(window))}"
    yield "END:VEVENT"


def _ours(window: Window) -> str:
    said: dict[str, Any] = {"kind": window.kind, "name": window.name}
    if window.description:
        said["description"] = window.description
    scope = window.scope.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if named := {name: globs for name, globs in scope.items() if globs}:
        said["scope"] = named
    if window.is_all_day:
        said["timezone"] = window.timezone  # a day of iCalendar has none
    said["overrun"] = window.overrun
    if window.spans.end is None:
        said["no_end"] = True
    written = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _times(window: Window) -> Iterator[str]:
    start, end = window.spans.start, window.spans.end
    yield _moments("DTSTART", [start], window)
    yield _moments("DTEND", [end or start + _DAY], window)
    if window.recurrence is not None:
        yield f"RRULE:{_rule(window)}"
    elif end is None:
        yield "RRULE:FREQ=DAILY"
    for name, moments in (("RDATE", window.spans.added), ("EXDATE", window.spans.removed)):
        if moments:
            yield _moments(name, sorted(moments), window)


def _moments(name: str, moments: Iterable[datetime], window: Window) -> str:
    if window.is_all_day:
        return f"{name};VALUE=DATE:{','.join(f'{moment:%Y%m%d}' for moment in moments)}"
    if window.timezone == _UTC:
        return f"{name}:{','.join(f'{moment:%Y%m%dT%H%M%SZ}' for moment in moments)}"
    return f"{name};TZID={window.timezone}:{','.join(f'{moment:%Y%m%dT%H%M%S}' for moment in moments)}"


def _rule(window: Window) -> str:
    """The rule with its UNTIL in the form that iCalendar demands: in UTC, or a day where beginnings are days."""
    text = str(window.recurrence).upper().removeprefix("RRULE:")
    until = Rule.of(text).until
    if until is None:
        return text
    if window.is_all_day:
        said = f"{until:%Y%m%d}"
    else:
        instant = from_ns(resolve(until, ZoneInfo(window.timezone), "latest")).astimezone(UTC)
        said = f"{instant:%Y%m%dT%H%M%SZ}"
    return ";".join(f"UNTIL={said}" if part.startswith("UNTIL=") else part for part in text.split(";"))


def _text(value: str) -> str:
    """A value of type TEXT (RFC 5545, 3.3.11). No character of it ends the line, and none commands a terminal."""
    lines = re.sub("\r\n?", "\n", value)
    escaped = _CONTROLS.sub(" ", lines).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def _folded(line: str) -> str:
    """The line in pieces of at most 75 octets, none of which splits a character (RFC 5545, 3.1)."""
    octets = line.encode()
    pieces: list[bytes] = []
    begin = 0
    while len(octets) - begin > (most := _OCTETS - bool(pieces)):
        end = begin + most
        while octets[end] & 0xC0 == 0x80:  # noqa: PLR2004 -- inside a character of UTF-8
            end -= 1
        pieces.append(octets[begin:end])
        begin = end
    return b"\r\n ".join([*pieces, octets[begin:]]).decode()
