"""iCalendar files there and back: every event becomes a window, or it is said why not."""

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

import icalendar as library
import pytest
from dateutil.rrule import rruleset, rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gate.domain.calendar import Window
from gate.domain.errors import CallerError
from gate.domain.instant import to_ns
from gate.interfaces.calendars import ical_export, icalendar
from gate.interfaces.calendars.about import About
from gate.interfaces.calendars.conversion import Conversion
from gate.interfaces.calendars.drafts import Draft

_PROJECT: Final = Path(__file__).parents[4]
KUBERNETES: Final = (
    Path(os.environ.get("GATE_TEST_DATA") or _PROJECT.parent / "shared" / "data")
    / "kubernetes/release-1.35-schedule.ics"
)
"""Read in place, never copied."""
ABSENT: Final = f"there is no Kubernetes data at {KUBERNETES}; GATE_TEST_DATA names the folder that holds kubernetes/"
REVISED = to_ns(datetime(2026, 11, 2, 10, tzinfo=UTC))
HEAD = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//x//EN\n"


def an_event(*lines: str, uid: str = "1@house", start: str | None = "DTSTART:20261126T080000Z") -> str:
    """An event of two hours on Thanksgiving, with more lines or others."""
    named = {line.split(":")[0].split(";")[0] for line in lines}
    usual = [start] if start else []
    if not named & {"DTEND", "DURATION"} and start:
        usual.append("DURATION:PT2H" if "VALUE=DATE" not in start else "DURATION:P1D")
    usual += [] if "SUMMARY" in named else ["SUMMARY:Closed"]
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", *usual, *lines, "END:VEVENT"]) + "\n"


def read(*events: str, head: str = "", **about: Any) -> Conversion[tuple[Draft, ...]]:
    return icalendar.read("x.ics", f"{HEAD}{head}{''.join(events)}END:VCALENDAR\n", About(**about))


def fields(*events: str, **about: Any) -> list[dict[str, Any]]:
    """The times of each window, where nothing was lost."""
    conversion = read(*events, **about)
    assert not conversion.lost, conversion.lost
    names = ("start", "end", "timezone", "recurrence", "rdate", "exdate")
    return [{name: draft.fields[name] for name in names if name in draft.fields} for draft in conversion.made]


def lost(conversion: Conversion[Any]) -> str:
    return "\n".join(map(str, conversion.lost))


def notes(conversion: Conversion[Any]) -> str:
    return "\n".join(str(finding) for finding in conversion.findings if finding.severity == "warning")


# Times


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # in UTC, on a wall, from wall to wall
        (["DTSTART:20261126T080000Z", "DTEND:20261126T100000Z"], ("2026-11-26T08:00", "2026-11-26T10:00", "UTC")),
        (
            ["DTSTART;TZID=America/New_York:20261126T080000", "DTEND;TZID=America/New_York:20261126T100030"],
            ("2026-11-26T08:00", "2026-11-26T10:00:30", "America/New_York"),
        ),
        (
            ["DTSTART;TZID=Europe/Amsterdam:20261126T080000", "DTEND:20261126T100000Z"],
            ("2026-11-26T08:00", "2026-11-26T11:00", "Europe/Amsterdam"),
        ),
        (["DTSTART:20261126T080000Z", "DURATION:P1DT2H"], ("2026-11-26T08:00", "2026-11-27T10:00", "UTC")),
        # whole days: iCalendar's end is outside, the calendar's inside
        (["DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227"], ("2026-12-24", "2026-12-26", "UTC")),
        (["DTSTART;VALUE=DATE:20261224"], ("2026-12-24", "2026-12-24", "UTC")),
        (["DTSTART;VALUE=DATE:20261224", "DURATION:P1W"], ("2026-12-24", "2026-12-30", "UTC")),
        # zones by other names
        (
            ["DTSTART;TZID=W. Europe Standard Time:20261126T080000", "DURATION:PT1H"],
            ("2026-11-26T08:00", "2026-11-26T09:00", "Europe/Berlin"),
        ),
        (
            ['DTSTART;TZID="/vendor.example/20200101_1/Europe/Berlin":20261126T080000', "DURATION:PT1H"],
            ("2026-11-26T08:00", "2026-11-26T09:00", "Europe/Berlin"),
        ),
        # floating: on the wall of whoever looks
        (["DTSTART:20261126T080000", "DURATION:PT1H"], ("2026-11-26T08:00", "2026-11-26T09:00", "UTC")),
    ],
)
def test_an_event_begins_and_ends_as_it_says(lines: list[str], expected: tuple[str, str, str]) -> None:
    [found] = fields(an_event(*lines, start=None))
    assert tuple(found.values()) == expected


