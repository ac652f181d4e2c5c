"""Freezes of the calendar as GitLab freeze periods. Which window cannot be one is left out and reported."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from gate.domain.calendar import Maintenance, Window
from gate.domain.finding import Finding
from gate.interfaces.calendars.clock_jumps import noted_jumps
from gate.interfaces.calendars.conversion import Conversion, InexpressibleError, Source
from gate.interfaces.calendars.cron import Cron
from gate.interfaces.calendars.cron_pairs import LocalSpan, horizon, merged, spans
from gate.interfaces.calendars.cron_rules import cron_of, listed
from gate.interfaces.calendars.gitlab import elsewhere
from gate.interfaces.calendars.plain_windows import demand_plain, noted_first_days

_TRIED: Final = timedelta(days=2 * 366)
"""So far a candidate is tried first."""


def written(windows: Sequence[Window], at_ns: int, *, of_one_project: bool) -> Conversion[str]:
    """The JSON that makes the periods, one POST each.

    `of_one_project`: all windows are about it, whatever their scope. `at_ns`: when the periods are going to be made.
    """
    made: list[dict[str, str]] = []
    taken: list[Window] = []
    findings: list[Finding] = []
    for window in windows:
        source = Source(path="", field=f"{window.kind} {window.name}")
        try:
            period = _period(window, of_one_project=of_one_project)
        except InexpressibleError as error:
            findings.append(source.lost(f"GitLab cannot have it: {error.reason}", error.hint))
            continue
        made.append(period)
        taken.append(window)
        begins, ends = Cron.of(period["freeze_start"]), Cron.of(period["freeze_end"])
        findings += noted_jumps(window, elsewhere(begins, ends, window.timezone), source)
        if window.overrun == "stop":
            findings.append(source.noted("GitLab stops nothing that runs already, so overrun is not taken along"))
    findings += noted_first_days(taken, at_ns, "GitLab")
    if made:
        findings.append(
            Source(path="").noted("GitLab keeps no names and descriptions; a job must obey $CI_DEPLOY_FREEZE")
        )
    return Conversion(json.dumps(made, indent=2) + "\n", tuple(findings))


def _period(window: Window, *, of_one_project: bool) -> dict[str, str]:
    start, end = demand_plain(window)
    if isinstance(window, Maintenance):
        raise InexpressibleError("it is a maintenance window, and GitLab knows freezes only")
    if not of_one_project and not (window.scope.is_empty and window.scope.excluded is None):
        hint = "Name the project's --service and --environment, to export what holds for it."
        raise InexpressibleError("it has a scope, and a freeze period has none but its project", hint)
    begins = cron_of(window, knows_last=True)
    return {
        "freeze_start": begins,
        "freeze_end": _ending(window, Cron.of(begins), end - start),
        "cron_timezone": window.timezone,
    }


def _ending(window: Window, begins: Cron, length: timedelta) -> str:
    """The expression whose first moment after each beginning is that window's end, and never one before it."""
    since = window.spans.start
    for candidate in _candidates([over for _, over in _closed(window, length, since + _TRIED)[:-1]]):
        # Most are wrong within weeks; what is not is counted out to the end.
        if all(_is_ended_by(candidate, window, begins, length, since + far) for far in (_TRIED, horizon(begins))):
            return candidate
    raise InexpressibleError(f"no cron expression fires {length} after `{window.recurrence}` begins, and never before")


def _is_ended_by(candidate: str, window: Window, begins: Cron, length: timedelta, until: datetime) -> bool:
    closed = spans(begins, Cron.of(candidate), window.spans.start, until)
    return merged(closed, until) == _closed(window, length, until)


def _closed(window: Window, length: timedelta, until: datetime) -> list[LocalSpan]:
    beginnings = window.spans.beginnings.between(window.spans.start, until - timedelta(seconds=1))
    return merged(((begin, begin + length) for begin in beginnings), until)


def _candidates(ends: Sequence[datetime]) -> Iterator[str]:
    minutes = {end.minute for end in ends}
    if len(minutes) != 1 or any(end.second for end in ends):
        return
    at = f"{minutes.pop()} {listed(end.hour for end in ends)}"
    days, months = listed(end.day for end in ends), listed(end.month for end in ends)
    yield f"{at} * * *"
    yield f"{at} * * {listed(end.isoweekday() % 7 for end in ends)}"
    yield f"{at} {days} * *"
    yield f"{at} {days} {months} *"
    yield f"{at} L * *"
    yield f"{at} L {months} *"
