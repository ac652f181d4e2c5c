"""Cron expressions of five fields, as Argo CD (robfig/cron) and GitLab (fugit) read them: what they say, and when.

Where both the day of the month and the day of the week are restricted, either will do; a field with a step, such as
`*/2`, is restricted. In a zone, moments are found by cronsim, which is told the fields as plain lists, because it
reads `*/2` as Debian's cron does, as no restriction.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple, Self

from cronsim import CronSim, CronSimError

from gate.domain.rule import Weekday
from gate.interfaces.calendars.conversion import InexpressibleError

_MOST_CHARACTERS: Final = 200
_FIELDS: Final = 5
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_PART: Final = re.compile(r"(\*|\?|[0-9A-Z]{1,3})(?:-([0-9A-Z]{1,3}))?(?:/([0-9]{1,3}))?")
_NTH: Final = re.compile(r"([0-9A-Z]{1,3}?)(?:#([1-5])|L|#L|#-1)")
_SATURDAY: Final = 6
"""The last day of the week that is no second name of another: Sunday is 0, and 7 again."""
_LAST: Final = -1
_DAY: Final = timedelta(days=1)
_A_LEAP_YEAR: Final = 2024


class _Field(NamedTuple):
    """A field: what it is called, its least and greatest number, and names for them."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()


_MINUTE: Final = _Field("minute", 0, 59)
_HOUR: Final = _Field("hour", 0, 23)
_MONTH_DAY: Final = _Field("day of the month", 1, 31)
_MONTH: Final = _Field("month", 1, 12, _MONTHS)
_WEEKDAY: Final = _Field("day of the week", 0, 7, _DAYS)


