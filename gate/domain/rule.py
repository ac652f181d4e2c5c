"""Recurrence rules as the calendar takes them: one RFC 5545 RRULE on wall-clock time, read strictly.

When a rule begins each time is worked out in `beginnings`. Parts that few can read and no calendar of changes needs
(BYWEEKNO, BYYEARDAY) are refused, and so is what RFC 5545, 3.3.10 gives no meaning.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from gate.domain.instant import YEARS
from gate.domain.model import Model

Frequency = Literal["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]

_ONE_RULE: Final = re.compile(r"(RRULE:)?[A-Z]+=[A-Z0-9,+-]+(;[A-Z]+=[A-Z0-9,+-]+)*", re.IGNORECASE)
_TOO_OFTEN: Final = re.compile(r"FREQ=(SECOND|MINUTE)LY|BY(MINUTE|SECOND)=")
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY: Final = re.compile(r"([+-]?[1-9][0-9]?)?(MO|TU|WE|TH|FR|SA|SU)")
_LOCAL_TIME: Final = re.compile(r"[0-9]{8}T[0-9]{6}")
_EVERY_DAY: Final = range(7)
_HOURS: Final = 24
_ORDINARY: Final = 200
"""Characters. Rules that long are kept once read, since many windows say the same."""
_KEPT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week, 0 for Monday: the `nth` of its month or year, from the end if negative; every one if 0."""

    number: int
    nth: int = 0


def _listed(written: object) -> object:
    return written.split(",") if isinstance(written, str) else written


def _counted(number: int) -> int:
    if number == 0:
        raise ValueError("is counted from 1, or backwards from -1")
    return number


def _weekday(written: object) -> object:
    found = _WEEKDAY.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise ValueError("is no day of the week, such as SU or 4TH")
    return Weekday(_WEEKDAYS.index(found[2]), int(found[1] or 0))


def _week_start(written: object) -> object:
    return _WEEKDAYS.index(written) if written in _WEEKDAYS else written


def _local_time(written: object) -> object:
    if isinstance(written, str) and written.endswith("Z"):
        raise ValueError("is a local time of `timezone`, as `start` is; write it without the Z")
    if not isinstance(written, str) or not _LOCAL_TIME.fullmatch(written):
        raise ValueError("is a local time, as `start` is; write it in full, such as 20261231T235959")
    moment = datetime.fromisoformat(written)
    if moment.year not in YEARS:
        raise ValueError(f"must lie in the years {YEARS[0]} to {YEARS[-1]}; leave it out if there is no last one")
    return moment


_Listed = BeforeValidator(_listed)
_Month = Annotated[int, Field(ge=1, le=12)]
_MonthDay = Annotated[int, Field(ge=-31, le=31), AfterValidator(_counted)]
_Day = Annotated[Weekday, BeforeValidator(_weekday)]
_Hour = Annotated[int, Field(ge=0, le=23)]
_Position = Annotated[int, Field(ge=-366, le=366), AfterValidator(_counted)]


