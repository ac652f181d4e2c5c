"""The next instant at which time closes."""

import pytest

from gate.domain.edge import Edge, next_edge
from gate.domain.facts import WindowFacts
from tests.builders import AT_NS, HOUR
from tests.unit.domain.windows import a_window


def edge(hours: int, window: str = "w") -> Edge:
    return Edge(at_ns=AT_NS + hours * HOUR, window=window)


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([], None),
        ([a_window("freeze", 1, 2)], edge(1)),
        ([a_window("freeze", 1, None)], edge(1)),
        ([a_window("freeze", -1, 2)], None),
        ([a_window("freeze", 0, 2)], None),
        ([a_window("advisory", 1, 2)], None),
        ([a_window("maintenance", -1, 3)], edge(3)),
        ([a_window("maintenance", 0, 3)], edge(3)),
        ([a_window("maintenance", 1, 3)], None),
        ([a_window("maintenance", -2, 0)], None),
        ([a_window("maintenance", None, None)], None),
        ([a_window("maintenance", -1, 1), a_window("maintenance", -1, 4, "late")], edge(4, "late")),
        ([a_window("maintenance", -1, 3), a_window("freeze", 2, 5, "f")], edge(2, "f")),
        ([a_window("maintenance", -1, 3, "m"), a_window("freeze", 4, 5)], edge(3, "m")),
        ([a_window("freeze", 2, 5, "b"), a_window("freeze", 2, 3, "a")], edge(2, "a")),
    ],
)
def test_it_is_where_a_freeze_begins_or_the_last_maintenance_window_ends(
    windows: list[WindowFacts], expected: Edge | None
) -> None:
    assert next_edge(windows, AT_NS) == expected
