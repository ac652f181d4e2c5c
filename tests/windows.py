"""Windows of the calendar, with the one thing said that a test is about; and instants as texts.

calendar = Calendar([freeze("2026-11-02T10:00", "2026-11-02T12:00"), maintenance(...)])
"""

from datetime import UTC, datetime
from typing import Any, Final

from gate.domain.calendar import Advisory, Freeze, Maintenance
from gate.domain.instant import rfc3339, to_ns
from gate.domain.scope import Subject

PAYMENTS: Final = Subject("production", "payments", "deploy", "team-payments", "revenue")


def at(text: str) -> int:
    """The instant of a time in UTC, such as 2026-11-02T10:00."""
    return to_ns(datetime.fromisoformat(text).replace(tzinfo=UTC))


def told(instant_ns: int | None) -> str | None:
    """The other way round."""
    return None if instant_ns is None else rfc3339(instant_ns)[:16]


def freeze(start: str, end: str | None, name: str = "stocktaking", **fields: Any) -> Freeze:
    """Closed time, in UTC where nothing else is said."""
    return Freeze.model_validate({"kind": "Freeze", "name": name, "start": start, "end": end} | fields)


def maintenance(start: str, end: str, name: str = "nights", **fields: Any) -> Maintenance:
    """Allowed time."""
    return Maintenance.model_validate({"kind": "Maintenance", "name": name, "start": start, "end": end} | fields)


def advisory(start: str, end: str, name: str = "payday", **fields: Any) -> Advisory:
    """Shown time."""
    return Advisory.model_validate({"kind": "Advisory", "name": name, "start": start, "end": end} | fields)