def test_times_without_a_zone_are_read_where_one_says() -> None:
    floating = an_event(start="DTSTART:20261126T080000"), an_event(start="DTSTART;VALUE=DATE:20261127", uid="2@house")
    plain = read(*floating)
    assert "2 dates and times here name no zone; they are read in UTC (Say in which they are meant" in notes(plain)
    asked = read(*floating, timezone="Asia/Tokyo")
    assert [draft.window.timezone for draft in asked.made] == ["Asia/Tokyo"] * 2
    assert asked.findings == ()
    said = read(*floating, head="X-WR-TIMEZONE:Europe/Paris\n")
    assert [draft.window.timezone for draft in said.made] == ["Europe/Paris"] * 2
    assert "read in Europe/Paris" in notes(said)


def test_a_zone_of_its_own_is_known_by_what_it_says_it_is() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:Ours\nX-LIC-LOCATION:Europe/Amsterdam\nBEGIN:STANDARD\nEND:STANDARD\nEND:VTIMEZONE\n"
    conversion = read(an_event(start="DTSTART;TZID=Ours:20261126T080000"), head=zone)
    assert conversion.made[0].window.timezone == "Europe/Amsterdam"
    assert conversion.findings == ()


def test_a_zone_with_rules_of_its_own_is_a_loss() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n"
    conversion = read(an_event(start="DTSTART;TZID=Ours:20261126T080000"), head=zone)
    assert "TZID 'Ours' is no IANA time zone" in lost(conversion)
    assert not conversion.made


# Recurrence


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["RRULE:FREQ=WEEKLY;BYDAY=TH"], {"recurrence": "RRULE:FREQ=WEEKLY;BYDAY=TH"}),
        (["RRULE:FREQ=YEARLY;COUNT=3;"], {"recurrence": "RRULE:FREQ=YEARLY;COUNT=3"}),
        (["RRULE:FREQ=DAILY;UNTIL=20261231T080000Z"], {"recurrence": "RRULE:FREQ=DAILY;UNTIL=20261231T080000"}),
        # all of that day
        (["RRULE:FREQ=DAILY;UNTIL=20261231"], {"recurrence": "RRULE:FREQ=DAILY;UNTIL=20261231T235959"}),
        (
            ["RRULE:FREQ=DAILY", "EXDATE:20261127T080000Z,20261128T080000Z", "EXDATE:20261130T080000Z"],
            {
                "recurrence": "RRULE:FREQ=DAILY",
                "exdate": ["2026-11-27T08:00", "2026-11-28T08:00", "2026-11-30T08:00"],
            },
        ),
        (
            ["RRULE:FREQ=DAILY;BYHOUR=8,20", "EXDATE;VALUE=DATE:20261127"],
            {
                "recurrence": "RRULE:FREQ=DAILY;BYHOUR=8,20",
                "exdate": ["2026-11-27T08:00", "2026-11-27T20:00"],
            },
        ),
        (["RDATE:20261201T090000Z"], {"rdate": ["2026-12-01T09:00"]}),
        (
            ["RRULE:FREQ=WEEKLY", "RDATE;TZID=Europe/Amsterdam:20261201T090000,20261202T090000"],
            {"recurrence": "RRULE:FREQ=WEEKLY", "rdate": ["2026-12-01T08:00", "2026-12-02T08:00"]},
        ),
        (["RDATE:20261126T080000Z", "EXDATE:"], {}),
    ],
)
def test_it_recurs_as_it_says(lines: list[str], expected: dict[str, Any]) -> None:
    [found] = fields(an_event(*lines))
    usual = {"start": "2026-11-26T08:00", "end": "2026-11-26T10:00", "timezone": "UTC"}
    assert found == usual | expected


def test_whole_days_recur_by_days() -> None:
    lines = ("RRULE:FREQ=YEARLY;UNTIL=20301224", "RDATE;VALUE=DATE:20270101", "EXDATE;VALUE=DATE:20281224")
    assert fields(an_event(*lines, start="DTSTART;VALUE=DATE:20261224")) == [
        {
            "start": "2026-12-24",
            "end": "2026-12-24",
            "timezone": "UTC",
            "recurrence": "RRULE:FREQ=YEARLY;UNTIL=20301224T000000",
            "rdate": ["2027-01-01"],
            "exdate": ["2028-12-24"],
        }
    ]


