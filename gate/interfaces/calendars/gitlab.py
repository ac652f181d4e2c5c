"""GitLab's freeze periods (`/projects/:id/freeze_periods`) as windows of the calendar.

A period closes a project from each moment of `freeze_start` to the first of `freeze_end` after it, both cron on the
wall clock of `cron_timezone` (gitlab, app/models/ci/freeze_period.rb). It has no name, no scope but its project, and
knows freezes only.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gate.domain.errors import CallerError
from gate.domain.finding import Finding
from gate.domain.instant import rfc3339, to_ns
from gate.domain.jumps import Jump
from gate.interfaces.calendars.about import About, ordered
from gate.interfaces.calendars.clock_jumps import Elsewhere, noted_jumps
from gate.interfaces.calendars.conversion import Conversion, InexpressibleError, Source
from gate.interfaces.calendars.cron import Cron
from gate.interfaces.calendars.cron_pairs import paired
from gate.interfaces.calendars.drafts import Draft, Names, drafted

_MOST: Final = 200
"""Periods in a file; each is counted out over 28 years."""
_RECORD: Final = frozenset({"id", "project_id", "created_at", "updated_at"})
"""What the API says of a period besides; nothing that closes."""


class FreezePeriod(BaseModel):
    """A period as GitLab's API gives it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    freeze_start: Annotated[str, Field(max_length=200)]
    freeze_end: Annotated[str, Field(max_length=200)]
    cron_timezone: str | None = "UTC"
    id: int | None = None
    created_at: str | None = None


def read(path: str, text: str, about: About) -> Conversion[tuple[Draft, ...]]:
    """The windows of a JSON file. CallerError if it holds no freeze periods."""
    findings: list[Finding] = []
    drafts: list[Draft] = []
    names = Names(about.prefix)
    for source, period in _periods(path, text, findings):
        try:
            drafts += _converted(period, source, about, names, findings)
        except InexpressibleError as error:
            findings.append(source.lost(f"{error.reason}; the freeze period is left out", error.hint))
    return Conversion(tuple(drafts), tuple(findings))


def _periods(path: str, text: str, findings: list[Finding]) -> Iterator[tuple[Source, FreezePeriod]]:
    for position, fields in enumerate(_listed(path, text)):
        source = Source(path, field=f"[{position}]")
        try:
            period = FreezePeriod.model_validate(fields)
        except ValidationError as error:
            told = error.errors(include_url=False, include_input=False)[0]
            place = source.at(".".join(str(part) for part in told["loc"])) if told["loc"] else source
            findings.append(place.lost(f"{told['msg']}; the freeze period is left out"))
            continue
        unknown = sorted(set(fields) - set(FreezePeriod.model_fields) - _RECORD)
        if unknown:
            findings.append(source.lost(f"nobody here knows what {', '.join(unknown)[:200]} means"))
        yield source, period


def _listed(path: str, text: str) -> list[Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CallerError(f"{path} is no JSON: {error}", hint="Give what GET …/freeze_periods answers.") from error
    listed = said if isinstance(said, list) else [said]
    if not listed or not all(isinstance(each, dict) for each in listed):
        raise CallerError(f"{path} holds no freeze periods", hint="Give what GET …/freeze_periods answers.")
    if len(listed) > _MOST:
        raise CallerError(f"{path} holds more than {_MOST} freeze periods", hint="Split it.")
    return listed


def _converted(
    period: FreezePeriod, source: Source, about: About, names: Names, findings: list[Finding]
) -> Iterator[Draft]:
    start, end = Cron.of(period.freeze_start), Cron.of(period.freeze_end)
    timezone = period.cron_timezone or "UTC"
    called = f"gitlab-freeze-{period.id}" if period.id is not None else "gitlab-freeze"
    described = f"GitLab freeze period from {period.freeze_start} to {period.freeze_end}"
    for rule in _rules(period.freeze_start, period.freeze_end):
        fields = ordered(
            {"kind": about.kind, "name": names.give(called), "description": described, "scope": about.scope}
            | rule.fields(_since(period, about, source, findings))
            | {"timezone": timezone}
        )
        draft = drafted(fields, source)
        if not isinstance(draft, Draft):
            findings += draft
            return
        findings += noted_jumps(draft.window, elsewhere(start, end, timezone), source)
        yield draft


_rules = lru_cache(maxsize=64)(lambda start, end: paired(Cron.of(start), Cron.of(end)))


def _since(period: FreezePeriod, about: About, source: Source, findings: list[Finding]) -> date:
    """When it was made: before, it closed nothing."""
    if period.created_at is None:
        return about.since
    try:
        return datetime.fromisoformat(period.created_at).date()
    except ValueError:
        findings.append(source.at("created_at").noted(f"is no time, so it holds from {about.since} on"))
        return about.since


def elsewhere(begins: Cron, ends: Cron, timezone: str) -> Elsewhere:
    """When cron fires that was to fire at a time inside a jump, by cronsim: moved out of a gap, once in a fold."""

    def said(_: Jump, edge: datetime) -> str:
        if not begins.falls_on(edge):
            return f"cron ends it at {_instant(_fires(ends, edge, timezone))}"
        fired = _fires(begins, edge, timezone)
        over = next(ends.moments(fired))
        return f"cron begins it at {_instant(fired)} and ends it at {_instant(over)}"

    return said


def _fires(cron: Cron, edge: datetime, timezone: str) -> datetime:
    before = (edge - timedelta(days=1)).replace(tzinfo=ZoneInfo(timezone))
    return next(moment for moment in cron.moments(before) if moment.replace(tzinfo=None) >= edge)


def _instant(moment: datetime) -> str:
    return rfc3339(to_ns(moment.astimezone(UTC)))
