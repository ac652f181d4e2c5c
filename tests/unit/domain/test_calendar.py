"""Windows: what may be written, and which of them touch a change."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gate.domain.almanac import reach_hours
from gate.domain.calendar import Advisory, Calendar, Freeze, Incident, Maintenance, Window
from gate.domain.instant import NANOSECOND_PER_SECOND, to_ns
from gate.domain.recurrence import LocalSpans, Span
from gate.domain.scope import Scope, Subject

MINUTE = 60 * NANOSECOND_PER_SECOND
PAYMENTS = Subject("production", "payments", "deploy", "team-payments", "revenue", {"pci": "yes"})


def at(text: str) -> int:
    return to_ns(datetime.fromisoformat(text).replace(tzinfo=UTC))


def freeze(**fields: Any) -> Freeze:
    usual = {"kind": "Freeze", "name": "f", "start": "2026-11-02T10:00", "end": "2026-11-02T12:00"}
    return Freeze.model_validate(usual | fields)


def maintenance(**fields: Any) -> Maintenance:
    usual = {"kind": "Maintenance", "name": "m", "start": "2026-11-02T22:00", "end": "2026-11-03T02:00"}
    return Maintenance.model_validate(usual | fields)


def advisory(**fields: Any) -> Advisory:
    usual = {"kind": "Advisory", "name": "a", "start": "2026-11-02T10:00", "end": "2026-11-02T12:00"}
    return Advisory.model_validate(usual | fields)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"end": "2026-11-02T10:00"}, "is not after the start"),
        ({"end": "2026-11-01T12:00"}, "is not after the start"),
        ({"end": None, "recurrence": "FREQ=DAILY"}, "only a freeze that does not recur"),
        ({"start": "2026-11-02"}, "end: 2026-11-02T12:00:00 is a time, but start 2026-11-02 is a whole day"),
        ({"end": "2026-11-03"}, "end: 2026-11-03 is a whole day, but start 2026-11-02T10:00:00 is a time"),
        ({"start": "2026-11-02", "end": "2026-11-01"}, "end: 2026-11-01 lies before the start 2026-11-02"),
        ({"start": "20261102"}, "must be a local time .* or a day"),
        ({"start": "2026-11-31"}, "day is out of range"),
        ({"start": "9999-12-30", "end": "9999-12-31"}, "years 1970 to 2200"),
        ({"rdate": ["2026-11-05"]}, "rdate: 2026-11-05 is a whole day, but start 2026-11-02T10:00:00 is a time"),
        ({"exdate": ["2026-11-05"]}, "exdate: 2026-11-05 is a whole day"),
        ({"rdate": ["2026-11-05T10:00Z"]}, "without an offset"),
        ({"rdate": ["2026-11-01T10:00"]}, "rdate: 2026-11-01T10:00:00 lies before the start"),
        ({"rdate": "2026-11-05T10:00"}, "valid tuple"),
        ({"rdate": [f"2026-11-03T{n // 60:02}:{n % 60:02}" for n in range(501)]}, "at most 500 items"),
        ({"exdate": ["2026-11-02T10:00"]}, "exdate: leaves nothing of the window"),
        ({"end": None, "rdate": ["2026-11-05T10:00"]}, "only a freeze that does not recur"),
        ({"start": "2026-11-02 10:00"}, "must be a local time"),
        ({"start": "2026-11-02T10:00Z"}, "without an offset"),
        ({"start": "2026-11-02T10:00+01:00"}, "without an offset"),
        ({"start": "2026-11-02T10:00\n"}, "must be a local time"),
        ({"start": "2026-11-02T10:00:00.5"}, "must be a local time"),
        ({"start": 1_793_613_600}, "must be a local time"),
        ({"start": datetime(2026, 11, 2, 10, tzinfo=UTC)}, "without an offset"),
        ({"start": "2026-02-30T10:00"}, "day is out of range"),
        ({"start": "0001-01-01T00:00", "timezone": "Asia/Kolkata"}, "years 1970 to 2200"),
        ({"end": "9999-12-31T23:59", "timezone": "America/New_York"}, "years 1970 to 2200"),
        ({"timezone": "Europe/Amsterdan"}, "is not an IANA time zone; did you mean Europe/Amsterdam"),
        ({"timezone": "localtime"}, "is not an IANA time zone"),
        ({"timezone": "posixrules"}, "is not an IANA time zone"),
        ({"timezone": "right/Europe/Amsterdam"}, "is not an IANA time zone"),
        ({"timezone": "../../etc/passwd"}, "is not an IANA time zone"),
        ({"timezone": ""}, "is not an IANA time zone"),
        ({"recurrence": "FREQ=SECONDLY"}, "more often than hourly"),
        ({"recurrence": "FREQ=WEEKLY;BYDAY=TU"}, "does not begin at the start"),
        ({"recurrence": "FREQ=DAILY;COUNT=0"}, "COUNT"),
        ({"recurrence": "FREQ=DAILY;UNTIL=99991231T235959"}, "UNTIL: must lie in the years 1970 to 2200"),
        ({"recurrence": "FREQ=YEARLY;BYMONTH=11;COUNT=5000"}, "reaches too far"),
        ({"recurrence": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "does not begin at the start"),
        ({"overrun": "ignore"}, "'finish' or 'stop'"),
        ({"scope": {"enviroments": ["production"]}}, "Extra inputs are not permitted"),
        ({"until": "2026-11-02T12:00"}, "Extra inputs are not permitted"),
    ],
)
def test_a_window_that_cannot_be_meant_is_refused(fields: dict[str, Any], because: str) -> None:
    with pytest.raises(ValidationError, match=because):
        freeze(**fields)


def test_only_a_freeze_may_have_no_known_end() -> None:
    assert freeze(end=None).spans.first.end_ns is None
    for kind in (maintenance, advisory):
        with pytest.raises(ValidationError, match="only a freeze"):
            kind(end=None)


def test_a_window_that_is_empty_in_utc_is_an_error_and_not_a_window_that_vanished() -> None:
    skipped = {"start": "2026-03-29T02:00", "end": "2026-03-29T03:00", "timezone": "Europe/Amsterdam"}
    with pytest.raises(ValidationError, match="empty in UTC, because the clock of Europe/Amsterdam jumps inside it"):
        maintenance(**skipped)
    never = {"start": "2011-12-30T00:00", "end": "2011-12-31T00:00", "timezone": "Pacific/Apia"}
    with pytest.raises(ValidationError, match="empty in UTC"):
        freeze(**never)


@pytest.mark.parametrize("kind", [freeze, maintenance, advisory])
def test_of_whole_days_the_last_that_is_named_is_included(kind: Callable[..., Window]) -> None:
    days = kind(start="2026-12-24", end="2026-12-26", timezone="Asia/Kolkata")
    assert days.is_all_day
    assert days.spans.first == Span(at("2026-12-23T18:30"), at("2026-12-26T18:30"))
    one = kind(start="2026-12-24", end="2026-12-24")
    assert one.spans.first == Span(at("2026-12-24T00:00"), at("2026-12-25T00:00"))


def test_a_freeze_may_begin_with_a_day_and_have_no_known_end() -> None:
    assert freeze(start="2026-12-24", end=None).spans.first == Span(at("2026-12-24T00:00"), None)


def test_a_window_begins_as_its_rule_says_and_on_what_is_added_but_not_on_what_is_left_out() -> None:
    window = freeze(
        recurrence="FREQ=DAILY;COUNT=4",
        rdate=["2026-11-20T08:00", "2026-11-03T10:00"],
        exdate=["2026-11-04T10:00", "2026-11-02T10:00"],
    )
    spans = window.spans.between(0, at("2030-01-01T00:00"))
    begins = ["2026-11-03T10:00", "2026-11-05T10:00", "2026-11-20T08:00"]
    assert spans == [Span(at(begin), at(begin) + 120 * MINUTE) for begin in begins]
    assert window.spans.next_after(at("2026-11-03T10:00")) == spans[1]
    assert window.spans.next_after(at("2026-11-05T10:00")) == spans[2]
    assert window.spans.next_after(at("2026-11-20T08:00")) is None


def test_a_window_may_be_there_on_dates_alone_without_a_rule() -> None:
    window = maintenance(start="2026-11-07", end="2026-11-08", rdate=["2026-12-05"], timezone="Europe/Amsterdam")
    assert window.recurs
    assert window.spans.between(0, at("2030-01-01T00:00")) == [
        Span(at("2026-11-06T23:00"), at("2026-11-08T23:00")),
        Span(at("2026-12-04T23:00"), at("2026-12-06T23:00")),
    ]


def test_a_window_may_leave_out_the_day_on_which_the_clock_jumps_over_it() -> None:
    fields = {"start": "2026-03-29T02:10", "end": "2026-03-29T02:50", "timezone": "Europe/Amsterdam"}
    window = maintenance(**fields, recurrence="FREQ=DAILY", exdate=["2026-03-29T02:10"])
    [first] = window.spans.between(0, at("2026-03-31T00:00"))
    assert first == Span(at("2026-03-30T00:10"), at("2026-03-30T00:50"))


def test_a_window_survives_being_written_and_read() -> None:
    window = freeze(start="2026-11-02", end="2026-11-02", recurrence="FREQ=WEEKLY", exdate=["2026-11-09"])
    assert Freeze.model_validate(window.model_dump(mode="json", by_alias=True)) == window
    assert window.model_dump(mode="json")["start"] == "2026-11-02"


def test_what_closes_time_grows_over_a_jump_and_what_opens_it_shrinks() -> None:
    in_the_fold = {"start": "2026-10-25T02:30", "end": "2026-10-25T04:30", "timezone": "Europe/Amsterdam"}
    earlier, later = at("2026-10-25T00:30"), at("2026-10-25T01:30")
    assert [freeze(**in_the_fold).spans.first.start_ns, advisory(**in_the_fold).spans.first.start_ns] == [earlier] * 2
    assert maintenance(**in_the_fold).spans.first.start_ns == later


# Which windows touch a change.


def test_a_window_touches_until_its_end_which_is_no_part_of_it() -> None:
    calendar = Calendar([freeze()])
    end = at("2026-11-02T12:00")
    assert len(calendar.touching(PAYMENTS, end - 1, end)) == 1
    assert calendar.touching(PAYMENTS, end, end + MINUTE) == []
    start = at("2026-11-02T10:00")
    assert calendar.touching(PAYMENTS, start - MINUTE, start) == []
    assert len(calendar.touching(PAYMENTS, start - MINUTE, start + 1)) == 1


def test_a_window_of_another_service_environment_or_label_does_not_touch() -> None:
    scopes = [{"services": ["ledger"]}, {"environments": ["staging"]}, {"labels": {"pci": "no"}}]
    calendar = Calendar([freeze(name=f"f{number}", scope=scope) for number, scope in enumerate(scopes)])
    assert calendar.touching(PAYMENTS, 0, at("2030-01-01T00:00")) == []


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize(
    ("coordinate", "mine", "others"),
    [
        ("environments", ["prod*"], ["staging"]),
        ("services", ["pay*", "ledger"], ["ledger", "*-batch"]),
        ("kinds", ["deploy"], ["config"]),
        ("owners", ["team-payments"], ["team-l*"]),
        ("objectives", ["reven?e"], ["trust"]),
        ("labels", {"pci": "y*"}, {"pci": "no"}),
    ],
)
def test_every_coordinate_takes_in_and_takes_out(coordinate: str, mine: object, others: object, *, ahead: bool) -> None:
    scopes = [
        {coordinate: mine},
        {coordinate: others},
        {"environments": ["production"], "except": {coordinate: mine}},
        {"environments": ["production"], "except": {coordinate: others}},
    ]
    calendar = Calendar([freeze(name=f"f{number}", scope=scope) for number, scope in enumerate(scopes)])
    if ahead:
        calendar.look_ahead(at("2026-11-02T11:00"))
    found = calendar.touching(PAYMENTS, at("2026-11-02T11:00"), at("2026-11-02T11:01"))
    assert [window.name for _, window in found] == ["f0", "f3"]


def test_a_window_that_names_a_service_twice_touches_it_once() -> None:
    calendar = Calendar([freeze(scope={"services": ["payments", "payments"]})])
    assert len(calendar.touching(PAYMENTS, at("2026-11-02T11:00"), at("2026-11-02T11:01"))) == 1


def test_windows_come_by_start_then_name() -> None:
    windows = [freeze(name="b"), advisory(name="a", start="2026-11-02T11:00"), freeze(name="a"), freeze(name="c")]
    found = Calendar(windows).touching(PAYMENTS, at("2026-11-02T11:30"), at("2026-11-02T11:31"))
    assert [(span.start_ns, window.name) for span, window in found] == [
        *((at("2026-11-02T10:00"), name) for name in "abc"),
        (at("2026-11-02T11:00"), "a"),
    ]


def test_a_recurring_window_touches_with_the_occurrence_that_matters() -> None:
    weekly = freeze(recurrence="RRULE:FREQ=WEEKLY;BYDAY=MO")
    [(span, _)] = Calendar([weekly]).touching(PAYMENTS, at("2036-11-03T11:00"), at("2036-11-03T11:30"))
    assert span == Span(at("2036-11-03T10:00"), at("2036-11-03T12:00"))


SERVICES = ["payments", "ledger", "checkout"]
SCOPES = st.sampled_from(
    [
        {},
        {"services": ["payments"]},
        {"services": ["ledger", "payments"]},
        {"services": ["pay*"]},
        {"services": ["*"], "except": {"services": ["ledger"]}},
        {"environments": ["staging"]},
        {"environments": ["prod*"], "services": ["checkout", "ledger"]},
        {"labels": {"pci": "yes"}},
    ]
)
MOMENTS = st.integers(0, 20 * 24 * 4).map(lambda quarters: datetime(2026, 10, 15) + timedelta(minutes=15 * quarters))  # noqa: DTZ001 -- local times
LENGTHS = st.integers(1, 300).map(lambda quarters: timedelta(minutes=15 * quarters))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    kind: Callable[..., Window] = draw(st.sampled_from([freeze, maintenance, advisory]))
    start = draw(MOMENTS)
    return kind(
        name=f"w{draw(st.integers(0, 99))}",
        scope=draw(SCOPES),
        start=start.isoformat(),
        end=(start + draw(LENGTHS) + timedelta(hours=3)).isoformat(),
        timezone=draw(st.sampled_from(["UTC", "Europe/Amsterdam", "Australia/Lord_Howe"])),
        recurrence=draw(st.sampled_from([None, None, "FREQ=DAILY", "FREQ=WEEKLY;COUNT=2"])),
        overrun=draw(st.sampled_from(["finish", "stop"])),
    )


SUBJECTS = st.builds(
    Subject,
    environment=st.sampled_from(["production", "staging"]),
    service=st.sampled_from(SERVICES),
    labels=st.sampled_from([{}, {"pci": "yes"}]),
)
STRETCHES = st.tuples(st.integers(0, 30 * 24 * 60), st.integers(1, 3 * 24 * 60)).map(
    lambda stretch: (at("2026-10-10T00:00") + stretch[0] * MINUTE, stretch[1] * MINUTE)
)


WINDOWS = st.lists(windows(), max_size=15, unique_by=lambda window: window.name)
AHEAD = st.none() | st.integers(0, 40 * 24 * 60).map(lambda minutes: at("2026-10-05T00:00") + minutes * MINUTE)


def a_calendar(all_windows: list[Window], ahead_ns: int | None) -> Calendar:
    """One that has looked ahead, or not."""
    calendar = Calendar(all_windows)
    if ahead_ns is not None:
        calendar.look_ahead(ahead_ns)
    return calendar


@given(WINDOWS, SUBJECTS, STRETCHES, AHEAD)
def test_touching_finds_what_asking_every_window_finds(
    all_windows: list[Window], subject: Subject, stretch: tuple[int, int], ahead_ns: int | None
) -> None:
    start_ns, end_ns = stretch[0], stretch[0] + stretch[1]
    expected = [
        (span, window)
        for window in all_windows
        if window.scope.matches(subject)
        for span in window.spans.between(start_ns, end_ns)
    ]
    calendar = a_calendar(all_windows, ahead_ns)
    found = calendar.touching(subject, start_ns, end_ns)
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    assert [(span.start_ns, w.name) for span, w in found] == sorted((span.start_ns, w.name) for span, w in expected)
    closing = [(span, window) for span, window in found if not isinstance(window, Maintenance)]
    assert calendar.telling(subject, start_ns, end_ns) == [*closing, *calendar.openings(subject, start_ns)]


@given(WINDOWS, SUBJECTS, STRETCHES, AHEAD)
def test_openings_are_those_open_now_and_the_next_to_come(
    all_windows: list[Window], subject: Subject, stretch: tuple[int, int], ahead_ns: int | None
) -> None:
    now_ns = stretch[0]
    covering = [w for w in all_windows if isinstance(w, Maintenance) and w.scope.matches(subject)]
    told = a_calendar(all_windows, ahead_ns).openings(subject, now_ns)
    assert bool(told) is bool(covering)
    expected = {(span, w.name) for w in covering for span in w.spans.between(now_ns, now_ns + 1)}
    for overrun in ("finish", "stop"):
        coming = [(w.spans.next_after(now_ns), w.name) for w in covering if w.overrun == overrun]
        expected |= set(sorted((span, name) for span, name in coming if span is not None)[:1])
    if expected:
        assert [(span, window.name) for span, window in told] == sorted(expected)
    else:
        assert [span for span, _ in told] == [None] * bool(covering)


def test_when_a_window_of_others_recurs_is_not_even_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = freeze(scope={"environments": ["staging"]}, recurrence="FREQ=DAILY")
    calendar = Calendar([elsewhere])
    forbid_working_out(monkeypatch)
    assert calendar.touching(PAYMENTS, 0, at("2030-01-01T00:00")) == []


def forbid_working_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(LocalSpans, "between", never)
    monkeypatch.setattr(LocalSpans, "next_after", never)


# Looking ahead.


NOON = at("2026-11-02T12:00")


def crowd() -> list[Window]:
    """Hundreds that recur and name no service: all of them concern payments, and hardly any of them now."""
    nightly = {"start": "2026-01-01T01:00", "end": "2026-01-01T02:00", "recurrence": "FREQ=DAILY"}
    return [
        *(freeze(name=f"f{number}", **nightly) for number in range(100)),
        *(maintenance(name=f"m{number}", **nightly) for number in range(100)),
        *(freeze(name=f"x{n}", **nightly, scope={"except": {"services": [f"s{n}"]}}) for n in range(100)),
        *(maintenance(name=f"y{n}", **nightly, scope={"except": {"services": [f"s{n}"]}}) for n in range(100)),
        freeze(name="lunch", start="2026-11-02T12:00", end="2026-11-02T13:00", recurrence="FREQ=WEEKLY"),
    ]


def test_once_it_has_looked_ahead_nothing_is_worked_out_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = Calendar(crowd())
    calendar.look_ahead(NOON)
    forbid_working_out(monkeypatch)
    assert [window.name for _, window in calendar.touching(PAYMENTS, NOON, NOON + 30 * MINUTE)] == ["lunch"]
    [(span, window)] = calendar.openings(PAYMENTS, NOON)
    assert (span, window.name) == (Span(at("2026-11-03T01:00"), at("2026-11-03T02:00")), "m0")


def test_windows_that_are_not_open_now_are_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = Calendar(crowd())
    calendar.look_ahead(NOON)
    asked: list[Subject] = []
    matches = Scope.matches

    def counting(scope: Scope, subject: Subject) -> bool:
        asked.append(subject)
        return matches(scope, subject)

    monkeypatch.setattr(Scope, "matches", counting)
    calendar.touching(PAYMENTS, NOON, NOON + 30 * MINUTE)
    calendar.openings(PAYMENTS, NOON)
    assert len(asked) < 20, "of four hundred"


def test_looking_ahead_reaches_some_days_and_is_due_again_halfway() -> None:
    calendar = Calendar([freeze(recurrence="FREQ=DAILY")])
    assert not calendar.is_ready(NOON)
    calendar.look_ahead(NOON)
    day = 24 * 60 * MINUTE
    assert [calendar.is_ready(NOON + n * day) for n in (-1, 0, 1, 3, 5, 30)] == [False, True, True, True, False, False]


def test_the_more_recurs_the_less_far_a_calendar_looks_ahead() -> None:
    def reach(*all_windows: Window) -> int:
        return reach_hours(list(all_windows))

    hourly = maintenance(end="2026-11-02T22:30", recurrence="FREQ=HOURLY")
    assert reach() == reach(freeze()) == 8 * 24
    assert reach(*[hourly] * 1000) == 20
    assert reach(*[hourly] * 20_000) == 6


# Several at once, in another order.


def test_what_is_told_does_not_depend_on_the_order_of_files() -> None:
    calendars = [Calendar(crowd()), Calendar(crowd()[::-1])]
    told = [
        [(span, window.name) for span, window in calendar.openings(PAYMENTS, instant_ns)]
        for calendar in calendars
        for instant_ns in (NOON, at("2026-11-03T01:30"))
    ]
    assert told[:2] == told[2:]
    over = [maintenance(name=name, scope={"services": ["pay*"]}) for name in ("b", "a")]
    last = [Calendar(each).openings(PAYMENTS, at("2030-01-01T00:00")) for each in (over, over[::-1])]
    assert [[(span, window.name) for span, window in each] for each in last] == [[(None, "a")]] * 2


# Maintenance.


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        ("2026-11-02T21:59", "2026-11-02T22:00"),
        ("2026-11-02T22:00", "2026-11-02T22:00"),
        ("2026-11-03T01:59", "2026-11-02T22:00"),
        ("2026-11-03T02:00", "2026-11-09T22:00"),
        ("2026-10-01T00:00", "2026-11-02T22:00"),
    ],
)
def test_an_opening_is_the_one_that_is_now_or_else_the_next(moment: str, start: str) -> None:
    calendar = Calendar([maintenance(recurrence="FREQ=WEEKLY")])
    (span, _), *_ = calendar.openings(PAYMENTS, at(moment))
    assert span is not None
    assert span.start_ns == at(start)


def test_while_one_is_open_the_next_is_told_too() -> None:
    calendar = Calendar([maintenance(recurrence="FREQ=WEEKLY")])
    spans = [span for span, _ in calendar.openings(PAYMENTS, at("2026-11-02T23:00"))]
    assert [span.start_ns for span in spans if span] == [at("2026-11-02T22:00"), at("2026-11-09T22:00")]


def test_of_many_to_come_the_first_is_told_and_the_first_that_may_be_overrun() -> None:
    hours = [(f"m{hour}", f"2026-11-{hour:02}T22:00", "stop" if hour < 10 else "finish") for hour in range(3, 20)]
    calendar = Calendar(
        [maintenance(name=name, start=start, end="2026-11-30T00:00", overrun=o) for name, start, o in hours]
    )
    assert [window.name for _, window in calendar.openings(PAYMENTS, at("2026-11-02T12:00"))] == ["m3", "m10"]


def test_a_maintenance_window_that_is_over_still_covers_and_never_opens_again() -> None:
    assert Calendar([maintenance()]).openings(PAYMENTS, at("2027-01-01T00:00")) == [(None, maintenance())]


def test_maintenance_of_others_opens_nothing() -> None:
    calendar = Calendar([maintenance(scope={"services": ["ledger"]}), freeze()])
    assert calendar.openings(PAYMENTS, at("2026-11-02T11:00")) == []


def test_openings_are_found_for_each_subject_by_itself() -> None:
    calendar = Calendar(
        [
            maintenance(name="pci", scope={"labels": {"pci": "yes"}}),
            maintenance(name="all", scope={"kinds": ["deploy"]}),
        ]
    )
    plain = Subject("production", "payments", "deploy", "team-payments", "revenue", {})
    config = Subject("production", "payments", "config", "team-payments", "revenue", {"pci": "yes"})
    opened = [[w.name for _, w in calendar.openings(subject, 0)] for subject in (PAYMENTS, plain, config)]
    assert opened == [["all"], ["all"], ["pci"]]


# Incidents.


def test_an_incident_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValidationError, match="is not after the start"):
        incident(end="2026-11-02T10:00")


def incident(**fields: Any) -> Incident:
    return Incident.model_validate({"kind": "Incident", "name": "i", "start": "2026-11-02T10:00"} | fields)


@pytest.mark.parametrize(
    ("fields", "moment", "is_open"),
    [
        ({}, "2026-11-02T09:59", False),
        ({}, "2026-11-02T10:00", True),
        ({}, "2036-11-02T10:00", True),
        ({"end": "2026-11-02T11:00"}, "2026-11-02T10:59", True),
        ({"end": "2026-11-02T11:00"}, "2026-11-02T11:00", False),
        ({"scope": {"services": ["ledger"]}}, "2026-11-02T10:00", False),
    ],
)
def test_an_incident_is_open_within_its_scope_from_start_to_end(
    fields: dict[str, Any], moment: str, *, is_open: bool
) -> None:
    assert bool(Calendar([], [incident(**fields)]).incidents_open(PAYMENTS, at(moment))) is is_open
