from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.instant import rfc3339, to_ns
from gate.interfaces.cli.whole_seconds import cut, not_before


@pytest.mark.parametrize(
    ("written", "second"),
    [("2026-11-02T10:00:00Z", "2026-11-02T10:00:00Z"), ("2026-11-02T10:00:00.000000001Z", "2026-11-02T10:00:00Z")],
)
def test_an_instant_is_told_to_the_second(written: str, second: str) -> None:
    assert cut(written) == second


@pytest.mark.parametrize(
    ("written", "second"),
    [("2026-11-02T10:00:00Z", "2026-11-02T10:00:00Z"), ("2026-12-31T23:59:59.000000001Z", "2027-01-01T00:00:00Z")],
)
def test_a_beginning_is_told_no_earlier_than_it_is(written: str, second: str) -> None:
    assert not_before(written) == second


def test_where_there_is_no_instant_it_is_said_in_words() -> None:
    assert (cut(None, "no known end"), not_before(None, "nobody knows")) == ("no known end", "nobody knows")


@given(st.integers(0, 2**62))
def test_neither_is_a_second_away(instant_ns: int) -> None:
    written = rfc3339(instant_ns)
    assert instant_ns - 10**9 < to_ns(datetime.fromisoformat(cut(written))) <= instant_ns
    assert instant_ns <= to_ns(datetime.fromisoformat(not_before(written))) < instant_ns + 10**9
