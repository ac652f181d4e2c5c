"""The tables, as SQLModel classes: the schema and its names. What is asked of them is in `statements`.

Rules that hold for all of them: instants are 64-bit nanoseconds; what is judged, hashed or proven is kept as the exact
bytes (never as a JSON type, which would give back other bytes); what must happen once only is a key, not a check.
"""

from gate.adapters.sql.tables.changes import NOT_OVER, OPEN, changes, decisions, records
from gate.adapters.sql.tables.house import NOT_THAWED, daily_results, notices, pressed_freezes, token_uses, tokens
from gate.adapters.sql.tables.in_flight import queue_places, reservations, reserved_resources, resource_locks, waits
from gate.adapters.sql.tables.people import answers, asked_groups, daily_answers
from gate.adapters.sql.tables.row import Row
from gate.adapters.sql.tables.ways_around import UNANNOUNCED, UNFILED, UNWRITTEN, break_glasses, bypass_uses, pirs

__all__ = [
    "NOT_OVER",
    "NOT_THAWED",
    "OPEN",
    "UNANNOUNCED",
    "UNFILED",
    "UNWRITTEN",
    "Row",
    "answers",
    "asked_groups",
    "break_glasses",
    "bypass_uses",
    "changes",
    "daily_answers",
    "daily_results",
    "decisions",
    "notices",
    "pirs",
    "pressed_freezes",
    "queue_places",
    "records",
    "reservations",
    "reserved_resources",
    "resource_locks",
    "token_uses",
    "tokens",
    "waits",
]
