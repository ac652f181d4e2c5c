"""Times and days as people write them in a calendar."""

from datetime import date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from gate.domain.wall_clock import WrittenMoment, WrittenTime, ZoneName, beginning_of, is_day

MOMENT: TypeAdapter[datetime | date] = TypeAdapter(WrittenMoment)
TIME: TypeAdapter[datetime] = TypeAdapter(WrittenTime)
ZONE: TypeAdapter[str] = TypeAdapter(ZoneName)


def test_a_moment_is_a_time_or_a_day() -> None:
    time, day = MOMENT.validate_python("2026-12-24T08:30"), MOMENT.validate_python("2026-12-24")
    assert (time, day) == (datetime(2026, 12, 24, 8, 30), date(2026, 12, 24))  # noqa: DTZ001 -- wall-clock
    assert [is_day(time), is_day(day)] == [False, True]
    assert [beginning_of(time).hour, beginning_of(day).hour] == [8, 0]
    assert [MOMENT.validate_python(each) for each in (time, day)] == [time, day]
    assert MOMENT.dump_json(day) == b'"2026-12-24"'


@pytest.mark.parametrize(
    "written",
    ["2026-12-24T08", "2026-12-24 08:30", "2026-W52-4", "24.12.2026", "", "2026-12-24T08:30Z", "2026-12-24T24:00", 5],
)
def test_anything_else_is_neither(written: object) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(written)
    with pytest.raises(ValidationError):
        TIME.validate_python(written)


def test_where_a_time_is_wanted_a_day_is_none() -> None:
    with pytest.raises(ValidationError, match="must be a local time such as 2026-11-26T00:00, without an offset"):
        TIME.validate_python("2026-12-24")


def test_a_schema_says_what_may_be_written() -> None:
    assert MOMENT.json_schema() == {
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$",
    }


@pytest.mark.parametrize(
    ("misspelt", "nearest"),
    [
        ("Europe/Amsterdan", "Europe/Amsterdam"),
        ("America/NewYork", "America/New_York"),
        ("Asia/Calcuta", "Asia/Calcutta"),
    ],
)
def test_the_nearest_zones_are_shown(misspelt: str, nearest: str) -> None:
    with pytest.raises(ValidationError, match=f"is not an IANA time zone; did you mean .*{nearest}"):
        ZONE.validate_python(misspelt)
