"""Occurrences found by scope and time together."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain import timetable
from gate.domain.recurrence import Span
from gate.domain.scope import Scope, Selector, Subject
from gate.domain.scope_index import Filing
from gate.domain.timetable import Timetable

PAYMENTS = Subject("production", "payments")


@dataclass(frozen=True)
class Thing:
    name: str
    scope: Scope
    spans: tuple[Span, ...]


SCOPES = st.sampled_from(
    [
        Scope(),
        Scope(services=("payments",)),
        Scope(services=("ledger", "payments", "pay*")),
        Scope(services=("ledger",)),
        Scope(environments=("staging",)),
        Scope(environments=("production",), excluded=Selector(services=("payments",))),
    ]
)
SPANS = st.builds(lambda start, length: Span(start, start + length), st.integers(0, 100), st.integers(1, 40))
THINGS = st.lists(st.tuples(SCOPES, st.lists(SPANS, max_size=3, unique=True)), max_size=40).map(
    lambda drawn: [Thing(f"t{number:02}", scope, tuple(spans)) for number, (scope, spans) in enumerate(drawn)]
)


@pytest.fixture(autouse=True)
def _few_are_many() -> Iterator[None]:
    """Three occurrences of one scope are indexed by themselves already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timetable, "_ALIKE", 3)
        yield


def everything(things: list[Thing]) -> list[tuple[Span, str]]:
    return [(span, thing.name) for thing in things if thing.scope.matches(PAYMENTS) for span in thing.spans]


@given(THINGS, st.integers(0, 120), st.integers(1, 30))
def test_what_overlaps_is_found_once_each(things: list[Thing], start_ns: int, length: int) -> None:
    filing = Filing(thing.scope for thing in things)
    found = Timetable(filing, ((each, each.spans) for each in things)).overlapping(
        filing.sought(PAYMENTS), start_ns, start_ns + length
    )
    expected = [hit for hit in everything(things) if hit[0].overlaps(start_ns, start_ns + length)]
    assert sorted((span, thing.name) for span, thing in found) == sorted(expected)


@given(THINGS, st.integers(0, 120))
def test_what_is_now_and_what_comes_next_are_found(things: list[Thing], instant_ns: int) -> None:
    filing = Filing(thing.scope for thing in things)
    found = Timetable(filing, ((each, each.spans) for each in things)).now_and_next(filing.sought(PAYMENTS), instant_ns)
    coming = [(span.start_ns, name) for span, name in everything(things) if span.start_ns > instant_ns]
    expected = [(span.start_ns, name) for span, name in everything(things) if span.holds(instant_ns)]
    assert sorted((span.start_ns, thing.name) for span, thing in found) == sorted(expected + sorted(coming)[:1])
