"""The policy repository of the release queue: the default pack's Rego, and everything else made from the data.

A deliverable is a service, a cycle is an environment, a freeze of the calendar is a freeze window. A request for one
change of a few files takes a lane; one that is large, or speaks of an exception, is for people to look at.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import yaml

from tests.acceptance.openstack.data import Request
from tests.acceptance.openstack.deliverables import nature_of
from tests.acceptance.openstack.schedule import Closure

_PACK: Final = Path(__file__).parents[3] / "policies"
_DAY: Final = timedelta(days=1)

_PROCESS: Final = """\
kind: Process
classes:
  standard:  [freeze, conflict]
  normal:    [freeze, conflict, peer_review]
  emergency: [conflict, peer_review]
steps:
  peer_review: {needs: {group: $service.reviewers, approvals: 1}}
conflicts: {same_service: wait, exclusive: wait, depends_on: risk, dependent: risk}
"""

_PEOPLE: Final = """\
kind: Group
name: release-team
description: Reviews what no lane takes. The data names no approver, so these names stand for them.
members: [release-manager-1, release-manager-2]
---
kind: Objective
name: releases
description: Twice a year everything fits together.
"""

_LANE: Final = """\
kind: Lane
name: few-deliverables
description: A request for at most ten deliverables, all of which are known.
scope: {environments: ["*"], except: {labels: {exception: "yes"}}}
paths: ["deliverables/**"]
requires: {max_files: 10}
"""


def write_policy(folder: Path, requests: Sequence[Request], closures: Sequence[Closure]) -> None:
    """Lay out the policy repository's files below a folder."""
    shutil.copytree(_PACK / "rego", folder / "rego", ignore=shutil.ignore_patterns("*_test.rego", "testing"))
    shutil.copy(_PACK / "risk.yaml", folder)
    (folder / "process.yaml").write_text(_PROCESS, encoding="utf-8")
    (folder / "people.yaml").write_text(_PEOPLE, encoding="utf-8")
    (folder / "lane.yaml").write_text(_LANE, encoding="utf-8")
    series = {request.series for request in requests} | {closure.series for closure in closures}
    _write(folder / "gate.yaml", [_settings(series)])
    _write(folder / "services.yaml", [_service(name) for name in sorted({request.deliverable for request in requests})])
    for name, own in groupby(closures, key=attrgetter("series")):
        _write(folder / "calendar" / f"{name}.yaml", [_window(closure) for closure in own])


def commit(folder: Path) -> None:
    """Make the folder a git repository with one commit on `main`."""
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "add", ".")
    _git(folder, "commit", "--quiet", "--message=The release calendar")


def _settings(series: Iterable[str]) -> Mapping[str, Any]:
    # The repository is looked at once and eleven years go by: that must not make its policy stale.
    environments = {name: {"production": True, "when_stale": "allow"} for name in sorted(series)}
    # Some of its freezes last for two months, and are meant.
    return {"kind": "Gate", "format": 1, "environments": environments, "longest_freeze": "P180D"}


def _service(name: str) -> Mapping[str, Any]:
    return {
        "kind": "Service",
        "name": name,
        "owners": "release-team",
        "tier": 3,
        "objective": "releases",
        "labels": {"nature": nature_of(name)},
    }


def _window(closure: Closure) -> Mapping[str, Any]:
    return {
        "kind": closure.kind,
        "name": closure.name,
        "scope": dict(closure.scope),
        "start": f"{closure.first}T00:00",
        "end": f"{closure.last + _DAY}T00:00",  # the last day is part of it, a window's end is not
        "timezone": "UTC",
    }


def _write(path: Path, documents: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        yaml.dump_all(documents, file, Dumper=yaml.CSafeDumper, sort_keys=False)


def _git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Release team", "-c", "user.email=release-team@example.org")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(  # noqa: S603 -- git with the arguments above
        ["git", "-C", str(folder), *who, *arguments],  # noqa: S607 -- whichever git is on the path
        env=environment,
        check=True,
        capture_output=True,
    )
