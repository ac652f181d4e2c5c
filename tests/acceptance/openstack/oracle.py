"""What must come out, reckoned a second time: dates compared row by row, over the other form of the same calendar.

It shares neither code nor a file with what it checks: the gate's windows come from `release_schedules.json` by way of
`schedule`, these from `schedule_events.csv`. Only what a deliverable is, and what a request is, is said once.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from tests.acceptance.openstack.data import Request
from tests.acceptance.openstack.deliverables import nature_of


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a request must wait, and the instant from which it need not."""

    freezes: frozenset[str]
    until: datetime


@dataclass(frozen=True, slots=True)
class _Row:
    series: str
    event: str
    project: bool
    first: date
    last: date

    def binds(self, request: Request) -> bool:
        """Whether this event is a freeze that holds this request back."""
        return (
            request.series == self.series
            and self.first <= request.merged_at.date() <= self.last
            and request.kind == "release"
            and self._concerns(request.deliverable)
        )

    def _concerns(self, deliverable: str) -> bool:
        if self.project:
            return self._is_of_project(deliverable)
        if self.event.endswith("-final-lib"):
            return nature_of(deliverable) == "library"
        if self.event.endswith("-final-clientlib"):
            return nature_of(deliverable) == "client-library"
        return self.event.endswith("-rf") and deliverable in {"requirements", "openstack_requirements"}

    def _is_of_project(self, deliverable: str) -> bool:
        match self.event.split("-")[1]:
            case "oslo":
                return deliverable.startswith("oslo")
            case "openstackclient":
                return deliverable.endswith("openstackclient")
            case "key":
                return deliverable == "keystone"
            case project:
                return deliverable == project


def holds(requests: Iterable[Request], folder: Path) -> dict[str, Hold]:
    """Commit → why it is held, for those requests that are."""
    rows = _freezes(folder)
    found: dict[str, Hold] = {}
    for request in requests:
        binding = [row for row in rows if row.binds(request)]
        if binding:
            last = max(row.last for row in binding)
            until = datetime.combine(last + timedelta(days=1), time(), UTC)
            found[request.commit] = Hold(frozenset(row.event for row in binding), until)
    return found


def _freezes(folder: Path) -> list[_Row]:
    with (folder / "schedule_events.csv").open(encoding="utf-8", newline="") as file:
        events = [event for event in csv.DictReader(file) if event["event"][:2] == f"{event['series'][0]}-"]
    released = {event["series"]: event["week_end"] for event in events if event["week"] in {"R+0", "R-0"}}
    return [
        _Row(
            series=event["series"],
            event=event["event"],
            project=event["scope"] == "project",
            first=date.fromisoformat(event["week_start"]),
            last=date.fromisoformat(event["week_end"] if event["scope"] == "project" else released[event["series"]]),
        )
        for event in events
        if _is_freeze(event["scope"], event["event"])
    ]


def _is_freeze(scope: str, event: str) -> bool:
    named = r"freeze|frz|ff" if scope == "project" else r"-(final-lib|final-clientlib|rf)$"
    return re.search(named, event) is not None