@dataclass(frozen=True, slots=True)
class Days:
    """Days that are in one of these months, one of these days of the month, and one of these of the week: all three.

    None: any. Days of the month count from the end where negative.
    """

    months: frozenset[int] | None = None
    month_days: frozenset[int] | None = None
    weekdays: frozenset[Weekday] | None = None

    @property
    def come(self) -> bool:
        """Whether there are any: 31 February never comes."""
        longest = max(monthrange(_A_LEAP_YEAR, month)[1] for month in self.months or range(1, _MONTH.most + 1))
        return self.month_days is None or min(self.month_days) <= longest

    def hold(self, day: date) -> bool:
        """Whether the day is one of these."""
        last = monthrange(day.year, day.month)[1]
        ways = {0, (day.day - 1) // 7 + 1, -((last - day.day) // 7 + 1)}
        return (
            (self.months is None or day.month in self.months)
            and (self.month_days is None or bool(self.month_days & {day.day, day.day - last - 1}))
            and (self.weekdays is None or any(d.number == day.weekday() and d.nth in ways for d in self.weekdays))
        )


@dataclass(frozen=True, slots=True)
class Cron:
    """What an expression says. None: any."""

    minutes: frozenset[int]
    hours: frozenset[int]
    month_days: frozenset[int] | None
    months: frozenset[int] | None
    weekdays: frozenset[Weekday] | None

    @classmethod
    def of(cls, expression: str) -> Self:
        """The expression that is written. InexpressibleError says what is wrong with it."""
        parts = expression.upper().split() if len(expression) <= _MOST_CHARACTERS else []
        if len(parts) != _FIELDS:
            raise InexpressibleError(f"{expression[:_MOST_CHARACTERS]!r} is no cron expression of five fields")
        minute, hour, month_day, month, weekday = parts
        return cls(
            minutes=_numbers(minute, _MINUTE) or frozenset(range(_MINUTE.most + 1)),
            hours=_numbers(hour, _HOUR) or frozenset(range(_HOUR.most + 1)),
            month_days=_month_days(month_day),
            months=_numbers(month, _MONTH),
            weekdays=_weekdays(weekday),
        )

    @property
    def times(self) -> tuple[time, ...]:
        """When on a day it fires, in order."""
        return tuple(time(hour, minute) for hour in sorted(self.hours) for minute in sorted(self.minutes))

    @property
    def days(self) -> tuple[Days, ...]:
        """On which days: those of any of these."""
        if self.month_days is not None and self.weekdays is not None:
            return (Days(self.months, self.month_days, None), Days(self.months, None, self.weekdays))
        return (Days(self.months, self.month_days, self.weekdays),)

    def falls_on(self, moment: datetime) -> bool:
        """Whether it fires at this time of the wall clock."""
        at_that_time = moment.hour in self.hours and moment.minute in self.minutes and moment.second == 0
        return at_that_time and any(days.hold(moment) for days in self.days)

    def between(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """When it fires in `[since, until)`, on the wall clock."""
        coming = [days for days in self.days if days.come]
        for number in range((until.date() - since.date()).days + 1 if coming else 0):
            day = since.date() + number * _DAY
            if any(days.hold(day) for days in coming):
                fired = (datetime.combine(day, at) for at in self.times)
                yield from (moment for moment in fired if since <= moment < until)

    def moments(self, since: datetime) -> Iterator[datetime]:
        """When it fires after `since`, with what becomes of moments that the clock of a zone skips or repeats."""
        minutes = "*" if len(self.minutes) > _MINUTE.most else _listed(self.minutes)
        hours = "*" if len(self.hours) > _HOUR.most else _listed(self.hours)
        weekdays = None if self.weekdays is None else ",".join(map(_as_cronsim, sorted(self.weekdays, key=_in_order)))
        month_days = None if self.month_days is None else _listed(self.month_days).replace(str(_LAST), "L")
        months = None if self.months is None else _listed(self.months)
        expression = f"{minutes} {hours} {month_days or '*'} {months or '*'} {weekdays or '*'}"
        try:
            yield from CronSim(expression, since)
        except CronSimError:  # a day that no month has, such as 30 February
            return


def _numbers(text: str, field: _Field) -> frozenset[int] | None:
    """The numbers that a field takes; None for `*`."""
    if text in {"*", "?", "*/1"}:
        return None
    return frozenset(number for part in text.split(",") for number in _range(part, field))


def _range(part: str, field: _Field) -> range:
    found = _PART.fullmatch(part)
    if found is None:
        raise InexpressibleError(f"{part!r} is nothing that the {field.name} of a cron expression can be")
    first, last, step = found.groups()
    greatest = _SATURDAY if field is _WEEKDAY else field.most
    if first in {"*", "?"}:
        start, end = field.least, greatest
        if last:
            raise InexpressibleError(f"{part!r} is no range of the {field.name}")
    else:
        start = _number(first, field)
        # From a number in steps: to the end.
        end = _number(last, field) if last else greatest if step else start
    if end < start:
        hint = f"Write it as two ranges: {first}-{field.most},{field.least}-{last}."
        raise InexpressibleError(f"the range {part!r} of the {field.name} ends before it begins", hint)
    if step and int(step) == 0:
        raise InexpressibleError(f"{part!r} has steps of nothing")
    return range(start, end + 1, int(step or 1))


def _number(text: str, field: _Field) -> int:
    if text in field.names:
        return field.names.index(text) + field.least
    if not text.isdigit() or not field.least <= int(text) <= field.most:
        raise InexpressibleError(f"{text!r} is no {field.name}; it goes from {field.least} to {field.most}")
    return int(text)


def _month_days(text: str) -> frozenset[int] | None:
    if "L" not in text:
        return _numbers(text, _MONTH_DAY)
    days = [part for part in text.split(",") if part != "L"]
    return frozenset({_LAST}) | (_numbers(",".join(days), _MONTH_DAY) or frozenset() if days else frozenset())


def _weekdays(text: str) -> frozenset[Weekday] | None:
    if text in {"*", "?", "*/1"}:
        return None
    return frozenset(day for part in text.split(",") for day in _weekday_part(part))


def _weekday_part(part: str) -> Iterator[Weekday]:
    if nth := _NTH.fullmatch(part):
        day, position = nth.groups()
        yield Weekday(_from_monday(_number(day, _WEEKDAY)), int(position) if position else _LAST)
    else:
        yield from (Weekday(_from_monday(number)) for number in _range(part, _WEEKDAY))


def _from_monday(number: int) -> int:
    """Cron counts days from Sunday, 0 or 7; the calendar from Monday, 0."""
    return (number - 1) % 7


def _as_cronsim(day: Weekday) -> str:
    number = str((day.number + 1) % 7)
    if day.nth == 0:
        return number
    return f"{number}L" if day.nth == _LAST else f"{number}#{day.nth}"


def _in_order(day: Weekday) -> tuple[int, int]:
    return day.number, day.nth


def _listed(numbers: frozenset[int]) -> str:
    return ",".join(map(str, sorted(numbers)))
