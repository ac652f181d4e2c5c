"""Argo CD's rules for sync windows, small: as its documentation and source say, sharing nothing with what is tested.

A window is active when its schedule fired, on the wall clock of its zone as it shows now, within its duration.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any
from zoneinfo import ZoneInfo

from tests.unit.interfaces.calendars.cron_oracle import fires

QUARTER = timedelta(minutes=15)
"""All schedules here fire at quarters of an hour, and all durations are whole hours."""


@dataclass(frozen=True)
class Application:
    """What a sync window looks at."""

    applications: str
    namespaces: str
    clusters: str


def may_sync(windows: Sequence[Mapping[str, Any]], application: Application, at: datetime) -> bool:
    """Whether an automatic sync may begin at an instant."""
    matching = [window for window in windows if _matches(window, application)]
    active = [window for window in matching if is_active(window, at)]
    if any(window["kind"] == "deny" for window in active):
        return False
    allows = [window for window in matching if window["kind"] == "allow"]
    return not allows or any(window["kind"] == "allow" for window in active)


def _matches(window: Mapping[str, Any], application: Application) -> bool:
    named = [name for name in ("applications", "namespaces", "clusters") if window.get(name)]
    found = [any(fnmatchcase(getattr(application, name), glob) for glob in window[name]) for name in named]
    return bool(named) and (all(found) if window.get("andOperator") else any(found))


def is_active(window: Mapping[str, Any], at: datetime) -> bool:
    wall = at.astimezone(ZoneInfo(window.get("timeZone", "UTC"))).replace(tzinfo=None)
    wall = wall.replace(minute=wall.minute - wall.minute % 15, second=0)
    hours = int(str(window["duration"]).removesuffix("h"))
    return any(fires(window["schedule"], wall - quarter * QUARTER) for quarter in range(hours * 4))
