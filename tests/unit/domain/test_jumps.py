"""Where the clocks of a zone jump."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gate.domain.instant import to_ns
from gate.domain.jumps import Jump, jumps


def since(zone: str, day: str, years: int = 1) -> tuple[Jump, ...]:
    return jumps(ZoneInfo(zone), to_ns(datetime.fromisoformat(day).replace(tzinfo=UTC)), years)


@pytest.mark.parametrize(
    ("zone", "day", "at", "low", "high"),
    [
        ("Europe/Amsterdam", "2026-01-01", "2026-03-29T01:00", "2026-03-29T02:00", "2026-03-29T03:00"),
        ("Europe/Amsterdam", "2026-06-01", "2026-10-25T01:00", "2026-10-25T02:00", "2026-10-25T03:00"),
        ("Australia/Lord_Howe", "2026-06-01", "2026-10-03T15:30", "2026-10-04T02:00", "2026-10-04T02:30"),
        ("Pacific/Apia", "2011-12-01", "2011-12-30T10:00", "2011-12-30T00:00", "2011-12-31T00:00"),
        ("America/Sao_Paulo", "2018-10-01", "2018-11-04T03:00", "2018-11-04T00:00", "2018-11-04T01:00"),
        ("Africa/Casablanca", "2024-01-01", "2024-03-10T02:00", "2024-03-10T02:00", "2024-03-10T03:00"),
        ("Europe/Dublin", "2026-06-01", "2026-10-25T01:00", "2026-10-25T01:00", "2026-10-25T02:00"),
    ],
)
def test_the_next_jump(zone: str, day: str, at: str, low: str, high: str) -> None:
    jump = since(zone, day)[0]
    assert jump.at == datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert (jump.begin, jump.end) == (datetime.fromisoformat(low), datetime.fromisoformat(high))
    assert jump.size == jump.end - jump.begin


def test_every_jump_of_the_years_is_found() -> None:
    assert len(since("Europe/Amsterdam", "2026-01-01", years=12)) == 24
    assert len(since("Africa/Casablanca", "2020-01-01", years=3)) == 6


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/Sao_Paulo", "Asia/Tehran"])
def test_a_zone_that_keeps_its_clock_has_none(zone: str) -> None:
    assert since(zone, "2024-01-01", years=3) == ()


def test_a_jump_is_as_large_forward_as_back() -> None:
    spring, autumn = since("America/New_York", "2026-01-01")
    assert [spring.size, autumn.size] == [timedelta(hours=1)] * 2
    assert [spring.skipped, autumn.skipped] == [True, False]
