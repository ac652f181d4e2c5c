"""Windows of the calendar as sync windows of an Argo CD project; which one cannot be, is left out and reported."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import yaml

from gate.domain.calendar import Maintenance, Window
from gate.domain.finding import Finding
from gate.domain.scope import Scope, Selector
from gate.interfaces.calendars import globs, go_duration
from gate.interfaces.calendars.argocd import elsewhere
from gate.interfaces.calendars.clock_jumps import noted_jumps
from gate.interfaces.calendars.conversion import Conversion, InexpressibleError, Source
from gate.interfaces.calendars.coordinates import ARGO, Coordinates
from gate.interfaces.calendars.cron_rules import cron_of
from gate.interfaces.calendars.plain_windows import demand_plain, noted_first_days

_LONGEST_DESCRIPTION: Final = 255


def written(windows: Sequence[Window], coordinates: Coordinates, at_ns: int) -> Conversion[str]:
    """The `spec` of an AppProject, as `kubectl patch --patch-file` takes it. `at_ns`: when it will be applied."""
    made: list[dict[str, Any]] = []
    taken: list[Window] = []
    findings: list[Finding] = []
    for window in windows:
        source = Source(path="", field=f"{window.kind} {window.name}")
        try:
            made.append(_sync_window(window, coordinates))
        except InexpressibleError as error:
            findings.append(source.lost(f"Argo CD cannot have it: {error.reason}", error.hint))
            continue
        taken.append(window)
        findings += noted_jumps(window, elsewhere, source)
    findings += noted_first_days(taken, at_ns, "Argo CD")
    text = yaml.safe_dump({"spec": {"syncWindows": made}}, sort_keys=False, allow_unicode=True, width=120)
    return Conversion(text, tuple(findings))


def _sync_window(window: Window, coordinates: Coordinates) -> dict[str, Any]:
    start, end = demand_plain(window)
    selected = _selected(window.scope, coordinates)
    description = f"{window.name}: {' '.join(window.description.split())}" if window.description else window.name
    return {
        "kind": "allow" if isinstance(window, Maintenance) else "deny",
        "schedule": cron_of(window, knows_last=False),
        "duration": go_duration.written(end - start),
        **selected,
        "andOperator": len(selected) > 1,
        "manualSync": False,
        "timeZone": window.timezone,
        "description": description[:_LONGEST_DESCRIPTION],
        "syncOverrun": window.overrun == "finish",
    }


def _selected(scope: Scope, coordinates: Coordinates) -> dict[str, list[str]]:
    """The globs of Argo CD's coordinates that select what the scope does, all of them at once."""
    if scope.excluded is not None and not scope.excluded.is_empty:
        raise InexpressibleError("it has exceptions, and a sync window has none")
    selected: dict[str, list[str]] = {}
    for theirs in ARGO:
        if said := _said(scope, coordinates.ours[theirs]):
            selected[theirs] = [globs.to_argo(glob) for glob in said]
    lost = _names(scope) - {coordinates.ours[theirs] for theirs in selected}
    if lost:
        raise InexpressibleError(f"Argo CD knows nothing like {', '.join(sorted(lost))}", "Say what is: --as.")
    return selected or {"applications": ["*"]}


def _said(selector: Selector, ours: str) -> Iterable[str]:
    name, _, label = ours.partition(".")
    if label:
        return [selector.labels[label]] if label in selector.labels else []
    values: Iterable[str] = getattr(selector, name)
    return values


def _names(selector: Selector) -> set[str]:
    named = {name for name in ("environments", "services", "kinds", "owners", "objectives") if getattr(selector, name)}
    return named | {f"labels.{label}" for label in selector.labels}
