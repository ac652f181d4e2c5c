"""Spans put together: compared with sets of instants, one by one."""

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gate.domain.recurrence import Span
from gate.domain.stretches import gaps, merged

END = 40
"""Instants in these tests are 0 to 39; what has no end reaches beyond."""

SPANS = st.lists(st.builds(Span, st.integers(0, 30), st.none() | st.integers(0, 35)), max_size=8)


def instants(spans: Iterable[Span]) -> set[int]:
    return {instant for span in spans for instant in range(span.start_ns, END if span.end_ns is None else span.end_ns)}


@given(SPANS)
def test_merged_spans_cover_the_same_instants(spans: list[Span]) -> None:
    assert instants(merged(spans)) == instants(spans)


@given(SPANS)
def test_between_two_merged_spans_there_is_time_that_neither_covers(spans: list[Span]) -> None:
    found = list(merged(spans))
    for before, after in pairwise(found):
        assert before.end_ns is not None
        assert before.end_ns < after.start_ns
    assert not any(span.is_empty for span in found)


@given(SPANS, st.integers(0, 35), st.integers(0, 35))
def test_gaps_are_what_is_left(spans: list[Span], start: int, end: int) -> None:
    assert instants(gaps(merged(spans), start, end)) == set(range(start, end)) - instants(spans)


def test_spans_that_touch_become_one() -> None:
    assert list(merged([Span(5, 9), Span(1, 5)])) == [Span(1, 9)]


def test_nothing_comes_after_a_span_without_an_end() -> None:
    assert list(merged([Span(1, None), Span(3, 4), Span(8, 9)])) == [Span(1, None)]
    assert list(gaps([Span(3, None)], 1, 9)) == [Span(1, 3)]
