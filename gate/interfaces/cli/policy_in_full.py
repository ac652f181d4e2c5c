"""All that a policy says, for somebody who wants to know the rules without reading the files."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from pydantic import BaseModel

from gate.domain.bypass import Bypass
from gate.domain.calendar import Window
from gate.domain.policy_set import PolicySet
from gate.domain.process import BypassRight, Lane, LaneConditions, Needs, Process, RiskModel, StepRule
from gate.domain.wall_clock import LocalMoment, beginning_of, is_day
from gate.interfaces.cli import span
from gate.interfaces.cli.lines import Line, columns, line
from gate.interfaces.scope_words import in_words

_MINUTES: Final = "%Y-%m-%d %H:%M"

_ENDS: Final = {"fail": "fails", "pass": "passes"}


def lines(policy: PolicySet) -> Iterator[Line]:
    """The policy as lines."""
    yield line(f"Policy {policy.revision}: {policy.documents} documents", "bold")
    yield from _section("Steps of each class", _classes(policy.process))
    yield from _section("Steps", _steps(policy.process))
    yield from _section("Risk classes", _thresholds(policy.risk))
    yield from _section("Lanes", [_lane(lane) for lane in policy.lanes])
    yield from _section("Windows", [_window(window) for window in policy.calendar.windows])
    yield from _section("Bypasses", [_bypass(bypass) for bypass in policy.bypasses])
    yield from _section("Services", _services(policy))


def document(policy: PolicySet) -> str:
    """The same as JSON."""
    said: dict[str, Any] = {
        "revision": policy.revision,
        "settings": _plain(policy.settings),
        "process": _plain(policy.process),
        "risk": _plain(policy.risk),
        "lanes": [_plain(lane) for lane in policy.lanes],
        "windows": [_plain(window) for window in policy.calendar.windows],
        "bypasses": [_plain(bypass) for bypass in policy.bypasses],
        "groups": [_plain(group) for group in policy.catalogue.groups.values()],
        "services": [_plain(service) for service in policy.catalogue.services.values()],
    }
    return json.dumps(said, indent=2) + "\n"


def _plain(value: BaseModel) -> dict[str, Any]:
    return value.model_dump(mode="json", by_alias=True)


def _section(title: str, rows: Sequence[Sequence[str]]) -> Iterator[Line]:
    yield line("")
    yield line(title, "bold")
    yield from (line(row, indent=1) for row in columns(rows) if rows)
    if not rows:
        yield line("none", "dim", indent=1)


def _classes(process: Process) -> list[list[str]]:
    by_class = [[name, ", ".join(steps)] for name, steps in process.classes.items()]
    return by_class + [[f"{name} risk", f"and {', '.join(steps)}"] for name, steps in process.risk.items()]


def _steps(process: Process) -> list[list[str]]:
    return [_step(name, process.steps.get(name, StepRule())) for name in process.named_steps()]


def _step(name: str, rule: StepRule) -> list[str]:
    needs = " and ".join(map(_need, rule.needs or ())) or "no people"
    skipped = f"may be skipped by {rule.bypass.by}" if isinstance(rule.bypass, BypassRight) else "never skipped"
    return [name, needs + _in_time(rule), skipped, rule.description]


def _need(needs: Needs) -> str:
    lasting = f", each for {_long(needs.expires)}" if needs.expires else ""
    return f"{needs.approvals} of {' or '.join((needs.group, *needs.or_groups))}{lasting}"


def _in_time(rule: StepRule) -> str:
    """What becomes of it when nobody answers."""
    asked = f"; after {_long(rule.escalate.after)} of {rule.escalate.to} as well" if rule.escalate else ""
    ends = f"; {_ENDS[rule.time_out.then]} unanswered for {_long(rule.time_out.after)}" if rule.time_out else ""
    return asked + ends


def _long(length: timedelta) -> str:
    return span.in_words(int(length.total_seconds()))


def _thresholds(risk: RiskModel) -> list[list[str]]:
    begins = [[name, f"from {points} points"] for name, points in risk.thresholds.items()]
    return [*begins, ["factors", ", ".join(risk.factors)]]


def _lane(lane: Lane) -> list[str]:
    return [lane.name, ", ".join(lane.paths), in_words(lane.scope), _conditions(lane.requires)]


def _conditions(conditions: LaneConditions) -> str:
    evidence = [f"evidence {', '.join(conditions.evidence)}"] if conditions.evidence else []
    limits = conditions.model_dump(mode="json", exclude={"evidence"}, exclude_none=True)
    return ", ".join([*evidence, *(f"{name} {value}" for name, value in limits.items())])


def _window(window: Window) -> list[str]:
    time = f"{_minute(window.start)} to {_minute(window.end) if window.end else 'no known end'} {window.timezone}"
    return [window.kind, window.name, time, _again(window), in_words(window.scope)]


def _minute(moment: LocalMoment) -> str:
    return moment.isoformat() if is_day(moment) else beginning_of(moment).strftime(_MINUTES)


def _again(window: Window) -> str:
    added = [f"also {', '.join(map(_minute, window.rdate))}"] if window.rdate else []
    left_out = [f"not {', '.join(map(_minute, window.exdate))}"] if window.exdate else []
    return "; ".join([window.recurrence or "once", *added, *left_out])


def _bypass(bypass: Bypass) -> list[str]:
    target = f"{bypass.change.service} into {bypass.change.environment}"
    return [bypass.id, target, f"skips {', '.join(bypass.skip)}", f"until {bypass.expires.isoformat()}", bypass.ticket]


def _services(policy: PolicySet) -> list[list[str]]:
    rows = [["name", "tier", "owners", "objective", "depends on"]]
    for service in sorted(policy.catalogue.services.values(), key=lambda one: (one.tier, one.name)):
        depends = ", ".join(service.depends_on) or "nothing"
        rows.append([service.name, str(service.tier), service.owners, service.objective, depends])
    return rows
