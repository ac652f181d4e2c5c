"""When a change would run: from its planned start, or from the moment at which it is started."""

from datetime import datetime, timedelta
from typing import Final

from gate.domain.catalogue import Service
from gate.domain.change import Change, ChangeRequest
from gate.domain.errors import PlannedStartError
from gate.domain.instant import NANOSECOND_PER_SECOND, duration_ns, rfc3339, to_ns
from gate.domain.process import GateSettings

MOST_AHEAD: Final = timedelta(days=90)
"""Nobody knows the calendar for longer."""
SLACK: Final = timedelta(minutes=5)
"""How far beyond these bounds a planned start may be when it is asked for: requests travel, and clocks differ."""


def demand_to_come(start: datetime | None, at_ns: int) -> None:
    """PlannedStartError for a planned start that is past."""
    if start is not None and to_ns(start) < at_ns - duration_ns(SLACK):
        raise PlannedStartError(
            f"the planned start {start.isoformat()} is past; it is {rfc3339(_second(at_ns))}",
            hint="Plan a later start, or none: then the change starts as soon as it may.",
            field="planned_start",
        )


def demand_in_reach(start: datetime | None, at_ns: int) -> None:
    """PlannedStartError for a planned start that is farther ahead than anybody can plan, or any store can count."""
    if start is not None and to_ns(start) > at_ns + duration_ns(MOST_AHEAD + SLACK):
        raise PlannedStartError(
            f"the planned start {start.isoformat()} is more than {MOST_AHEAD.days} days ahead",
            hint=f"Plan a start before {rfc3339(_second(at_ns + duration_ns(MOST_AHEAD)))}, or ask nearer to it.",
            field="planned_start",
        )


def _second(instant_ns: int) -> int:
    return instant_ns - instant_ns % NANOSECOND_PER_SECOND


def starts_ns(change: Change, at_ns: int, *, starting: bool = False) -> int:
    """When it would start, judged at an instant: when it is planned, but not before now. `starting`: now it is."""
    planned_ns = change.planned_start_ns
    if starting or change.state == "started" or planned_ns is None:
        return at_ns
    return max(at_ns, planned_ns)


def is_for_later(change: Change, at_ns: int) -> bool:
    """Whether its planned start is still to come."""
    return change.planned_start_ns is not None and change.planned_start_ns > at_ns


def takes_ns(request: ChangeRequest, service: Service, settings: GateSettings) -> int:
    """How much time is kept for it: as long as it is expected to take, or as its approval may be used, if longer."""
    return max(duration_ns(request.duration or service.duration), duration_ns(settings.pass_lifetime))