def test_until_is_on_the_wall_of_the_window() -> None:
    start = "DTSTART;TZID=Asia/Tokyo:20261126T080000"
    [found] = fields(an_event("RRULE:FREQ=DAILY;UNTIL=20261231T230000Z", start=start))
    assert found["recurrence"] == "RRULE:FREQ=DAILY;UNTIL=20270101T080000"


def test_periods_and_earlier_dates_are_windows_of_their_own() -> None:
    lines = ("RRULE:FREQ=WEEKLY", "RDATE;VALUE=PERIOD:20261201T090000Z/PT30M,20261202T090000Z/20261202T110000Z")
    found = fields(an_event(*lines, "RDATE:20261120T080000Z"))
    assert [(each["start"], each["end"]) for each in found] == [
        ("2026-11-26T08:00", "2026-11-26T10:00"),
        ("2026-12-01T09:00", "2026-12-01T09:30"),
        ("2026-12-02T09:00", "2026-12-02T11:00"),
        ("2026-11-20T08:00", "2026-11-20T10:00"),
    ]


def test_a_start_that_its_rule_leaves_out_counts_all_the_same() -> None:
    found = fields(an_event("RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3"))
    assert [(each["start"], each.get("recurrence")) for each in found] == [
        ("2026-11-30T08:00", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2"),
        ("2026-11-26T08:00", None),
    ]
    assert [each["start"] for each in fields(an_event("RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=1"))] == ["2026-11-26T08:00"]


def test_an_occurrence_that_another_event_stands_in_for_is_taken_out() -> None:
    later = an_event("RECURRENCE-ID:20261127T080000Z", "SUMMARY:Closed later", start="DTSTART:20261127T120000Z")
    never = an_event("RECURRENCE-ID:20261128T080000Z", "STATUS:CANCELLED", start="DTSTART:20261128T080000Z")
    other = an_event("RECURRENCE-ID:20261129T080000Z", uid="2@house")
    conversion = read(an_event("RRULE:FREQ=DAILY"), later, never, other)
    assert not conversion.lost
    daily, moved, alone = (draft.fields for draft in conversion.made)
    assert daily["exdate"] == ["2026-11-27T08:00", "2026-11-28T08:00"]
    assert (moved["start"], moved["name"], "exdate" in moved) == ("2026-11-27T12:00", "closed-later", False)
    assert alone["start"] == "2026-11-26T08:00"


def test_so_is_a_date_that_was_added() -> None:
    moved = an_event("RECURRENCE-ID:20261201T080000Z", start="DTSTART:20261201T120000Z")
    periods = "RDATE;VALUE=PERIOD:20261202T090000Z/PT1H,20261203T090000Z/PT1H"
    found = fields(an_event("RDATE:20261201T080000Z", periods, "EXDATE:20261203T090000Z"), moved)
    assert [each["start"] for each in found] == ["2026-11-26T08:00", "2026-12-02T09:00", "2026-12-01T12:00"]
    assert found[0]["exdate"] == ["2026-12-03T09:00", "2026-12-01T08:00"]


# What it is


def test_what_takes_no_time_is_an_advisory() -> None:
    kinds = [draft.window.kind for draft in read(an_event(), an_event("TRANSP:TRANSPARENT")).made]
    assert kinds == ["Freeze", "Advisory"]
    assert read(an_event("TRANSP:OPAQUE"), kind="Maintenance").made[0].window.kind == "Maintenance"


def test_what_is_cancelled_is_no_window_and_what_is_tentative_is() -> None:
    conversion = read(
        an_event("STATUS:CANCELLED"), an_event("STATUS:TENTATIVE"), an_event("STATUS:CANCELLED", start=None)
    )
    assert len(conversion.made) == 1
    assert not conversion.lost
    assert notes(conversion).count("it is cancelled, so it is no window") == 2
    assert "it is tentative; the window holds all the same" in notes(conversion)


def test_names_and_words_come_from_summary_and_description() -> None:
    conversion = read(
        an_event("SUMMARY:🚨 Code\\, & Test Freeze (Zürich)", "DESCRIPTION:Week 8\\n\\nof all\\; really\\\\n"),
        an_event("SUMMARY:code & test freeze (zurich)"),
        an_event("SUMMARY:🚨", uid="x"),
        an_event("SUMMARY:" + "long " * 60),
    )
    assert "another event has the same UID; both are taken" in notes(conversion)
    names = [draft.window.name for draft in conversion.made]
    assert names[:3] == ["code-test-freeze-zurich", "code-test-freeze-zurich-2", "window"]
    assert len(names[3]) <= 100
    assert conversion.made[0].window.description == "🚨 Code, & Test Freeze (Zürich): Week 8 of all; really\\n"


def test_a_line_that_is_folded_is_one_line() -> None:
    assert read(an_event("SUMMARY:Clo\n sed at \n\tnight")).made[0].window.description == "Closed at night"


def test_it_is_about_what_whoever_imports_says() -> None:
    draft = read(an_event(), services=("payments",), environments=("production",)).made[0]
    assert draft.fields["scope"] == {"environments": ["production"], "services": ["payments"]}


def test_what_an_exported_event_is_about_is_narrowed_too() -> None:
    ours = an_event('X-CHANGE-GATE-WINDOW:{"kind":"Freeze"\\,"name":"x"\\,"scope":{"services":["pay-*"\\,"shop"]}}')
    [draft] = read(ours, services=("pay-card", "other")).made
    assert draft.fields["scope"] == {"services": ["pay-card"]}
    assert "about none of what was asked for" in notes(read(ours, services=("other",)))
    assert "cannot be said in one scope" in lost(read(ours, services=("*-card",)))


def test_events_can_be_chosen_by_their_summary() -> None:
    conversion = read(an_event("SUMMARY:Code Freeze"), an_event("SUMMARY:Party"), only=("*freeze*",))
    assert [draft.window.name for draft in conversion.made] == ["code-freeze"]
    assert "1 of 2 events were not asked for" in notes(conversion)


# Pairs


def a_mark(summary: str, start: str) -> str:
    return an_event(f"SUMMARY:{summary}", start, start.replace("DTSTART", "DTEND"), start=None)


def test_two_marks_are_a_window() -> None:
    marks = [
        a_mark("Code Freeze", "DTSTART:20261107T120000Z"),
        a_mark("Thaw", "DTSTART:20261020T120000Z"),
        a_mark("Code Freeze", "DTSTART:20270107T120000Z"),
        an_event("SUMMARY:Thaw", start="DTSTART;VALUE=DATE:20261218"),
        a_mark("Thaw", "DTSTART;TZID=Europe/Amsterdam:20270218T120000"),
        a_mark("Thaw", "DTSTART:20280218T120000Z"),
    ]
    conversion = read(*marks, pairs=(("code*", "thaw"),))
    assert not conversion.lost
    assert [(draft.fields["start"], draft.fields["end"]) for draft in conversion.made] == [
        ("2026-11-07T12:00", "2026-12-18T00:00"),
        ("2027-01-07T12:00", "2027-02-18T11:00"),
    ]
    assert conversion.made[0].window.description == "Code Freeze; until Thaw"


def test_days_that_are_paired_are_whole_days() -> None:
    begin, end = (
        an_event(f"SUMMARY:{s}", start=f"DTSTART;VALUE=DATE:{d}") for s, d in (("A", "20261107"), ("B", "20261110"))
    )
    [draft] = read(begin, end, pairs=(("a", "b"),)).made
    assert (draft.fields["start"], draft.fields["end"]) == ("2026-11-07", "2026-11-09")


def test_a_mark_without_its_fellow_is_a_loss() -> None:
    mark = a_mark("Code Freeze", "DTSTART:20261107T120000Z")
    assert "no event that is called 'thaw' comes after it" in lost(read(mark, pairs=(("code*", "thaw"),)))
    assert "no event is called 'x*'" in lost(read(mark, pairs=(("x*", "thaw"),)))
    assert "it has no length" in lost(read(mark))
    assert "--pair BEGINNING=END" in lost(read(mark))


@pytest.mark.skipif(not KUBERNETES.exists(), reason=ABSENT)
def test_a_real_release_schedule() -> None:
    text = KUBERNETES.read_text("utf-8")
    paired = icalendar.read(KUBERNETES.name, text, About(pairs=(("*Code & Test Freeze*", "*Thaw*"),)))
    freeze = paired.made[0]
    assert (freeze.fields["start"], freeze.fields["end"]) == ("2025-11-07T12:00", "2025-12-18T00:00")
    # The other points in time have no length, which is said of each with its line.
    assert [finding.line for finding in paired.lost] == [73, 94, 148, 267, 316]
    kinds = [draft.window.kind for draft in paired.made]
    assert (kinds.count("Freeze"), kinds.count("Advisory")) == (3, 22)
    assert "10 alarms close nothing" in notes(paired)
    assert "50 dates and times here name no zone" in notes(paired)
    alone = icalendar.read(
        KUBERNETES.name, text, About(only=("*Freeze*", "*Thaw*"), pairs=(("*Code & Test*", "*Thaw*"),))
    )
    assert len(alone.lost) == 4


# What is lost is said


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (an_event(start=None), "it has no DTSTART"),
        (an_event("DTSTART:20261127T080000Z"), "DTSTART is written 2 times"),
        (an_event("DTEND:20261126T080000Z"), "it has no length"),
        (an_event("DURATION:PT0S"), "it has no length"),
        (an_event("DTEND:20261125T080000Z"), "it ends before it begins"),
        (an_event("DURATION:-PT5M"), "it ends before it begins"),
        (an_event("DTEND:20261126T100000Z", "DURATION:PT2H"), "both DTEND and DURATION"),
        (an_event("DTEND;VALUE=DATE:20261127"), "begins on a day and ends at a time"),
        (an_event("DURATION:two hours"), "is no length of time"),
        (an_event("DURATION:P99999999999D"), "is no length of time"),
        (an_event("DURATION:P9999999D"), "out of all reach"),
        (an_event(start="DTSTART:yesterday"), "is no date and no time"),
        (an_event(start="DTSTART:20260230T000000Z"), "does not exist"),
        (an_event(start="DTSTART:20261126T250000Z"), "does not exist"),
        (an_event(start="DTSTART:99991231T235959Z"), "out of all reach"),
        (an_event("DTEND:99991231T235959Z"), "must lie in the years 1970 to 2200"),
        (an_event(start="DTSTART:00010101T000000Z"), "must lie in the years 1970 to 2200"),
        (an_event(start="DTSTART;VALUE=DATE:15821015"), "must lie in the years 1970 to 2200"),
        (an_event(start="DTSTART;TZID=:20261126T080000"), "is no IANA time zone"),
        (an_event("RRULE:FREQ=SECONDLY"), "more often than hourly"),
        (an_event("RRULE:FREQ=YEARLY;BYWEEKNO=20"), "it knows no BYWEEKNO"),
        (an_event("RRULE:FREQ=DAILY;BYMINUTE=0,30"), "more often than hourly"),
        (an_event("RRULE:FREQ=DAILY;COUNT=99999999"), "COUNT"),
        (an_event("RRULE:FREQ=DAILY;UNTIL=soon"), "UNTIL 'SOON' is no date"),
        (an_event("RRULE:FREQ=DAILY;UNTIL=20261331T000000Z"), "does not exist"),
        (
            an_event("RRULE:FREQ=DAILY;UNTIL=00010101T000000Z", start="DTSTART;TZID=America/New_York:20261126T080000"),
            "",
        ),
        (an_event("RRULE:"), "is not one RFC 5545 recurrence rule"),
        (an_event("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "several rules"),
        (an_event("EXRULE:FREQ=DAILY"), "EXRULE is no longer part"),
        (an_event("RRULE:FREQ=DAILY", "EXDATE:never"), "is no date and no time"),
        (an_event("RDATE:20261201T090000Z/soon"), "is no date and no time"),
        (an_event("RECURRENCE-ID;RANGE=THISANDFUTURE:20261127T080000Z"), "all later occurrences"),
        (an_event("RDATE:" + ",".join(["20261201T090000Z"] * 501)), ""),
        (an_event("X-CHANGE-GATE-WINDOW:no"), "is not what the gate writes there"),
        (an_event("X-CHANGE-GATE-WINDOW:[]"), "is not what the gate writes there"),
        (an_event("X-CHANGE-GATE-WINDOW:" + "[" * 5000), "is not what the gate writes there"),
        (an_event('X-CHANGE-GATE-WINDOW:{"scope":{"services":5}}'), "is not what the gate writes there"),
        (an_event('X-CHANGE-GATE-WINDOW:{"timezone":"Mars"}'), "the zone Mars"),
        (an_event('X-CHANGE-GATE-WINDOW:{"timezone":[]}'), "is not what the gate writes there"),
        (an_event('X-CHANGE-GATE-WINDOW:{"colour":"red"}'), "says what nobody here knows: colour"),
        (an_event('X-CHANGE-GATE-WINDOW:{"kind":[1]\\,"name":"x"}'), "the calendar does not take it"),
        (an_event('X-CHANGE-GATE-WINDOW:{"kind":"Freeze"\\,"name":"a b"}'), "name: String should match"),
        (an_event('X-CHANGE-GATE-WINDOW:{"kind":"Freeze"\\,"name":"x"\\,"description":"\u202e"}'), "nobody can see"),
        (an_event("no colon at all"), "is no line of an iCalendar file"),
    ],
)
def test_what_cannot_be_expressed_is_reported_with_its_line(event: str, said: str) -> None:
    conversion = read(event)
    if said:
        assert said in lost(conversion)
        assert all(finding.line for finding in conversion.lost)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no iCalendar file"),
        ("hello", "is no iCalendar file"),
        ("BEGIN:VEVENT\nEND:VEVENT\n", "stands outside of a VCALENDAR"),
        ("BEGIN:VCALENDAR\n", "ends before it should"),
        ("BEGIN:VCALENDAR\nEND:VEVENT\n", "ends nothing that has begun"),
        ("END:VCALENDAR\n", "ends nothing that has begun"),
        ("BEGIN:VCALENDAR\n" * 9, "nested deeper"),
        (HEAD + "\n" * 100_000, "more than 100000 lines"),
        (HEAD + "x\n" * 1_000, "more than 100 lines that cannot be read"),
        (HEAD + "X:" + "y" * 70_000, "more than 65536 characters"),
        (HEAD + "X:y\n" + " y\n" * 70_000, "more than 65536 characters"),
        (HEAD + an_event() * 1_001, "more than 1000 events"),
        (HEAD + "BEGIN:VEVENT\n" + "X:y\n" * 2_001, "more than 2000 lines"),
    ],
)
def test_hostile_text_is_refused(text: str, said: str) -> None:
    with pytest.raises(CallerError) as refused:
        icalendar.read("x.ics", text, About())
    assert said in refused.value.message


