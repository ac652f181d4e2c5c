"""Instants are integers, from end to end."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.instant import duration_ns, from_ns, rfc3339, to_ns

MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 -- zone follows
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(MOMENTS)
def test_a_moment_survives_the_way_there_and_back(moment: datetime) -> None:
    assert from_ns(to_ns(moment)) == moment


@given(MOMENTS, OFFSETS)
def test_an_instant_does_not_depend_on_the_offset_in_which_it_is_written(moment: datetime, offset: timezone) -> None:
    assert to_ns(moment.astimezone(offset)) == to_ns(moment)


@given(MOMENTS, MOMENTS)
def test_instants_are_ordered_as_moments_are(one: datetime, other: datetime) -> None:
    assert (to_ns(one) < to_ns(other)) == (one < other)


@given(st.integers(0, 2**63 - 1))
def test_text_tells_an_instant_to_the_nanosecond(instant_ns: int) -> None:
    whole, _, fraction = rfc3339(instant_ns).removesuffix("Z").partition(".")
    seconds = int(datetime.fromisoformat(f"{whole}+00:00").timestamp())
    assert seconds * 1_000_000_000 + int(fraction.ljust(9, "0") or 0) == instant_ns


@given(st.integers(-(2**63), 2**63))
def test_cutting_to_the_microsecond_never_moves_an_instant_forward(instant_ns: int) -> None:
    assert 0 <= instant_ns - to_ns(from_ns(instant_ns)) < 1000


@pytest.mark.parametrize(
    ("instant_ns", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1, "1970-01-01T00:00:00.000000001Z"),
        (1_500_000_000, "1970-01-01T00:00:01.5Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (1_795_809_600_000_000_000, "2026-11-27T20:00:00Z"),
    ],
)
def test_whole_seconds_are_written_whole(instant_ns: int, text: str) -> None:
    assert rfc3339(instant_ns) == text


def test_a_moment_without_a_zone_is_refused_and_shown_how_to_mend() -> None:
    with pytest.raises(ValueError, match="2026-11-27T20:00:00 has no UTC offset; write one, such as"):
        to_ns(datetime(2026, 11, 27, 20))  # noqa: DTZ001 -- the point of the test


@given(st.timedeltas(timedelta(days=-9999), timedelta(days=9999)))
def test_a_length_of_time_is_exact(length: timedelta) -> None:
    assert duration_ns(length) == length // timedelta(microseconds=1) * 1000
