"""Edges: the instants at which time closes on a change, be it about to start or running already."""

from collections.abc import Iterable, Iterator

from gate.domain.facts import WindowFacts
from gate.domain.model import Model


class Edge(Model):
    """A freeze that begins, or a maintenance window that ends."""

    at_ns: int
    window: str


def next_edge(windows: Iterable[WindowFacts], at_ns: int) -> Edge | None:
    """The first edge after an instant. Of several maintenance windows that are open, the last one closes time."""
    seen = tuple(windows)
    coming = [*_freezes_to_come(seen, at_ns), *_maintenance_ends(seen, at_ns)]
    return min(coming, key=lambda edge: (edge.at_ns, edge.window), default=None)


def _freezes_to_come(windows: Iterable[WindowFacts], at_ns: int) -> Iterator[Edge]:
    for window in windows:
        if window.kind == "freeze" and window.start_ns is not None and window.start_ns > at_ns:
            yield Edge(at_ns=window.start_ns, window=window.name)


def _maintenance_ends(windows: Iterable[WindowFacts], at_ns: int) -> list[Edge]:
    ends = [
        Edge(at_ns=window.end_ns, window=window.name)
        for window in windows
        if window.kind == "maintenance" and window.start_ns is not None and window.start_ns <= at_ns
        if window.end_ns is not None and window.end_ns > at_ns
    ]
    return sorted(ends, key=lambda edge: edge.at_ns)[-1:]
