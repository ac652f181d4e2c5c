"""When a rule begins: as another implementation of RFC 5545 says, in any year, without searching for long."""

from datetime import datetime, timedelta
from itertools import islice
from time import process_time

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from gate.domain.beginnings import Beginnings
from gate.domain.rule import readable

START = datetime(2026, 1, 1)  # noqa: DTZ001 -- rules are worked out on wall-clock time
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def some(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[str]:
    return st.lists(numbers, min_size=1, max_size=3, unique=True).map(lambda found: ",".join(map(str, found)))


WEEKDAYS = st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True).map(",".join)
NTH_WEEKDAY = st.builds(str.__add__, st.sampled_from(["1", "2", "-1", "4", "5", "-5"]), st.sampled_from(DAYS))
# Never `MO,1TU`: dateutil wants a day to be both, RFC 5545 either.
NTH_WEEKDAYS = WEEKDAYS | st.lists(NTH_WEEKDAY, min_size=1, max_size=3).map(",".join)
PARTS = {
    "INTERVAL": st.integers(1, 5).map(str),
    "COUNT": st.integers(1, 30).map(str),
    "UNTIL": st.sampled_from(["20260401T120000", "20281231T000000"]),
    "WKST": st.sampled_from(["MO", "SU"]),
    "BYMONTH": some(st.integers(1, 12)),
    "BYMONTHDAY": some(st.integers(-31, 31).filter(bool)),
    "BYHOUR": some(st.integers(0, 23)),
    "BYSETPOS": some(st.integers(-3, 3).filter(bool)),
}


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules that the calendar takes, with every part that it knows."""
    frequency = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]))
    nth = frequency in {"YEARLY", "MONTHLY"}
    names = draw(st.lists(st.sampled_from([*PARTS, "BYDAY"]), max_size=4, unique=True))
    said = {name: draw((NTH_WEEKDAYS if nth else WEEKDAYS) if name == "BYDAY" else PARTS[name]) for name in names}
    rule = ";".join([f"FREQ={frequency}", *(f"{name}={value}" for name, value in said.items())])
    try:
        return readable(rule)
    except ValueError:
        assume(condition=False)
        raise


STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001 -- wall-clock


def expected(rule: str, start: datetime, earliest: datetime, latest: datetime) -> list[datetime]:
    return rrulestr(rule, dtstart=start).between(earliest, latest, inc=True)


def of(rule: str, start: datetime) -> Beginnings:
    try:
        return Beginnings(rule, start)
    except ValueError:
        assume(condition=False)
        raise


@given(rules(), STARTS, st.integers(-400, 1500), st.integers(0, 400))
def test_a_rule_begins_when_another_implementation_says(rule: str, start: datetime, days: int, length: int) -> None:
    earliest = start + timedelta(days=days)
    latest = earliest + timedelta(days=length)
    assert of(rule, start).between(earliest, latest) == expected(rule, start, earliest, latest)


@given(rules(), STARTS, st.integers(-40, 400))
def test_what_comes_next_is_what_comes_later_too(rule: str, start: datetime, days: int) -> None:
    since = start + timedelta(days=days)
    found = list(islice(of(rule, start).since(since), 4))
    seen = of(rule, start).between(since, since + timedelta(days=500))
    assert found[: len(seen)] == seen[:4]


@pytest.mark.parametrize(
    ("rule", "begins"),
    [
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", ["2026-11-26", "2027-11-25", "2028-11-23"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-01-31", "2026-03-31", "2026-05-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028-02-29", "2032-02-29", "2036-02-29"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", ["2026-01-13", "2026-01-27", "2026-02-10"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["2026-01-30", "2026-02-27", "2026-03-31"]),
        ("FREQ=MONTHLY;BYDAY=FR,1TU", ["2026-01-02", "2026-01-06", "2026-01-09"]),
        ("FREQ=DAILY;COUNT=2", ["2026-01-01", "2026-01-02"]),
        ("FREQ=DAILY;UNTIL=20260102T000000", ["2026-01-01", "2026-01-02"]),
    ],
)
def test_it_begins_on_the_days_that_people_mean(rule: str, begins: list[str]) -> None:
    found = islice(Beginnings(rule, START).since(START), 3)
    assert [each.date().isoformat() for each in found] == begins


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
        "FREQ=DAILY;INTERVAL=7;BYDAY=FR",
        "FREQ=HOURLY;INTERVAL=168;BYDAY=FR",
    ],
)
def test_a_rule_that_never_comes_true_is_given_up(rule: str) -> None:
    begun = process_time()
    assert Beginnings(rule, START).between(START, START + timedelta(days=365)) == []
    assert next(Beginnings(rule, START).since(START), None) is None
    assert process_time() - begun < 5, "a promise not to search for ever, not a measurement"


def test_a_rule_that_is_over_begins_no_more() -> None:
    beginnings = Beginnings("FREQ=DAILY;COUNT=2", START)
    assert list(beginnings.since(START)) == [START, START + timedelta(days=1)]
    assert list(beginnings.since(START + timedelta(days=2))) == []
    assert beginnings.between(START + timedelta(days=2), START + timedelta(days=99)) == []


def test_a_far_year_is_looked_into_without_walking_there() -> None:
    hourly = Beginnings("FREQ=HOURLY", START)
    far = START.replace(year=2190)
    begun = process_time()
    assert hourly.between(far, far) == [far]
    assert process_time() - begun < 1, "a million and a half hours lie between, and none is visited"
