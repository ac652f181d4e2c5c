"""Windows as facts, by hours from the instant of the tests."""

from typing import Any

from gate.domain.facts import WindowFacts
from tests.builders import AT_NS, HOUR


def a_window(kind: str, start: int | None, end: int | None, name: str = "w", **more: Any) -> WindowFacts:
    """A window from one hour to another."""
    told = {"kind": kind, "name": name, "description": "", "overrun": "finish"}
    return WindowFacts.model_validate(told | {"start_ns": _at(start), "end_ns": _at(end)} | more)


def _at(hours: int | None) -> int | None:
    return None if hours is None else AT_NS + hours * HOUR
