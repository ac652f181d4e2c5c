"""The release calendar as windows: which events close what, for whom, from when until when.

The calendar names weeks, Monday to Friday, both ends inclusive, without times or a zone: they are taken in UTC. A
cross-project freeze holds from the first day of its week to the last of the release week; the calendar does not say
when a project's own freeze is lifted, so that one holds for its week.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from tests.acceptance.openstack.data import read_schedules

Scope = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Closure:
    """A freeze or an advisory of one series. `first` and `last` are days, both inside."""

    name: str
    kind: Literal["Freeze", "Advisory"]
    series: str
    first: date
    last: date
    scope: Scope
    project: str = ""
    """Whose own freeze it is, as its name says; empty for one across projects."""


_RELEASES_OF: Final[Mapping[str, Scope]] = {
    "final-lib": {"kinds": ["release"], "labels": {"nature": "library"}},
    "final-clientlib": {"kinds": ["release"], "labels": {"nature": "client-library"}},
    "rf": {"kinds": ["release"], "services": ["requirements", "openstack_requirements"]},
}
"""Cross-project freezes that close something a release request can be seen to do."""

_SHOWN: Final = frozenset({"ff", "trailing-ff", "soft-sf", "hard-sf", "mf"})
"""Freezes of features, strings and membership: they close what a release request does not show, so they are advice."""

# `extra-atc-freeze` is none of either: it closes the electoral roll.

_PROJECT_FREEZE: Final = re.compile(r"(?P<project>[a-z]+)-.*(freeze|frz|ff).*")
_PROJECTS: Final[Mapping[str, list[str]]] = {
    "key": ["keystone"],
    "oslo": ["oslo*"],
    "openstackclient": ["openstackclient", "python-openstackclient"],
}
"""Projects whose deliverables are not simply called like them."""


def closures(folder: Path) -> list[Closure]:
    """Every window of every series, by series and time."""
    return [one for series, schedule in read_schedules(folder).items() for one in _of_series(series, schedule)]


def _of_series(series: str, schedule: Mapping[str, Any]) -> Iterator[Closure]:
    # Not `release-week`: for wallaby that is the end of what trails, three weeks after the release.
    release = next(week for week in schedule["cycle"] if week.get("name") in {"R+0", "R-0"})
    for week in schedule["cycle"]:
        for event in week.get("x-project", []):
            yield from _cross_project(series, event, week["start"], release["end"])
        for event in week.get("project-specific", []):
            yield from _of_project(series, event, week["start"], week["end"])


def _cross_project(series: str, event: str, first: str, last: str) -> Iterator[Closure]:
    name = _own_name(series, event)
    if name in _RELEASES_OF:
        yield _closure(event, "Freeze", series, first, last, _RELEASES_OF[name])
    elif name in _SHOWN:
        yield _closure(event, "Advisory", series, first, last, {})


def _of_project(series: str, event: str, first: str, last: str) -> Iterator[Closure]:
    found = _PROJECT_FREEZE.fullmatch(_own_name(series, event))
    if found is not None:
        project = found["project"]
        scope = {"kinds": ["release"], "services": _PROJECTS.get(project, [project])}
        yield replace(_closure(event, "Freeze", series, first, last, scope), project=project)


def _own_name(series: str, event: str) -> str:
    """The event without the letter of its series; empty for another series' event, which that one's calendar has."""
    return event[2:] if event.startswith(f"{series[0]}-") else ""


def _closure(
    name: str, kind: Literal["Freeze", "Advisory"], series: str, first: str, last: str, scope: Scope
) -> Closure:
    days = (date.fromisoformat(first), date.fromisoformat(last))
    return Closure(name, kind, series, *days, scope={"environments": [series], **scope})
