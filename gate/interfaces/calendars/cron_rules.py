"""From what fires by cron and lasts a while to recurrence rules, and from recurrence rules back to cron.

Both are on wall-clock time. Where one has no exact counterpart in the other, InexpressibleError says why.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final

from gate.domain.beginnings import Beginnings
from gate.domain.calendar import Window
from gate.domain.rule import Rule, Weekday
from gate.interfaces.calendars.conversion import InexpressibleError
from gate.interfaces.calendars.cron import Days

MOST_RULES: Final = 24
"""Windows that one cron expression may become."""
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_CRON_DAYS: Final = (1, 2, 3, 4, 5, 6, 0)
"""What cron calls the days from Monday."""
_DAY: Final = timedelta(days=1)
_HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class Recurring:
    """Spans of wall-clock time: on these days, at these hours and this minute, so long."""

    days: Days
    hours: tuple[int, ...]
    minute: int
    length: timedelta

    def fields(self, since: date) -> dict[str, Any]:
        """Start, end and recurrence of a window, from the first that begins on `since` or later."""
        rule = _rule(self.days, self.hours)
        anchor = datetime.combine(since, time(self.hours[0], self.minute))
        first = next(Beginnings(rule, anchor).since(datetime.combine(since, time.min)), None)
        if first is None:
            raise InexpressibleError("there is no such day in fifty years")
        return {"start": written(first), "end": written(first + self.length), "recurrence": f"RRULE:{rule}"}


def written(moment: datetime) -> str:
    """A local time as a window has it."""
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def recurring(days: Iterable[Days], times: Sequence[time], length: timedelta) -> tuple[Recurring, ...]:
    """What lasts `length` from each of these times on these days, with spans that touch or overlap made one."""
    alike: dict[tuple[int, timedelta], list[int]] = defaultdict(list)
    for first, last in _runs(times, length):
        alike[first.minute, length + (_since_midnight(last) - _since_midnight(first))].append(first.hour)
    coming = [on for on in days if on.come]
    if not coming:
        raise InexpressibleError("it never begins, because no such day ever comes")
    rules = [
        Recurring(on, tuple(hours), minute, lasting) for on in coming for (minute, lasting), hours in alike.items()
    ]
    if len(rules) > MOST_RULES:
        raise InexpressibleError(
            f"it takes more than {MOST_RULES} windows", "Write a start and an end that people can read."
        )
    return tuple(rules)


def _runs(times: Sequence[time], length: timedelta) -> Iterator[tuple[time, time]]:
    """First and last of each run of times of which every one begins before the one before it is over."""
    first = times[0]
    for earlier, later in pairwise(times):
        if _since_midnight(later) - _since_midnight(earlier) > length:
            yield first, earlier
            first = later
    yield first, times[-1]


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)


def _rule(days: Days, hours: Sequence[int]) -> str:
    months = _part("BYMONTH", sorted(days.months or ()))
    month_days = _part("BYMONTHDAY", sorted(days.month_days or (), key=lambda day: (day < 0, day)))
    weekdays = _part("BYDAY", map(_weekday, sorted(days.weekdays or (), key=lambda day: (day.number, day.nth))))
    by_hour = _part("BYHOUR", hours) if len(hours) > 1 else ""
    nth = any(day.nth for day in days.weekdays or ())
    dated = "YEARLY" if months else "MONTHLY"
    frequency = dated if month_days or nth else "WEEKLY" if weekdays else "DAILY"
    return f"FREQ={frequency}{months}{month_days}{weekdays}{by_hour}"


def _part(name: str, values: Iterable[object]) -> str:
    listed = ",".join(map(str, values))
    return f";{name}={listed}" if listed else ""


def _weekday(day: Weekday) -> str:
    return f"{day.nth or ''}{_WEEKDAYS[day.number]}"


def cron_of(window: Window, *, knows_last: bool) -> str:
    """The cron expression that fires whenever the window begins. `knows_last`: it may say L and FRI#2, as GitLab's."""
    if window.recurrence is None:
        raise InexpressibleError("it happens once, and cron knows no years")
    start = window.spans.start
    if start.second:
        raise InexpressibleError(f"it begins at {start.time()}, and cron knows no seconds")
    rule = Rule.of(window.recurrence)
    _demand_endless(rule)
    months, month_days, weekdays = _cron_days(rule, start, knows_last=knows_last)
    return f"{start.minute} {_cron_hours(rule, start)} {month_days} {months} {weekdays}"


def _demand_endless(rule: Rule) -> None:
    if rule.count is not None or rule.until is not None:
        raise InexpressibleError("it ends one day, and cron goes on for ever")
    if rule.positions:
        raise InexpressibleError("cron has nothing like BYSETPOS")
    if rule.interval != 1 and rule.frequency != "HOURLY":
        raise InexpressibleError(f"cron cannot count, so it knows no INTERVAL={rule.interval}")


def _cron_hours(rule: Rule, start: datetime) -> str:
    if rule.frequency != "HOURLY":
        return listed(rule.hours or {start.hour})
    if _HOURS % rule.interval:
        raise InexpressibleError(f"every {rule.interval} hours is at other times each day, which cron does not know")
    return (
        listed({(start.hour + hours) % _HOURS for hours in range(0, _HOURS, rule.interval)})
        if rule.interval > 1
        else "*"
    )


def _cron_days(rule: Rule, start: datetime, *, knows_last: bool) -> tuple[str, str, str]:
    """Months, days of the month and days of the week; RFC 5545: what a rule leaves open is as it is at the start."""
    months, month_days, weekdays = rule.months, rule.month_days, rule.weekdays
    if rule.frequency == "WEEKLY" and not weekdays:
        weekdays = frozenset({Weekday(start.weekday())})
    if rule.frequency in {"MONTHLY", "YEARLY"} and not month_days and not weekdays:
        month_days = frozenset({start.day})
        months = months or (frozenset({start.month}) if rule.frequency == "YEARLY" else frozenset())
    if month_days and weekdays:
        raise InexpressibleError("cron takes a day of the month or one of the week, never both at once")
    if rule.frequency == "YEARLY" and not months and any(day.nth for day in weekdays):
        raise InexpressibleError("cron knows no nth day of the week of a year")
    return (
        listed(months),
        _cron_month_days(month_days, knows_last=knows_last),
        _cron_weekdays(weekdays, knows_last=knows_last),
    )


def _cron_month_days(days: frozenset[int], *, knows_last: bool) -> str:
    if not days or min(days) > 0:
        return listed(days)
    if min(days) < -1 or not knows_last:
        raise InexpressibleError("cron counts the days of a month from its beginning only")
    return ",".join([*(str(day) for day in sorted(days) if day > 0), "L"])


def _cron_weekdays(days: frozenset[Weekday], *, knows_last: bool) -> str:
    if not any(day.nth for day in days):
        return listed({_CRON_DAYS[day.number] for day in days})
    if not knows_last or not all(-1 <= day.nth <= len(_WEEKDAYS) - 2 for day in days):
        raise InexpressibleError("cron knows no nth day of the week of a month")
    ordered = sorted(days, key=lambda day: (day.number, day.nth))
    return ",".join(f"{_CRON_DAYS[day.number]}{_nth(day.nth)}" for day in ordered)


def _nth(nth: int) -> str:
    return "" if nth == 0 else "#L" if nth < 0 else f"#{nth}"


def listed(numbers: Iterable[int]) -> str:
    """Numbers as cron has them: `*` for none, `1-5` for runs of three and more, commas between."""
    ordered = sorted(set(numbers))
    runs: list[list[int]] = []
    for number in ordered:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in runs) or "*"  # noqa: PLR2004
