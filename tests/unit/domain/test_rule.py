"""Recurrence rules that the calendar takes, and those that it refuses before they can do harm."""

import pytest

from gate.domain.rule import Rule, readable

TAKEN = (
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3;COUNT=20",
    "FREQ=WEEKLY;BYDAY=TH,SU",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY;COUNT=3",
    "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
    "FREQ=DAILY;UNTIL=20260301T000000",
    "FREQ=DAILY;BYHOUR=9,17",
    "FREQ=HOURLY;INTERVAL=5;BYDAY=SA",
)


@pytest.mark.parametrize("rule", [*TAKEN, *(f"RRULE:{rule}" for rule in TAKEN), "rrule:freq=weekly;byday=su"])
def test_a_single_rule_is_taken(rule: str) -> None:
    assert readable(rule) == rule


@pytest.mark.parametrize(
    ("rule", "because"),
    [
        ("", "is not one"),
        ("every sunday", "is not one"),
        ("FREQ=WEEKLY;", "is not one"),
        ("DTSTART:20260101T000000\nRRULE:FREQ=DAILY", "is not one"),
        ("RRULE:FREQ=DAILY\nEXDATE:20260102T000000", "is not one"),
        ("RDATE:20260102T000000", "is not one"),
        ("FREQ=DAILY\n", "is not one"),
        ("FREQ=FORTNIGHTLY", "is not an RFC 5545"),
        ("BYDAY=SU", "is not an RFC 5545"),
        ("FREQ=WEEKLY;BYDAY=XX", "is not an RFC 5545"),
        ("FREQ=WEEKLY;BYDAYS=SU", "is not an RFC 5545"),
        ("FREQ=DAILY;FREQ=HOURLY", "each part is written once"),
        ("FREQ=DAILY;UNTIL=20300101T000000Z", "without the Z"),
        ("FREQ=DAILY;UNTIL=20300101", "is not an RFC 5545"),
        ("FREQ=DAILY;UNTIL=20300230T000000", "is not an RFC 5545"),
        ("FREQ=DAILY;UNTIL=99991231T235959", "UNTIL: must lie in the years 1970 to 2200; leave it out"),
        ("FREQ=DAILY;UNTIL=20300101T000000;COUNT=3", "not both"),
        ("FREQ=SECONDLY", "more often than hourly"),
        ("freq=minutely", "more often than hourly"),
        ("FREQ=DAILY;BYMINUTE=1,2,3", "more often than hourly"),
        ("FREQ=DAILY;BYSECOND=1", "more often than hourly"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL"),
        ("FREQ=YEARLY;INTERVAL=1001", "INTERVAL"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;COUNT=-1", "COUNT"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS"),
        ("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY"),
        ("FREQ=YEARLY;BYWEEKNO=20", "is not an RFC 5545"),
        ("FREQ=YEARLY;BYEASTER=0", "is not an RFC 5545"),
    ],
)
def test_anything_else_is_refused_with_its_reason(rule: str, because: str) -> None:
    with pytest.raises(ValueError, match=because):
        readable(rule)


def test_a_long_rule_is_read_like_a_short_one() -> None:
    hours = ",".join(str(hour % 24) for hour in range(500))
    assert Rule.of(f"FREQ=DAILY;BYHOUR={hours}").hours == frozenset(range(24))
