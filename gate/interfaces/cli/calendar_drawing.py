"""A month of somebody's time as text: a day a line, half an hour a character, told apart without colour.

            0     3     6     9     12    15    18    21
    Wed 25  ············!!!!!!!!!!!!!!!!!!!!····················  payday
    Thu 26  ············████████████████████████████████████  black-friday

Where the clock jumps, half an hour that does not exist is left blank, and one that comes twice shows the worse of both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final, Literal
from zoneinfo import ZoneInfo

from gate.domain.instant import from_ns
from gate.domain.recurrence import resolve
from gate.interfaces.calendar_wire import OccurrenceAnswer, ScheduleAnswer, StretchAnswer
from gate.interfaces.cli.calendar_words import footer
from gate.interfaces.cli.lines import Line, Style, line
from gate.interfaces.cli.terminal import can_show

Sign = Literal["none", "open", "maintenance", "advisory", "outside", "frozen", "unknown"]
"""What half an hour shows; of what holds in it, the last one here."""

Signs = Mapping[Sign, str]
UNICODE: Final[Signs] = {
    "none": " ",
    "open": "·",
    "maintenance": "=",
    "advisory": "!",
    "outside": "░",
    "frozen": "█",
    "unknown": "?",
}
ASCII: Final[Signs] = {**UNICODE, "open": ".", "outside": "-", "frozen": "#"}
STYLES: Final[Mapping[Sign, Style]] = {"maintenance": "green", "advisory": "yellow", "outside": "dim", "frozen": "red"}
MEANS: Final[Mapping[Sign, str]] = {
    "open": "open",
    "maintenance": "open for maintenance",
    "advisory": "open, with an advisory",
    "outside": "outside of maintenance",
    "frozen": "frozen",
    "unknown": "not known so far ahead",
}

_RANK: Final[Mapping[str, int]] = {sign: rank for rank, sign in enumerate(UNICODE)}
_STEP: Final = timedelta(minutes=15)
"""Every zone's half hours are whole numbers of these."""
_CELLS: Final = 48
_NAMED: Final = 3
"""Windows, on one day."""
_DAY: Final = timedelta(days=1)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_OF_KIND: Final[tuple[tuple[str, Sign], ...]] = (
    ("freeze", "frozen"),
    ("outside", "outside"),
    ("advisory", "advisory"),
    ("maintenance", "maintenance"),
)
"""The first that holds is shown."""


def signs() -> Signs:
    """Those that standard output can show."""
    return UNICODE if can_show("".join(UNICODE.values())) else ASCII


def lines(answer: ScheduleAnswer, first: datetime, signs: Signs) -> Iterator[Line]:
    """The month that begins at a midnight of the service's zone."""
    month = _Month(answer)
    yield line(f"{answer.service} in {answer.environment}, {first:%B %Y}, {answer.timezone}", "bold")
    yield Line(f"{'':8}" + "".join(f"{hour:<6}" for hour in range(0, 24, 3)).rstrip(), "dim")
    shown: set[Sign] = set()
    day = first
    while day.month == first.month:
        cells, named = month.day(day)
        shown.update(cells)
        yield _line_of(day, cells, named, signs)
        day += _DAY
    yield line("")
    yield from (line(f"{signs[sign]}  {MEANS[sign]}") for sign in MEANS if sign in shown)
    if answer.more_windows:
        yield line(f"{answer.more_windows} windows more are not told apart", "yellow")
    yield from footer(answer)


def _line_of(day: datetime, cells: list[Sign], named: str, signs: Signs) -> Line:
    label, text = f"{day:%a %d}  ", "".join(signs[cell] for cell in cells)
    parts: list[tuple[int, int, Style]] = []
    place = len(label)
    for sign, stretch in groupby(cells):
        length = len(list(stretch))
        if sign in STYLES:
            parts.append((place, place + length, STYLES[sign]))
        place += length
    return Line(line(f"{label}{text}  {named}").text, parts=tuple(parts))


@dataclass(frozen=True, slots=True)
class _Shown:
    """A window, or a closed stretch, as moments."""

    begin: datetime
    until: datetime
    kind: str
    name: str = ""

    def touches(self, begin: datetime, until: datetime) -> bool:
        return self.begin < until and begin < self.until


class _Month:
    """What holds when, on the clock of the zone."""

    def __init__(self, answer: ScheduleAnswer) -> None:
        self._zone = ZoneInfo(answer.timezone)
        self._known_until = datetime.fromisoformat(answer.end)
        closed = "outside" if answer.only_in_maintenance else "freeze"
        self._shown = [_Shown(*_ends(one), one.kind, one.name) for one in answer.windows]
        self._shown += [_Shown(*_ends(one), closed) for one in answer.closed]

    def day(self, day: datetime) -> tuple[list[Sign], str]:
        """What each half hour of a day shows, and which windows it has."""
        cells: list[Sign] = ["none"] * _CELLS
        moment, after = self._midnight(day), self._midnight(day + _DAY)
        here = [one for one in self._shown if one.touches(moment, after)]
        named = self._named(here, moment, after)
        while moment < after:
            on_the_wall = moment.astimezone(self._zone)
            cell = 2 * on_the_wall.hour + on_the_wall.minute // 30
            cells[cell] = max(cells[cell], self._sign(moment, here), key=_RANK.__getitem__)
            moment += _STEP
        return cells, named

    def _sign(self, moment: datetime, here: list[_Shown]) -> Sign:
        if moment >= self._known_until:
            return "unknown"
        kinds = {one.kind for one in here if one.touches(moment, moment + _STEP)}
        return next((sign for kind, sign in _OF_KIND if kind in kinds), "open")

    def _named(self, here: list[_Shown], midnight: datetime, after: datetime) -> str:
        named = [f"{one.name}{self._hours(one, midnight, after)}" for one in here if one.name]
        more = [f"{len(named) - _NAMED} more"] if len(named) > _NAMED else []
        return ", ".join([*named[:_NAMED], *more])

    def _hours(self, one: _Shown, midnight: datetime, after: datetime) -> str:
        begins, ends = one.begin >= midnight, one.until <= after
        since = f"{one.begin.astimezone(self._zone):%H:%M}" if begins else ""
        until = f"{one.until.astimezone(self._zone):%H:%M}" if ends else ""
        if begins and ends:
            return f" {since}-{until}"
        return f" from {since}" if begins else f" until {until}" if ends else ""

    def _midnight(self, day: datetime) -> datetime:
        return from_ns(resolve(day, self._zone, "earliest"))


def _ends(one: OccurrenceAnswer | StretchAnswer) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(one.start), datetime.fromisoformat(one.end) if one.end else _NEVER