class Rule(Model):
    """What a rule says, in the words of RFC 5545. A part that is empty was not written."""

    frequency: Annotated[Frequency, Field(alias="FREQ")]
    interval: Annotated[int, Field(alias="INTERVAL", ge=1, le=1000)] = 1
    count: Annotated[int | None, Field(alias="COUNT", ge=1, le=5000)] = None
    until: Annotated[datetime | None, Field(alias="UNTIL"), BeforeValidator(_local_time)] = None
    months: Annotated[frozenset[_Month], Field(alias="BYMONTH"), _Listed] = frozenset()
    month_days: Annotated[frozenset[_MonthDay], Field(alias="BYMONTHDAY"), _Listed] = frozenset()
    weekdays: Annotated[frozenset[_Day], Field(alias="BYDAY"), _Listed] = frozenset()
    hours: Annotated[frozenset[_Hour], Field(alias="BYHOUR"), _Listed] = frozenset()
    positions: Annotated[frozenset[_Position], Field(alias="BYSETPOS"), _Listed] = frozenset()
    week_start: Annotated[int, Field(alias="WKST", ge=0, le=6), BeforeValidator(_week_start)] = 0

    @classmethod
    def of(cls, text: str) -> "Rule":
        """The rule that is written. ValueError says what is wrong with it."""
        return _kept(text) if len(text) <= _ORDINARY else cls.read(text)

    @classmethod
    def read(cls, text: str) -> Self:
        """The same, read anew."""
        if not _ONE_RULE.fullmatch(text):
            raise ValueError("is not one RFC 5545 recurrence rule, such as RRULE:FREQ=WEEKLY;BYDAY=SU")
        if _TOO_OFTEN.search(text.upper()):
            raise ValueError("repeats more often than hourly; a window that short cannot be meant")
        written = [part.split("=") for part in text.upper().removeprefix("RRULE:").split(";")]
        parts = dict(written)
        if len(parts) < len(written):
            raise ValueError("is not an RFC 5545 recurrence rule: each part is written once")
        try:
            return cls.model_validate(parts)
        except ValidationError as error:
            raise ValueError(f"is not an RFC 5545 recurrence rule that the calendar takes: {_told(error)}") from error

    @cached_property
    def by_weekday(self) -> Mapping[int, frozenset[int]]:
        """Day of the week → which ones of its month or year BYDAY takes, 0 for each. Without BYDAY, every day."""
        if not self.weekdays:
            return dict.fromkeys(_EVERY_DAY, frozenset({0}))
        numbers = {day.number for day in self.weekdays}
        return {number: frozenset(day.nth for day in self.weekdays if day.number == number) for number in numbers}

    @cached_property
    def is_plain(self) -> bool:
        """Whether it only counts off periods, so that it falls on its start and on as much later each time."""
        return not (self.months or self.month_days or self.weekdays or self.hours or self.positions)

    @property
    def most_a_day(self) -> int:
        """How often it comes true on a day, at most."""
        return -(-_HOURS // self.interval) if self.frequency == "HOURLY" else max(1, len(self.hours))

    @property
    def least_distance(self) -> timedelta:
        """So much time at least lies between two of its moments."""
        if self.frequency == "HOURLY":
            return timedelta(hours=self.interval)
        if len(self.hours) > 1:
            return timedelta(hours=1)
        return timedelta(days=self.interval if self.frequency == "DAILY" else 1)

    @model_validator(mode="after")
    def _has_a_meaning(self) -> Self:
        if self.count is not None and self.until is not None:
            raise ValueError("either COUNT or UNTIL ends it, not both")
        if self.frequency == "HOURLY" and (self.months or self.month_days or self.hours or self.positions):
            raise ValueError("an hourly rule may be narrowed by BYDAY only; for anything else say FREQ=DAILY;BYHOUR=…")
        if self.frequency == "WEEKLY" and self.month_days:
            raise ValueError("a week has no BYMONTHDAY; say FREQ=MONTHLY")
        if self.frequency not in {"MONTHLY", "YEARLY"} and (self.positions or any(day.nth for day in self.weekdays)):
            raise ValueError("the nth day, or position, is one of a month or year; say FREQ=MONTHLY or FREQ=YEARLY")
        return self


@lru_cache(_KEPT)
def _kept(text: str) -> Rule:
    return Rule.read(text)


def _told(error: ValidationError) -> str:
    detail = error.errors(include_url=False, include_input=False)[0]
    if detail["type"] == "extra_forbidden":
        return f"it knows no {detail['loc'][0]}"
    part = f"{detail['loc'][0]}: " if detail["loc"] else ""
    return part + detail["msg"].removeprefix("Value error, ")


def readable(text: str) -> str:
    """The text of a rule, if it is one that the calendar takes. ValueError says why not.

    Dates beside the rule are refused, since `rdate` and `exdate` hold them, and so is a DTSTART, since `start` does.
    """
    Rule.of(text)
    return text
