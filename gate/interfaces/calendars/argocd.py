"""Argo CD's sync windows (`AppProject.spec.syncWindows`) as windows of the calendar.

Argo CD's rules are the calendar's: without a matching window all is open, a matching `allow` window closes the rest, an
active `deny` beats any `allow`. A schedule is cron on the wall clock of `timeZone`, and a duration is counted on the
same clock. Applications, namespaces and clusters are globs of which any must match, or with `andOperator` all. Not
ours: `manualSync`, which lets people through where robots stop. (argo-cd, docs/user-guide/sync_windows.md)
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from gate.domain.errors import CallerError
from gate.domain.finding import Finding
from gate.domain.jumps import Jump
from gate.domain.naming import Name, nearest
from gate.interfaces.calendars import globs, go_duration
from gate.interfaces.calendars.about import About, ordered
from gate.interfaces.calendars.bounded_yaml import Fields, read_documents
from gate.interfaces.calendars.clock_jumps import noted_jumps
from gate.interfaces.calendars.conversion import MAX_WINDOWS, Conversion, InexpressibleError, Source
from gate.interfaces.calendars.coordinates import ARGO, Scope
from gate.interfaces.calendars.cron import Cron
from gate.interfaces.calendars.cron_rules import Recurring, recurring
from gate.interfaces.calendars.drafts import Draft, Names, drafted, legible

_KINDS: Final = {"allow": "Maintenance", "deny": "Freeze"}
_OF_A_PROJECT: Final = frozenset({"metadata", "spec", "items", "syncWindows"})
_ALL_DAY: Final = 24
_MOST_OF_ONE: Final = 200
"""Windows that one sync window may become."""
_ANY_DAY: Final = date(2026, 1, 1)
_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)
_Globs = Annotated[list[Annotated[str, Field(max_length=253)]], Field(max_length=200)]


class SyncWindow(BaseModel):
    """A sync window as a project has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["allow", "deny"]
    schedule: str
    duration: str
    applications: _Globs | None = None
    namespaces: _Globs | None = None
    clusters: _Globs | None = None
    manualSync: bool | None = False  # noqa: N815 -- the names are Argo CD's
    timeZone: str | None = None  # noqa: N815
    andOperator: bool | None = False  # noqa: N815
    description: str | None = None
    syncOverrun: bool | None = False  # noqa: N815

    @property
    def selected(self) -> Mapping[str, list[str]]:
        """The globs of each coordinate that it names."""
        return {name: values for name in ARGO if (values := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class _Found:
    """A sync window and where it stands."""

    window: SyncWindow
    source: Source
    project: str
    position: int
    overrun: Literal["finish", "stop"] = "stop"


def read(path: str, text: str, about: About) -> Conversion[tuple[Draft, ...]]:
    """The windows of every project in a YAML file. CallerError if it holds no sync windows at all."""
    findings: list[Finding] = []
    found = list(_windows(path, text, findings))
    names = Names(about.prefix)
    drafts: list[Draft] = []
    for one in _overrunning(found, findings):
        try:
            drafts += _converted(one, about, names, findings)
        except InexpressibleError as error:
            findings.append(one.source.lost(f"{error.reason}; the window is left out", error.hint))
        if len(drafts) > MAX_WINDOWS:
            raise CallerError(f"{path} becomes more than {MAX_WINDOWS} windows", hint="Import a part of it.")
    return Conversion(tuple(drafts), tuple(findings))


def _windows(path: str, text: str, findings: list[Finding]) -> Iterator[_Found]:
    listed = [(project, each) for part in read_documents(path, text) for project, each in _listed(part)]
    if not listed:
        raise CallerError(
            f"{path} holds no sync windows", hint="Give an AppProject, its spec, or a list of windows, as YAML."
        )
    if len(listed) > MAX_WINDOWS:
        raise CallerError(f"{path} holds more than {MAX_WINDOWS} sync windows", hint="Split it.")
    for position, (project, fields) in enumerate(listed):
        source = Source(path, getattr(fields, "line", 0), f"syncWindows[{position}]")
        try:
            yield _Found(SyncWindow.model_validate(fields), source, project, position)
        except ValidationError as error:
            findings += _invalid(error, source)


def _listed(part: Any) -> Iterator[tuple[str, Any]]:
    """The windows of a document, each with the name of its project."""
    if isinstance(part, list):
        # Windows themselves, or projects as `kubectl get -o yaml` lists them.
        for each in part:
            yield from _listed(each) if isinstance(each, Fields) and _OF_A_PROJECT & set(each) else [("", each)]
    elif isinstance(part, Fields):
        if isinstance(part.get("items"), list):
            yield from _listed(part["items"])
        spec = part.get("spec", part)
        windows = spec.get("syncWindows") if isinstance(spec, Fields) else None
        metadata = part.get("metadata")
        name = str(metadata.get("name", "")) if isinstance(metadata, Fields) else ""
        yield from ((name, each) for each in windows or [] if windows) if isinstance(windows, list) else ()


def _invalid(error: ValidationError, source: Source) -> Iterator[Finding]:
    for detail in error.errors(include_url=False, include_input=False):
        field = ".".join(str(part) for part in detail["loc"])
        if detail["type"] == "extra_forbidden":
            message = f"is no field of a sync window{nearest(field, SyncWindow.model_fields)}"
        else:
            message = detail["msg"]
        yield source.at(field).lost(f"{message}; the window is left out")


def _overrunning(found: Iterable[_Found], findings: list[Finding]) -> list[_Found]:
    """Each with what a running sync does when it closes: what Argo CD would let it do.

    Past a deny, every active deny must allow it, as in the calendar; past the end of an allow, every other allow
    window of the application too, which no window of the calendar knows of the others.
    """
    windows = list(found)
    strict = [one for one in windows if one.window.kind == "allow" and not one.window.syncOverrun]
    ready: list[_Found] = []
    for one in windows:
        others = [other for other in strict if other.project == one.project and _may_meet(one.window, other.window)]
        if one.window.kind == "allow" and one.window.syncOverrun and others:
            alike = all(other.window.selected == one.window.selected for other in others)
            findings.append(_stopped(one, alike=alike))
        elif one.window.syncOverrun:
            one = replace(one, overrun="finish")  # noqa: PLW2901 -- the same window
        ready.append(one)
    return ready


def _stopped(one: _Found, *, alike: bool) -> Finding:
    said = "another allow window has no syncOverrun, so Argo CD stops what runs when this one ends: overrun is `stop`"
    source = one.source.at("syncOverrun")
    if alike:
        return source.noted(said)
    return source.lost(f"{said}, also for applications that only this window is about")


def _may_meet(one: SyncWindow, other: SyncWindow) -> bool:
    """Whether an application can be in both. Names without globs that have none in common are apart."""
    for name in ARGO:
        here, there = getattr(one, name), getattr(other, name)
        alone = len(one.selected) == len(other.selected) == 1
        if here and there and alone and not any(set(each) & set("*?[{\\") for each in (*here, *there)):
            return bool(set(here) & set(there))
    return True


def _converted(one: _Found, about: About, names: Names, findings: list[Finding]) -> Iterator[Draft]:
    window, source = one.window, one.source
    scopes = _scopes(window, about, source, findings)
    rules = _rules(window, source, findings) if scopes else ()
    if len(scopes) * len(rules) > _MOST_OF_ONE:
        raise InexpressibleError(f"it takes more than {_MOST_OF_ONE} windows", "Write it as several.")
    if window.manualSync and scopes:
        closed = "it" if window.kind == "deny" else "the time outside it"
        findings.append(source.at("manualSync").lost(f"manual syncs pass in Argo CD; here {closed} is closed to all"))
    for number, (scope, rule) in enumerate((scope, rule) for scope in scopes for rule in rules):
        fields = ordered(
            {"kind": _KINDS[window.kind], "scope": scope, "timezone": window.timeZone or "UTC"}
            | _named(one, names)
            | rule.fields(about.since)
            | {"overrun": one.overrun}
        )
        draft = drafted(fields, source)
        if not isinstance(draft, Draft):
            findings += draft
            return
        if number == 0:
            findings += noted_jumps(draft.window, elsewhere, source.at("schedule"))
        yield draft


def _scopes(window: SyncWindow, about: About, source: Source, findings: list[Finding]) -> list[Scope]:
    selected = {
        name: [glob for pattern in patterns for glob in globs.from_argo(pattern)]
        for name, patterns in window.selected.items()
    }
    if not selected:
        findings.append(source.noted("it names no application, namespace or cluster, so it matches none: left out"))
        return []
    scopes = list(about.scoped(about.coordinates.scopes(selected, all_of_them=bool(window.andOperator))))
    if not scopes:
        findings.append(source.noted("it is about none of the environments and services asked for: left out"))
    return scopes


def _rules(window: SyncWindow, source: Source, findings: list[Finding]) -> tuple[Recurring, ...]:
    cron, length = Cron.of(window.schedule), go_duration.read(window.duration)
    rules = recurring(cron.days, cron.times, length)
    findings += _multiplied(cron, window, length, source)
    return rules


def _multiplied(cron: Cron, window: SyncWindow, length: timedelta, source: Source) -> Iterator[Finding]:
    """The usual mistake: hours as a range, as if they were from when until when, and a duration besides."""
    first, last = cron.times[0], cron.times[-1]
    begins = len(cron.hours)
    if begins in {1, _ALL_DAY} or begins <= last.hour - first.hour or length <= timedelta(hours=1):
        return
    end, meant_end = ((datetime.combine(_ANY_DAY, begin) + length).time() for begin in (last, first))
    fields = window.schedule.split()
    meant = " ".join([fields[0], str(first.hour), *fields[2:]])
    yield source.at("schedule").noted(
        f"it begins {begins} times a day, at every hour from {first:%H:%M} to {last:%H:%M}, and lasts "
        f"{window.duration} each time: together from {first:%H:%M} to {end:%H:%M}",
        hint=f"probably meant is `{meant}`, once a day from {first:%H:%M} to {meant_end:%H:%M}",
    )


def _named(one: _Found, names: Names) -> dict[str, str]:
    """A name and a description: ours begins a description with the name of the window."""
    said = legible(one.window.description or "")
    name, colon, rest = said.partition(": ")
    if colon and _is_name(name):
        return {"name": names.keep(name), "description": rest}
    if _is_name(said):
        return {"name": names.keep(said), "description": ""}
    called = f"{one.project}-{one.window.kind}-{one.position + 1}"
    return {"name": names.give(called), "description": said}


def _is_name(text: str) -> bool:
    try:
        _NAME.validate_python(text)
    except ValidationError:
        return False
    return True


def elsewhere(jump: Jump, _: datetime) -> str:
    """What Argo CD makes of a time that the clock skips or repeats."""
    if jump.skipped:
        return "Argo CD goes by the wall clock, so that time is over at the jump"
    return "Argo CD goes by the wall clock, both times"