LINES = st.sampled_from(
    [
        *("BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "END:VALARM", "UID:1"),
        *("DTSTART:20261126T080000Z", "DTEND:20261126T090000Z", "DTSTART;VALUE=DATE:20261126", "DURATION:PT1H", "X:y"),
        *("RRULE:FREQ=DAILY", "RRULE:FREQ=MONTHLY;BYMONTHDAY=31", "EXDATE:20261127T080000Z", "RDATE:20261127", " x"),
        *("DTSTART;TZID=Nowhere:20261126T080000", "RECURRENCE-ID:20261126", "SUMMARY:a\\", ";:", "\x00", 'A;B="c:d'),
    ]
)


@given(st.lists(LINES | st.text(max_size=30), max_size=25))
def test_whatever_comes_is_read_or_refused(lines: list[str]) -> None:
    text = "\n".join([HEAD.strip(), *lines, "END:VCALENDAR"])
    try:
        conversion = icalendar.read("x.ics", text, About(pairs=(("a*", "*"),)))
    except CallerError:
        return
    assert all(isinstance(draft.window, Window) for draft in conversion.made)


def test_what_is_no_event_is_noted() -> None:
    conversion = read(an_event(), head="BEGIN:VTODO\nSUMMARY:x\nEND:VTODO\n")
    assert "VTODO is no event and is left out" in notes(conversion)
    assert not conversion.lost


def test_where_the_clock_jumps_it_is_said() -> None:
    start = "DTSTART;TZID=Europe/Amsterdam:20261024T023000"
    said = notes(read(an_event("RRULE:FREQ=DAILY", start=start)))
    assert "2026-10-25T02:30 passes twice in Europe/Amsterdam: iCalendar means the first time" in said


# Out


KINDS = {kind.__name__: kind for kind in Window.__subclasses__()}


def a_window(**said: Any) -> Window:
    usual = {"kind": "Freeze", "name": "night", "start": "2026-11-26T22:00", "end": "2026-11-27T06:00"}
    return KINDS[said.get("kind", "Freeze")].model_validate(usual | said)


def written(*windows: Window, called: str = "Change Gate") -> str:
    return ical_export.written(windows, called, REVISED)


def properties(text: str, component: str = "VEVENT") -> list[str]:
    """The lines of the first component of a kind, unfolded."""
    lines = text.replace("\r\n ", "").split("\r\n")
    begin = lines.index(f"BEGIN:{component}")
    return lines[begin + 1 : lines.index(f"END:{component}", begin)]


def test_a_window_is_an_event_that_calendar_programs_take() -> None:
    window = a_window(
        description="Nobody, is awake;\nnobody.",
        timezone="Europe/Amsterdam",
        recurrence="RRULE:FREQ=DAILY;UNTIL=20270301T220000",
        exdate=["2026-12-24T22:00"],
        rdate=["2026-12-01T12:00"],
        scope={"environments": ["production"], "except": {"services": ["status-page"]}},
    )
    assert properties(written(window)) == [
        "UID:freeze.night@change-gate",
        "DTSTAMP:20261102T100000Z",
        f"SEQUENCE:{REVISED // 60_000_000_000}",
        "DTSTART;TZID=Europe/Amsterdam:20261126T220000",
        "DTEND;TZID=Europe/Amsterdam:20261127T060000",
        "RRULE:FREQ=DAILY;UNTIL=20270301T210000Z",
        "RDATE;TZID=Europe/Amsterdam:20261201T120000",
        "EXDATE;TZID=Europe/Amsterdam:20261224T220000",
        "SUMMARY:Freeze: night",
        "DESCRIPTION:Nobody\\, is awake\\;\\nnobody.",
        "LOCATION:production\\, except status-page",
        "CATEGORIES:Freeze",
        "TRANSP:OPAQUE",
        (
            'X-CHANGE-GATE-WINDOW:{"kind":"Freeze"\\,"name":"night"\\,'
            '"description":"Nobody\\, is awake\\;\\\\nnobody."\\,'
            '"scope":{"environments":["production"]\\,"except":{"services":["status-page"]}}\\,"overrun":"finish"}'
        ),
    ]


def test_a_calendar_says_what_it_is() -> None:
    head = properties(written(called="Change Gate: payments, all"), "VCALENDAR")
    assert {"VERSION:2.0", "CALSCALE:GREGORIAN", "X-WR-CALNAME:Change Gate: payments\\, all"} <= set(head)
    assert any(line.startswith("PRODID:-//Change Gate//") for line in head)


def test_whole_days_and_utc_need_no_zone() -> None:
    days = written(a_window(start="2026-12-24", end="2026-12-26", recurrence="FREQ=YEARLY;UNTIL=20301224T120000"))
    assert {"DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227", "RRULE:FREQ=YEARLY;UNTIL=20301224"} <= set(
        properties(days)
    )
    assert "DTSTART:20261126T220000Z" in properties(written(a_window()))
    assert "VTIMEZONE" not in days + written(a_window())


def test_each_zone_is_written_out_once() -> None:
    text = written(*(a_window(name=name, timezone="Australia/Lord_Howe") for name in "ab"))
    assert text.count("BEGIN:VTIMEZONE") == 1
    assert {"TZID:Australia/Lord_Howe"} <= set(properties(text, "VTIMEZONE"))
    [component] = library.Calendar.from_ical(text).timezones
    zone = component.to_tz(lookup_tzid=False)
    assert datetime(2026, 12, 1, tzinfo=zone).utcoffset() == timedelta(hours=11)
    assert datetime(2027, 6, 1, tzinfo=zone).utcoffset() == timedelta(hours=10, minutes=30)


def test_a_freeze_without_a_known_end_is_every_day() -> None:
    window = a_window(end=None, timezone="Europe/Amsterdam")
    lines = properties(written(window))
    assert {"RRULE:FREQ=DAILY", "DTEND;TZID=Europe/Amsterdam:20261127T220000"} <= set(lines)
    [back] = icalendar.read("x.ics", written(window), About()).made
    assert back.window == window
    # For whoever does not know what the gate adds it is closed for ever all the same.
    foreign = "\r\n".join(line for line in written(window).split("\r\n") if not line.startswith(("X-CHANGE", " ")))
    [read_by_others] = icalendar.read("x.ics", foreign, About()).made
    assert read_by_others.window.spans.between(10**18 * 2, 10**18 * 2 + 1)


def test_an_advisory_takes_no_time() -> None:
    assert "TRANSP:TRANSPARENT" in properties(written(a_window(kind="Advisory")))


@given(st.text(max_size=200))
def test_lines_are_folded_between_characters(text: str) -> None:
    out = written(called=text)
    lines = out.encode().split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert all(line.decode() is not None for line in lines)
    assert out.endswith("\r\n")


# There and back

ZONES = ["UTC", "Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
RULES = [
    None,
    "FREQ=DAILY",
    "RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU",
    "FREQ=MONTHLY;BYMONTHDAY=-1,1,15,26",
    "FREQ=MONTHLY;BYDAY=-1FR,2TU;BYSETPOS=-1",
    "FREQ=YEARLY;COUNT=3",
    "FREQ=DAILY;BYHOUR=3,9;UNTIL=20280301T023000",
    "FREQ=HOURLY;INTERVAL=36;COUNT=40",
]
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.sampled_from(" ,;:\\\"'\n"), max_size=60
)
GLOBS = st.lists(st.sampled_from(["production", "pay-*", "a,b;c", "ü"]), max_size=2, unique=True)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    rule = draw(st.sampled_from(RULES))
    start = datetime(2026, 1, 1) + draw(st.integers(0, 800 * 48)) * timedelta(minutes=30)  # noqa: DTZ001 -- wall clock
    whole_days = draw(st.booleans()) and "BYHOUR" not in str(rule) and "HOURLY" not in str(rule)
    begin: date = start.date() if whole_days else start
    end = begin + draw(st.integers(0 if whole_days else 1, 5)) * (
        timedelta(days=1) if whole_days else timedelta(hours=7)
    )
    dates = [begin + timedelta(days=days) for days in draw(st.lists(st.integers(1, 90), max_size=3, unique=True))]
    said = {
        "kind": draw(st.sampled_from(list(KINDS))),
        "name": draw(st.sampled_from(["a", "Black.Friday_2026"])),
        "description": draw(WORDS),
        "scope": {"environments": draw(GLOBS), "labels": {"x": "y"}, "except": {"services": draw(GLOBS) or ["x"]}},
        "start": begin.isoformat(),
        "end": end.isoformat(),
        "timezone": draw(st.sampled_from(ZONES)),
        "recurrence": rule,
        "rdate": [each.isoformat() for each in dates],
        "exdate": [each.isoformat() for each in dates[1:]],
        "overrun": draw(st.sampled_from(["finish", "stop"])),
    }
    try:
        return a_window(**said)
    except ValidationError:
        assume(condition=False)
        raise


def plain(window: Window) -> dict[str, Any]:
    """Everything but how the rule is written, and what can be seen of the words."""
    said = window.model_dump(exclude={"recurrence", "description"})
    said |= {name: sorted(said[name]) for name in ("rdate", "exdate")}
    return said | {"begins": list(islice(window.spans.beginnings.since(window.spans.start), 50))}


@settings(max_examples=80)
@given(st.lists(windows(), min_size=1, max_size=3, unique_by=lambda window: window.name))
def test_there_and_back_is_the_same_window(there: list[Window]) -> None:
    conversion = icalendar.read("x.ics", written(*there), About())
    assert not conversion.lost, conversion.lost
    assert [plain(draft.window) for draft in conversion.made] == [plain(window) for window in there]
    assert [draft.window.description for draft in conversion.made] == [window.description for window in there]


@settings(max_examples=100)
@given(windows())
def test_another_implementation_reads_the_same_beginnings(window: Window) -> None:
    assume(window.spans.end is not None)
    event: Any  # the library knows better what it has than its types do
    [event] = library.Calendar.from_ical(written(window)).walk("VEVENT")
    start = event["DTSTART"].dt
    theirs: Any = rruleset()
    if "RRULE" in event:
        # UNTIL is in UTC; on the wall it is what the window says.
        rule = str(window.recurrence).removeprefix("RRULE:")
        theirs.rrule(rrulestr(rule, dtstart=window.spans.start))
    else:
        theirs.rdate(naive(start))
    for name, add in (("RDATE", theirs.rdate), ("EXDATE", theirs.exdate)):
        for each in dates_of(event, name):
            add(each)
    assert list(islice(theirs, 30)) == list(islice(window.spans.beginnings.since(window.spans.start), 30))
    assert naive(event["DTEND"].dt) == window.spans.end
    assert event["UID"] == f"{window.kind.lower()}.{window.name}@change-gate"


def naive(moment: date) -> datetime:
    at = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 -- wall clock
    return at.replace(tzinfo=None)


def dates_of(event: Any, name: str) -> Sequence[datetime]:
    return [naive(each.dt) for each in event[name].dts] if name in event else []


@pytest.mark.parametrize("breaks", ["\r", "\x0b", "\x1b[2J", "\x85", "\u2028", "\x00"])
def test_no_character_of_a_description_begins_a_line_of_its_own(breaks: str) -> None:
    text = written(a_window(description=f"said{breaks}END:VEVENT"))
    assert breaks not in text.replace("\r\n", "")
    assert len(text.splitlines()) == text.count("\r\n")
