"""Spans found by time alone."""

from hypothesis import given
from hypothesis import strategies as st

from gate.domain.recurrence import Span
from gate.domain.span_index import SpanIndex

SPANS = st.builds(
    lambda start, length: Span(start, None if length is None else start + length),
    st.integers(0, 500),
    st.integers(1, 200) | st.none(),
)


@given(st.lists(SPANS, max_size=40), st.integers(0, 700), st.integers(1, 100))
def test_the_index_finds_what_asking_every_span_finds(spans: list[Span], start_ns: int, length: int) -> None:
    end_ns = start_ns + length
    found = list(SpanIndex((span, number) for number, span in enumerate(spans)).overlapping(start_ns, end_ns))
    assert {number for _, number in found} == {n for n, span in enumerate(spans) if span.overlaps(start_ns, end_ns)}
    assert len(found) == len({number for _, number in found})
    assert [span.start_ns for span, _ in found] == sorted(span.start_ns for span, _ in found)


@given(st.lists(SPANS, max_size=40), st.integers(-1, 700))
def test_what_starts_after_an_instant_comes_in_order_and_those_at_once_as_they_were_given(
    spans: list[Span], instant_ns: int
) -> None:
    found = list(SpanIndex((span, number) for number, span in enumerate(spans)).after(instant_ns))
    expected = [(span.start_ns, number) for number, span in enumerate(spans) if span.start_ns > instant_ns]
    assert [(span.start_ns, number) for span, number in found] == sorted(expected)
