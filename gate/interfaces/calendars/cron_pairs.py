"""What begins by one cron expression and ends by another, as recurrence rules: a GitLab freeze period.

A rule has one length, a pair may have many: from the 25th to the 1st is longer in March than in April. So the
beginnings are told apart by weekday, month or day until all that are alike last equally long. What varies by the leap
year alone is covered from both ends. Whatever comes out is counted out against the two expressions, day by day over
the 28 years after which the calendar repeats itself, before it is believed.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from gate.domain.beginnings import Beginnings
from gate.domain.rule import Weekday
from gate.interfaces.calendars.conversion import InexpressibleError
from gate.interfaces.calendars.cron import Cron, Days
from gate.interfaces.calendars.cron_rules import MOST_RULES, Recurring

_BEGIN: Final = datetime(2001, 1, 1)  # noqa: DTZ001 -- cron is on wall-clock time
_YEARS: Final = timedelta(days=28 * 365 + 7)
_ONE_YEAR: Final = timedelta(days=366)
_LEAP_YEARS_APART: Final = 9 * _ONE_YEAR
"""So far away may be what comes on 29 February only."""
_MOST_TIMES: Final = 24
"""Times of a day that one expression may name."""
_COMPARED: Final = timedelta(days=62)
"""Left out at the end, where what begins later would have to be known."""
_DAY: Final = timedelta(days=1)
_SHORTEST_MONTH: Final = timedelta(days=28)
_MONTHS: Final = 12

LocalSpan = tuple[datetime, datetime]


def spans(start: Cron, end: Cron, since: datetime, until: datetime) -> Iterator[LocalSpan]:
    """From each beginning in `[since, until)` to the first end after it, on wall-clock time."""
    ends = _moments(end, since, until + (_LEAP_YEARS_APART if _is_dated(end) else _ONE_YEAR))
    for begin in _moments(start, since, until):
        position = bisect_right(ends, begin)
        if position == len(ends):
            raise InexpressibleError("it never ends, because no day is one of those on which it should")
        yield begin, ends[position]


def _moments(cron: Cron, since: datetime, until: datetime) -> list[datetime]:
    if len(cron.times) > _MOST_TIMES:
        raise InexpressibleError(f"it begins or ends more than {_MOST_TIMES} times a day", "Name one time of the day.")
    return list(cron.between(since, until))


def paired(start: Cron, end: Cron) -> tuple[Recurring, ...]:
    """The rules that close exactly the time between. InexpressibleError says why there are none."""
    until = _BEGIN + horizon(start, end)
    closed = list(spans(start, end, _BEGIN, until))
    if not closed:
        raise InexpressibleError("it never begins, because no day is one of those on which it should")
    rules = _simplified([rule for days in start.days for rule in _rules(days, closed, end)])
    if len(rules) > MOST_RULES:
        raise InexpressibleError(f"it takes more than {MOST_RULES} windows", "Begin and end it once a day.")
    if merged(_counted_out(rules, until), until) != merged(closed, until):
        raise InexpressibleError(f"its length varies in a way that no recurrence rule has: {_lengths(closed)}")
    return rules


def horizon(*crons: Cron) -> timedelta:
    """How far to count out: a year for weeks, 28 years where dates have a say."""
    return _YEARS if any(map(_is_dated, crons)) else _ONE_YEAR


def _is_dated(cron: Cron) -> bool:
    nth = any(day.nth for day in cron.weekdays or ())
    return nth or cron.month_days is not None or cron.months is not None


def _rules(days: Days, closed: Sequence[LocalSpan], end: Cron) -> Iterator[Recurring]:
    """Rules for what begins on these days; each time of the day by itself."""
    by_time: dict[tuple[int, int], list[LocalSpan]] = defaultdict(list)
    for begin, over in closed:
        if days.hold(begin):
            by_time[begin.hour, begin.minute].append((begin, over))
    ended: set[tuple[date, datetime]] = set()
    for (hour, minute), alike in sorted(by_time.items()):
        whole = {(begin.date(), over) for begin, over in alike}
        if whole <= ended:
            continue  # what begins earlier on the same day lasts until then too
        ended |= whole
        yield from _told_apart(Recurring(days, (hour,), minute, timedelta(0)), alike, end)


Trait = tuple[str, Callable[[datetime], Hashable], Callable[[Days, datetime], Days]]
"""A way to tell beginnings apart: its name, what it looks at, and the days that are narrowed to one of its values."""


def _of_weekday(days: Days, begin: datetime) -> Days:
    alike = (day for day in days.weekdays or (Weekday(begin.weekday()),) if day.number == begin.weekday())
    return replace(days, weekdays=frozenset(alike))


_TRAITS: Final[Sequence[Trait]] = (
    ("nothing", lambda _: None, lambda days, _: days),
    ("weekday", lambda begin: begin.weekday(), _of_weekday),
    ("month", lambda begin: begin.month, lambda days, begin: replace(days, months=frozenset({begin.month}))),
    ("day", lambda begin: begin.day, lambda days, begin: replace(days, month_days=frozenset({begin.day}))),
)


def _told_apart(base: Recurring, alike: Sequence[LocalSpan], end: Cron) -> Iterator[Recurring]:
    """The rules of the first trait by which all lengths are told apart; else those by month, the rest from the end."""
    for _, look, narrow in _TRAITS:
        groups = _grouped(alike, look)
        if all(len({over - begin for begin, over in group}) == 1 for group in groups):
            for group in groups:
                begin, over = group[0]
                yield replace(base, days=narrow(base.days, begin), length=over - begin)
            return
    _, look, narrow = _TRAITS[2]
    for group in _grouped(alike, look):
        begin, over = min(group, key=lambda span: span[1] - span[0])
        yield replace(base, days=narrow(base.days, begin), length=over - begin)
        longest = max(over - begin for begin, over in group)
        if longest > over - begin:
            yield _up_to_the_end(group[0][1], end, longest - (over - begin))


def _grouped(alike: Iterable[LocalSpan], look: Callable[[datetime], Hashable]) -> list[list[LocalSpan]]:
    groups: dict[Hashable, list[LocalSpan]] = defaultdict(list)
    for begin, over in alike:
        groups[look(begin)].append((begin, over))
    return list(groups.values())


def _up_to_the_end(over: datetime, end: Cron, missing: timedelta) -> Recurring:
    """The last days before the end, which the shortest of a group leaves open where another is longer."""
    if missing % _DAY or missing >= _SHORTEST_MONTH or end.weekdays is not None or not end.month_days:
        raise InexpressibleError("its length varies from year to year")
    day = over.day - missing.days
    month = over.month if day > 0 else (over.month - 2) % _MONTHS + 1
    before = Days(frozenset({month}), frozenset({day if day > 0 else day - 1}))
    return Recurring(before, (over.hour,), over.minute, missing)


def _simplified(rules: Iterable[Recurring]) -> tuple[Recurring, ...]:
    """The same in fewer rules: those that differ in one thing only are said together."""
    for name in ("weekdays", "months", "month_days"):
        rules = _said_together(rules, name)
    by_time: dict[Recurring, set[int]] = defaultdict(set)
    for rule in rules:
        by_time[replace(rule, hours=())].update(rule.hours)
    return tuple(replace(rule, hours=tuple(sorted(hours))) for rule, hours in by_time.items())


def _said_together(rules: Iterable[Recurring], name: str) -> list[Recurring]:
    """One rule for those whose days differ in this field only."""
    groups: dict[tuple[Recurring, bool], list[frozenset[Any]]] = defaultdict(list)
    for rule in rules:
        values = getattr(rule.days, name)
        without = replace(rule, days=_with(rule.days, name, None))
        groups[without, values is None].append(values or frozenset())
    return [
        without if is_any else replace(without, days=_with(without.days, name, frozenset[Any]().union(*values)))
        for (without, is_any), values in groups.items()
    ]


def _with(days: Days, name: str, values: Any) -> Days:
    return replace(days, **{name: values})


def _counted_out(rules: Iterable[Recurring], until: datetime) -> Iterator[LocalSpan]:
    for rule in rules:
        fields = rule.fields(_BEGIN.date())
        first = datetime.fromisoformat(fields["start"])
        for begin in Beginnings(fields["recurrence"], first).between(_BEGIN, until - timedelta(seconds=1)):
            yield begin, begin + rule.length


def merged(closed: Iterable[LocalSpan], until: datetime) -> list[LocalSpan]:
    """The time that is closed in spans that neither overlap nor touch, up to some weeks before `until`."""
    compared = until - _COMPARED
    found: list[LocalSpan] = []
    for begin, over in sorted(closed):
        if begin >= compared:
            break
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], min(compared, max(found[-1][1], over)))
        else:
            found.append((begin, min(compared, over)))
    return found


def _lengths(closed: Iterable[LocalSpan]) -> str:
    lengths = {over - begin for begin, over in closed}
    return f"from {min(lengths)} to {max(lengths)} hours"
