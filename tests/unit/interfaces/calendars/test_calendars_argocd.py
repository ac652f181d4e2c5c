"""Argo CD's sync windows there and back: open and closed as Argo CD's rules say, and nothing dropped in silence."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.domain.calendar import Window
from gate.domain.errors import CallerError
from gate.domain.instant import to_ns
from gate.domain.scope import Subject
from gate.interfaces.calendars import argocd, argocd_export
from gate.interfaces.calendars.about import About
from gate.interfaces.calendars.conversion import Conversion
from gate.interfaces.calendars.coordinates import Coordinates
from gate.interfaces.calendars.drafts import Draft
from tests.unit.interfaces.calendars.argo_oracle import Application, may_sync
from tests.unit.interfaces.calendars.readable_state import is_open

USUAL = Coordinates()
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = ["UTC", "Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
NOW_NS = to_ns(BEGIN)


def a_window(**fields: Any) -> dict[str, Any]:
    """Closed every night."""
    return {"kind": "deny", "schedule": "0 22 * * *", "duration": "8h", "applications": ["*"]} | fields


def read(*windows: dict[str, Any], **about: Any) -> Conversion[tuple[Draft, ...]]:
    project = {"kind": "AppProject", "metadata": {"name": "shop"}, "spec": {"syncWindows": list(windows)}}
    return argocd.read("project.yaml", yaml.safe_dump(project), About(**about))


def one(*windows: dict[str, Any], **about: Any) -> Draft:
    conversion = read(*windows, **about)
    assert not conversion.lost, conversion.lost
    [draft] = conversion.made
    return draft


def windows_of(conversion: Conversion[tuple[Draft, ...]]) -> list[Window]:
    return [draft.window for draft in conversion.made]


def lost(conversion: Conversion[Any]) -> str:
    return "\n".join(map(str, conversion.lost))


def notes(conversion: Conversion[Any]) -> str:
    return "\n".join(str(finding) for finding in conversion.findings if finding.severity == "warning")


# What is open, and when

NAMES = st.lists(st.sampled_from(["shop", "shop-*", "pay?", "*"]), min_size=1, max_size=2, unique=True)
NAMESPACES = st.lists(st.sampled_from(["web", "data", "w*"]), max_size=2, unique=True)
CLUSTERS = st.lists(st.sampled_from(["prod", "test", "pr[a-z]d"]), max_size=2, unique=True)
SCHEDULES = st.sampled_from(
    [
        "0 22 * * *",
        "30 1 * * 1-5",
        "0 9-17 * * 1,3",
        "0 0 13 * 5",
        "0 0 */5 * 2",
        "0,30 6 * 2,3,10,11 *",
        "* * * * 6",
        "0 2 * * 0",
        "15 */6 1 * *",
    ]
)


@st.composite
def sync_windows(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "kind": draw(st.sampled_from(["deny", "allow"])),
        "schedule": draw(SCHEDULES),
        "duration": f"{draw(st.integers(1, 30))}h",
        "applications": draw(NAMES),
        "namespaces": draw(NAMESPACES),
        "clusters": draw(CLUSTERS),
        "andOperator": draw(st.booleans()),
        "timeZone": draw(st.sampled_from(ZONES)),
    }


APPLICATIONS = st.builds(
    Application,
    st.sampled_from(["shop", "shop-a", "pays"]),
    st.sampled_from(["web", "data"]),
    st.sampled_from(["prod", "test"]),
)
INSTANTS = st.integers(10 * 24 * 60, 400 * 24 * 60).map(lambda minute: BEGIN + timedelta(minutes=minute, seconds=30))


def subject_of(application: Application) -> Subject:
    labels = {"namespace": application.namespaces}
    return Subject(environment=application.clusters, service=application.applications, labels=labels)


def is_quiet(window: dict[str, Any], at: datetime) -> bool:
    """Whether the clock of a window does not jump anywhere near."""
    zone, near = ZoneInfo(window["timeZone"]), timedelta(hours=34)
    offsets = {(at + step * timedelta(hours=1)).astimezone(zone).utcoffset() for step in range(-34, 35, 2)}
    return len(offsets | {(at - near).astimezone(zone).utcoffset()}) == 1


@settings(max_examples=100)
@given(st.lists(sync_windows(), min_size=1, max_size=3), APPLICATIONS, st.lists(INSTANTS, min_size=6, max_size=6))
def test_a_sync_may_begin_when_a_change_may(
    windows: list[dict[str, Any]], application: Application, instants: list[datetime]
) -> None:
    conversion = read(*windows)
    assert not conversion.lost
    for at in instants:
        ours = is_open(windows_of(conversion), subject_of(application), to_ns(at))
        theirs = may_sync(windows, application, at)
        # Where the clock jumps, a freeze never shrinks and a maintenance window never grows.
        assert theirs or not ours
        if all(is_quiet(window, at) for window in windows):
            assert ours == theirs


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("kind", ["allow", "deny"])
def test_where_the_clock_jumps_it_is_said(zone: str, kind: str) -> None:
    conversion = read(a_window(kind=kind, schedule="45 1 * * *", duration="1h", timeZone=zone))
    assert f"in {zone}: Argo CD goes by the wall clock" in notes(conversion)
    assert not conversion.lost


def test_where_it_does_not_there_is_nothing_to_say() -> None:
    assert read(a_window(timeZone="Europe/Amsterdam"), a_window(schedule="45 1 * * *")).findings == ()


# What it becomes


def test_a_deny_is_a_freeze_on_the_clock_of_its_zone() -> None:
    assert one(a_window(schedule="0 23 * * 5", duration="57h", timeZone="Europe/Amsterdam")).fields == {
        "kind": "Freeze",
        "name": "shop-deny-1",
        "start": "2020-01-03T23:00",
        "end": "2020-01-06T08:00",
        "timezone": "Europe/Amsterdam",
        "recurrence": "RRULE:FREQ=WEEKLY;BYDAY=FR",
        "overrun": "stop",
    }


def test_an_allow_is_a_maintenance_window() -> None:
    assert one(a_window(kind="allow")).window.kind == "Maintenance"


@pytest.mark.parametrize(("overrun", "expected"), [(True, "finish"), (False, "stop"), (None, "stop")])
@pytest.mark.parametrize("kind", ["allow", "deny"])
def test_sync_overrun_is_what_a_running_change_does(kind: str, overrun: bool | None, expected: str) -> None:  # noqa: FBT001 -- a parameter of the table
    assert one(a_window(kind=kind, syncOverrun=overrun)).window.overrun == expected


def test_past_a_deny_each_window_says_for_itself_whether_a_running_sync_may_finish() -> None:
    overruns = {draft.window.overrun for draft in read(a_window(syncOverrun=True), a_window()).made}
    assert overruns == {"finish", "stop"}


def test_past_an_allow_all_of_them_must_let_it_finish() -> None:
    lenient, strict = a_window(kind="allow", syncOverrun=True), a_window(kind="allow", schedule="0 6 * * *")
    conversion = read(lenient, strict)
    assert [window.overrun for window in windows_of(conversion)] == ["stop", "stop"]
    assert not conversion.lost
    assert "another allow window has no syncOverrun" in notes(conversion)


def test_where_only_some_applications_are_in_both_that_is_a_loss() -> None:
    conversion = read(a_window(kind="allow", syncOverrun=True), a_window(kind="allow", applications=["shop"]))
    assert "also for applications that only this window is about" in lost(conversion)


def test_windows_of_other_applications_say_nothing_about_it() -> None:
    here = a_window(kind="allow", syncOverrun=True, applications=["pay"])
    conversion = read(here, a_window(kind="allow", applications=["shop"]))
    assert [window.overrun for window in windows_of(conversion)] == ["finish", "stop"]
    assert conversion.findings == ()


@pytest.mark.parametrize(
    ("fields", "scopes"),
    [
        ({"applications": ["*"]}, [{}]),
        ({"applications": ["shop", "pay-*"]}, [{"services": ["shop", "pay-*"]}]),
        ({"applications": ["shop-{a,b}", "pay"]}, [{"services": ["shop-a", "shop-b", "pay"]}]),
        ({"applications": [r"a\*b"]}, [{"services": ["a[*]b"]}]),
        ({"applications": [], "clusters": ["prod"]}, [{"environments": ["prod"]}]),
        # any of them: a window each
        ({"applications": ["shop"], "clusters": ["prod"]}, [{"services": ["shop"]}, {"environments": ["prod"]}]),
        ({"applications": ["shop"], "clusters": ["*"]}, [{}]),
        (
            {"applications": [], "namespaces": ["web", "data"]},
            [{"labels": {"namespace": "web"}}, {"labels": {"namespace": "data"}}],
        ),
        # all of them: one window
        (
            {"applications": ["shop"], "clusters": ["prod"], "andOperator": True},
            [{"services": ["shop"], "environments": ["prod"]}],
        ),
        ({"applications": ["shop"], "clusters": ["*"], "andOperator": True}, [{"services": ["shop"]}]),
        (
            {"applications": ["shop"], "namespaces": ["web", "data"], "andOperator": True},
            [
                {"services": ["shop"], "labels": {"namespace": "web"}},
                {"services": ["shop"], "labels": {"namespace": "data"}},
            ],
        ),
    ],
)
def test_what_a_window_is_about_is_its_scope(fields: dict[str, Any], scopes: list[dict[str, Any]]) -> None:
    conversion = read(a_window(**fields))
    assert not conversion.lost
    assert [draft.fields.get("scope", {}) for draft in conversion.made] == scopes
    assert len({draft.window.name for draft in conversion.made}) == len(scopes)


def test_a_house_may_know_the_coordinates_by_other_names() -> None:
    coordinates = Coordinates.of(["namespaces=environments", "clusters=labels.cluster"])
    fields = {"namespaces": ["production"], "clusters": ["eu"], "applications": [], "andOperator": True}
    draft = one(a_window(**fields), coordinates=coordinates)
    assert draft.fields["scope"] == {"environments": ["production"], "labels": {"cluster": "eu"}}


@pytest.mark.parametrize("said", ["namespaces", "x=services", "clusters=services.x", "clusters=labels.", "=", "a=b=c"])
def test_a_coordinate_that_does_not_exist_is_refused(said: str) -> None:
    with pytest.raises(CallerError) as refused:
        Coordinates.of([said])
    assert "applications|namespaces|clusters" in refused.value.hint


def test_what_the_file_is_about_narrows_each_window() -> None:
    windows = [
        a_window(applications=["pay-*", "shop"]),
        a_window(applications=["other"]),
        a_window(applications=[], clusters=["*"]),
    ]
    conversion = read(*windows, services=("pay-card", "shop"), environments=("production",))
    scopes = [draft.fields["scope"] for draft in conversion.made]
    assert scopes == [{"environments": ["production"], "services": ["pay-card", "shop"]}] * 2
    assert "about none of the environments and services asked for" in notes(conversion)


def test_globs_that_cannot_be_narrowed_are_a_loss() -> None:
    assert "cannot be said in one scope" in lost(read(a_window(applications=["pay-*"]), services=("*-card",)))


@pytest.mark.parametrize(
    ("description", "name", "words"),
    [
        (None, "shop-deny-1", ""),
        ("year-end: The books are closed.", "year-end", "The books are closed."),
        ("year-end", "year-end", ""),
        ("Closed at night", "shop-deny-1", "Closed at night"),
        ("Note\x07: x\nand y", "shop-deny-1", "Note�: x\nand y"),
    ],
)
def test_names_and_descriptions_come_along(description: str | None, name: str, words: str) -> None:
    window = one(a_window(description=description)).window
    assert (window.name, window.description) == (name, words)


# What is lost is said


@pytest.mark.parametrize(
    ("fields", "said", "made"),
    [
        ({"manualSync": True}, "manual syncs pass in Argo CD; here it is closed to all", 1),
        ({"manualSync": True, "kind": "allow"}, "here the time outside it is closed to all", 1),
        ({"kind": "block"}, "Input should be 'allow' or 'deny'", 0),
        ({"schedule": "every day"}, "no cron expression", 0),
        ({"schedule": "0 22-6 * * *"}, "ends before it begins", 0),
        ({"schedule": "0 0 30 2 *"}, "no such day ever comes", 0),
        ({"schedule": "*/5 * * * *", "duration": "1s"}, "", 12),
        ({"schedule": "* * * * *", "duration": "1s"}, "more than 24 windows", 0),
        ({"duration": "a while"}, "no length of time", 0),
        ({"duration": "0s"}, "more than none", 0),
        ({"duration": "500ms"}, "whole seconds", 0),
        ({"duration": "9999999h"}, "at most a year", 0),
        ({"timeZone": "Mars/Olympus"}, "is not an IANA time zone", 0),
        ({"timezone": "UTC"}, "is no field of a sync window; did you mean timeZone?", 0),
        ({"applications": ["{a"]}, "opens a brace", 0),
        ({"applications": ["[a"]}, "class of characters", 0),
        ({"applications": ["a\\"]}, "ends in a backslash", 0),
        ({"applications": ["{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"]}, "more than 100 globs", 0),
        ({"namespaces": [f"n{i}" for i in range(101)], "andOperator": True}, "more than 100 scopes", 0),
        (
            {"applications": [], "namespaces": [f"n{i}" for i in range(150)], "schedule": "0 0 1 * 1"},
            "than 200 windows",
            0,
        ),
        ({"applications": ["x" * 201]}, "longer than 200", 0),
        ({"applications": ["a\u202eb"]}, "characters that nobody can see", 0),
        ({"applications": ["a"] * 201}, "at most 200", 0),
    ],
)
def test_what_cannot_be_expressed_is_reported(fields: dict[str, Any], said: str, made: int) -> None:
    conversion = read(a_window(**fields))
    assert len(conversion.made) == made
    assert said in lost(conversion)
    assert bool(conversion.lost) == bool(said)


def test_a_finding_says_where() -> None:
    text = "- kind: deny\n  schedule: 0 22 * * *\n  duration: 1h\n  applications: ['*']\n- kind: x\n"
    conversion = argocd.read("windows.yaml", text, About())
    assert str(conversion.lost[0]).startswith("windows.yaml:5: syncWindows[1].kind: ")


def test_a_window_that_matches_nothing_is_noted_and_left_out() -> None:
    conversion = read(a_window(applications=[]))
    assert (conversion.made, conversion.lost) == ((), ())
    assert "matches none" in notes(conversion)


def test_a_range_of_hours_with_a_duration_is_told_what_it_probably_meant() -> None:
    conversion = read(a_window(schedule="0 9-17 * * 1-5", duration="8h"))
    assert "begins 9 times a day, at every hour from 09:00 to 17:00" in notes(conversion)
    assert "together from 09:00 to 01:00" in notes(conversion)
    assert "probably meant is `0 9 * * 1-5`, once a day from 09:00 to 17:00" in notes(conversion)
    [window] = windows_of(conversion)
    assert (window.spans.start.hour, window.spans.end) == (9, datetime(2020, 1, 2, 1))  # noqa: DTZ001 -- wall clock


@pytest.mark.parametrize(
    ("schedule", "duration"), [("0 9,13 * * *", "8h"), ("0 * * * *", "2h"), ("0 9-17 * * *", "1h")]
)
def test_hours_that_make_sense_are_left_in_peace(schedule: str, duration: str) -> None:
    assert read(a_window(schedule=schedule, duration=duration)).findings == ()


# What it is read from


@pytest.mark.parametrize(
    "document",
    [
        [a_window()],
        {"syncWindows": [a_window()]},
        {"spec": {"syncWindows": [a_window()]}},
        {"kind": "List", "items": [{"kind": "AppProject", "spec": {"syncWindows": [a_window()]}}, {"spec": {}}]},
        [{"kind": "AppProject", "spec": {"syncWindows": [a_window()]}}],
    ],
)
def test_it_is_found_wherever_it_is_usually_written(document: Any) -> None:
    assert len(argocd.read("x.yaml", yaml.safe_dump(document), About()).made) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no sync windows"),
        ("a: b", "holds no sync windows"),
        ("syncWindows: 1", "holds no sync windows"),
        ("spec: 1", "holds no sync windows"),
        ("[1, 2]", ""),
        ("syncWindows: [1, x, [y], {}]", ""),
        ("a: [", "not valid YAML"),
        ("a: &x [1]\nb: *x", "aliases are not read"),
        ("[" * 100 + "]" * 100, "nested too deeply"),
        ("- x\n" * 200_000, "too large"),
        (
            json.dumps([a_window(applications=[], namespaces=[f"n{i}" for i in range(150)])] * 7),
            "more than 1000 windows",
        ),
        ("- {kind: deny}\n" * 1_001, "more than 1000 sync windows"),
        ("a: !!python/object:os.system x", "holds no sync windows"),
        ("? [a]\n: b", "holds no sync windows"),
        ("\x00", "not valid YAML"),
    ],
)
def test_hostile_text_is_refused_or_reported_and_never_more(text: str, said: str) -> None:
    if said:
        with pytest.raises(CallerError) as refused:
            argocd.read("x.yaml", text, About())
        assert said in refused.value.message
    else:
        assert argocd.read("x.yaml", text, About()).lost


# And back


@settings(max_examples=60)
@given(st.lists(sync_windows(), min_size=1, max_size=3))
def test_there_and_back_is_the_same_window(windows: list[dict[str, Any]]) -> None:
    there = windows_of(read(*windows))
    exported = argocd_export.written(there, USUAL, NOW_NS)
    assert not exported.lost
    back = argocd.read("x.yaml", exported.made, About())
    assert not back.lost
    assert [plain(window) for window in windows_of(back)] == [plain(window) for window in there]


def plain(window: Window) -> dict[str, Any]:
    return window.model_dump(exclude={"recurrence"}) | {"starts": window.spans.beginnings.between(*YEAR)}


YEAR = (datetime(2026, 1, 1), datetime(2027, 1, 1))  # noqa: DTZ001 -- wall clock


def a_freeze(**fields: Any) -> Window:
    usual = {"kind": "Freeze", "name": "nights", "start": "2020-01-01T22:00", "end": "2020-01-02T06:00"}
    return one_window(usual | {"recurrence": "FREQ=DAILY"} | fields)


def one_window(fields: dict[str, Any]) -> Window:
    kinds = {kind.__name__: kind for kind in Window.__subclasses__()}
    return kinds[fields["kind"]].model_validate(fields)


def exported(window: Window, coordinates: Coordinates = USUAL) -> dict[str, Any]:
    conversion = argocd_export.written([window], coordinates, NOW_NS)
    assert not conversion.lost, conversion.lost
    [made] = yaml.safe_load(conversion.made)["spec"]["syncWindows"]
    return dict(made)


def test_a_freeze_is_a_deny() -> None:
    scope = {"environments": ["production"], "services": ["a{b}", "shop-*"], "labels": {"namespace": "web"}}
    window = a_freeze(description="Nobody\nis awake.", scope=scope, timezone="Europe/Amsterdam", overrun="stop")
    assert exported(window) == {
        "kind": "deny",
        "schedule": "0 22 * * *",
        "duration": "8h",
        "applications": [r"a\{b\}", "shop-*"],
        "namespaces": ["web"],
        "clusters": ["production"],
        "andOperator": True,
        "manualSync": False,
        "timeZone": "Europe/Amsterdam",
        "description": "nights: Nobody is awake.",
        "syncOverrun": False,
    }


def test_a_maintenance_window_without_a_scope_is_an_allow_for_all() -> None:
    made = exported(a_freeze(kind="Maintenance"))
    assert (made["kind"], made["applications"], made["syncOverrun"]) == ("allow", ["*"], True)


def test_coordinates_are_named_as_argo_cd_knows_them() -> None:
    window = a_freeze(scope={"environments": ["production"]})
    assert exported(window, Coordinates.of(["namespaces=environments"]))["namespaces"] == ["production"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "Advisory"}, "never blocks"),
        ({"recurrence": None}, "it happens once"),
        ({"recurrence": None, "end": None}, "no known end"),
        ({"recurrence": "FREQ=DAILY;COUNT=2"}, "it ends one day"),
        ({"rdate": ["2020-01-01T23:00"]}, "dates of its own beside its rule"),
        ({"exdate": ["2020-01-03T22:00"]}, "dates of its own beside its rule"),
        ({"scope": {"except": {"services": ["status-page"]}}}, "it has exceptions"),
        ({"scope": {"kinds": ["migration"], "owners": ["dba"]}}, "knows nothing like kinds, owners"),
        ({"scope": {"labels": {"tier": "1"}}}, "knows nothing like labels.tier"),
    ],
)
def test_a_window_that_argo_cd_cannot_have_is_left_out_and_reported(fields: dict[str, Any], said: str) -> None:
    conversion = argocd_export.written([a_freeze(**fields)], USUAL, NOW_NS)
    assert said in lost(conversion)
    assert yaml.safe_load(conversion.made) == {"spec": {"syncWindows": []}}


def test_cron_has_no_first_day_which_is_said_of_windows_to_come() -> None:
    later = a_freeze(start="2026-05-01T22:00", end="2026-05-02T06:00")
    assert "Argo CD knows no first day, so these hold at once: nights" in notes(
        argocd_export.written([later], USUAL, NOW_NS)
    )
    assert not argocd_export.written([a_freeze()], USUAL, NOW_NS).findings
