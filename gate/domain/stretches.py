"""Spans of time put together: what they cover, and what they leave. What the time means is for others to say."""

from collections.abc import Iterable, Iterator

from gate.domain.recurrence import Span


def merged(spans: Iterable[Span]) -> Iterator[Span]:
    """What the spans cover, in order: spans that overlap or touch become one, empty ones vanish."""
    start_ns: int | None = None
    end_ns = 0
    for span in sorted((span for span in spans if not span.is_empty), key=lambda span: span.start_ns):
        if start_ns is None:
            start_ns, end_ns = span.start_ns, span.start_ns
        elif span.start_ns > end_ns:
            yield Span(start_ns, end_ns)
            start_ns = span.start_ns
        if span.end_ns is None:
            yield Span(start_ns, None)
            return
        end_ns = max(end_ns, span.end_ns)
    if start_ns is not None:
        yield Span(start_ns, end_ns)


def gaps(covered: Iterable[Span], start_ns: int, end_ns: int) -> Iterator[Span]:
    """What merged spans leave of `[start_ns, end_ns)`, in order."""
    for span in covered:
        if span.start_ns >= end_ns:
            break
        if span.start_ns > start_ns:
            yield Span(start_ns, span.start_ns)
        if span.end_ns is None:
            return
        start_ns = max(start_ns, span.end_ns)
    if start_ns < end_ns:
        yield Span(start_ns, end_ns)
