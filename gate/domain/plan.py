"""When a change would run: from its planned start, or from the moment at which it is started."""

from datetime import timedelta
from typing import Final

from gate.domain.catalogue import Service
from gate.domain.change import Change, ChangeRequest
from gate.domain.errors import PlannedStartError
from gate.domain.instant import duration_ns, rfc3339, to_ns
from gate.domain.process import GateSettings

MOST_AHEAD: Final = timedelta(days=90)
"""Nobody knows the calendar for longer."""
SLACK: Final = timedelta(minutes=5)
"""How long a planned start may be past when the change is asked for: requests travel, and clocks differ."""


def demand_plannable(request: ChangeRequest, at_ns: int) -> None:
    """PlannedStartError for a planned start that is past, or farther ahead than anybody can plan."""
    if request.planned_start is None:
        return
    ahead_ns = to_ns(request.planned_start) - at_ns
    if ahead_ns < -duration_ns(SLACK):
        raise PlannedStartError(
            f"the planned start {request.planned_start.isoformat()} is past; it is {rfc3339(at_ns)}",
            hint="Plan a later start, or leave `planned_start` out: then the change starts as soon as it may.",
            field="planned_start",
        )
    if ahead_ns > duration_ns(MOST_AHEAD):
        raise PlannedStartError(
            f"the planned start {request.planned_start.isoformat()} is more than {MOST_AHEAD.days} days ahead",
            hint=f"Plan a start before {rfc3339(at_ns + duration_ns(MOST_AHEAD))}, or ask nearer to it.",
            field="planned_start",
        )


def starts_ns(change: Change, at_ns: int, *, starting: bool = False) -> int:
    """When it would start, judged at an instant: when it is planned, but not before now. `starting`: now it is."""
    planned = change.request.planned_start
    if starting or change.state == "started" or planned is None:
        return at_ns
    return max(at_ns, to_ns(planned))


def is_for_later(change: Change, at_ns: int) -> bool:
    """Whether its planned start is still to come."""
    planned = change.request.planned_start
    return planned is not None and to_ns(planned) > at_ns


def takes_ns(request: ChangeRequest, service: Service, settings: GateSettings) -> int:
    """How much time is kept for it: as long as it is expected to take, or as its approval may be used, if longer."""
    return max(duration_ns(request.duration or service.duration), duration_ns(settings.pass_lifetime))
