"""What is probably wrong with a calendar although every window in it is well-formed."""

from collections.abc import Sequence
from typing import Any

import pytest

from gate.domain import calendar_lint
from gate.domain.errors import PolicyRejectedError
from gate.domain.finding import Finding
from tests.house import FILES, Fields, a_document, a_freeze, a_policy

PAYMENTS = {"environments": ["production"], "services": ["payments"]}
AMSTERDAM = "Europe/Amsterdam"


def maintenance(**fields: Any) -> Fields:
    usual = {"kind": "Maintenance", "name": "nights", "scope": PAYMENTS}
    return usual | {"start": "2026-11-03T22:00", "end": "2026-11-04T02:00"} | fields


def settings(**fields: Any) -> Fields:
    return {**FILES["gate.yaml"][0], **fields}


def errors(*windows: Fields, gate: Fields | None = None) -> Sequence[Finding]:
    """Those that keep a revision of the second of November 2026 from becoming active."""
    with pytest.raises(PolicyRejectedError) as caught:
        a_policy({"calendar/x.yaml": windows, "gate.yaml": [gate or FILES["gate.yaml"][0]]})
    assert {finding.severity for finding in caught.value.findings} == {"error"}
    return caught.value.findings


def warnings(*windows: Fields, **files: Any) -> Sequence[Finding]:
    """Those with which a revision becomes active all the same."""
    return a_policy({"calendar/x.yaml": windows, **files}).warnings


def told(findings: Sequence[Finding]) -> list[str]:
    return [str(finding) for finding in findings]


def test_an_ordinary_calendar_has_nothing_to_be_found() -> None:
    assert warnings(a_freeze(), maintenance(recurrence="FREQ=WEEKLY", overrun="stop")) == ()


# Errors: what cannot be meant.


def test_a_freeze_of_eleven_months_is_refused_with_the_end_that_was_probably_meant() -> None:
    [finding] = errors(a_freeze(start="2026-12-18T18:00", end="2027-11-04T08:00"))
    assert (finding.path, finding.line, finding.field) == ("calendar/x.yaml", 5, "end")
    assert finding.message == "stocktaking closes for 320 days 14 h without a break; `longest_freeze` allows 35 days"
    assert finding.hint.startswith("Probably meant: `end: 2027-01-04T08:00`; or raise `longest_freeze`")


def test_how_long_a_freeze_may_be_is_policy() -> None:
    long = a_freeze(start="2026-12-01", end="2026-12-31")
    assert warnings(long) == ()
    [finding] = errors(long, gate=settings(longest_freeze="P30D"))
    assert finding.message.endswith("closes for 31 days without a break; `longest_freeze` allows 30 days")
    assert finding.hint.startswith("Name an earlier end")


def test_a_freeze_is_as_long_as_the_wall_says_whatever_the_clock_does_meanwhile() -> None:
    days = {"start": "2027-03-01", "end": "2027-04-04", "timezone": AMSTERDAM}
    assert warnings(a_freeze(**days)) == ()
    autumn = {"start": "2027-10-10", "end": "2027-11-13", "timezone": AMSTERDAM}
    assert warnings(a_freeze(**autumn)) == ()


def test_a_freeze_is_as_long_as_its_occurrences_together_where_there_is_no_break() -> None:
    [finding] = errors(a_freeze(start="2026-11-10", end="2026-11-10", recurrence="FREQ=DAILY;COUNT=60"))
    assert "closes for 60 days without a break" in finding.message
    assert "Each occurrence lasts until the next begins" in finding.hint
    assert warnings(a_freeze(start="2026-11-10", end="2026-11-10", recurrence="FREQ=DAILY;COUNT=30")) == ()
    assert warnings(a_freeze(start="2026-11-10", end="2026-11-11", recurrence="FREQ=DAILY;INTERVAL=3")) == ()


def test_a_long_maintenance_window_and_a_long_advisory_are_nobodys_business() -> None:
    long = {"start": "2026-11-10", "end": "2027-08-10"}
    assert warnings(maintenance(**long), a_freeze(kind="Advisory", **long)) == ()


@pytest.mark.parametrize(
    ("window", "message", "hint"),
    [
        (
            maintenance(start="2026-11-03T22:00", end="2026-11-05T02:00", recurrence="FREQ=DAILY"),
            "nights never closes: each occurrence lasts until the next begins",
            "Probably meant: `end: 2026-11-04T02:00`.",
        ),
        (
            a_freeze(start="2026-11-03", end="2026-11-03", recurrence="FREQ=DAILY"),
            "stocktaking closes for ever: each occurrence lasts until the next begins",
            "A freeze that has neither `recurrence` nor `end` closes until it is taken out.",
        ),
        (
            maintenance(start="2026-11-03T22:00", end="2026-11-03T23:00", recurrence="FREQ=HOURLY"),
            "nights never closes",
            "End each occurrence before the next begins.",
        ),
        (
            maintenance(start="2026-11-02T00:00", end="2026-11-09T00:00", recurrence="FREQ=WEEKLY;BYDAY=MO,TH"),
            "nights never closes",
            "End each occurrence before the next begins.",
        ),
        (
            maintenance(start="2026-11-02T09:00", end="2026-11-02T21:00", recurrence="FREQ=DAILY;BYHOUR=9,21"),
            "nights never closes",
            "",
        ),
    ],
)
def test_what_recurs_without_a_break_never_closes(window: Fields, message: str, hint: str) -> None:
    [finding] = errors(window)
    assert finding.field == "recurrence"
    assert finding.message.startswith(message)
    assert hint in finding.hint


@pytest.mark.parametrize(
    "recurrence",
    ["FREQ=DAILY;BYMONTH=11,12,1", "FREQ=WEEKLY", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "FREQ=DAILY;INTERVAL=2"],
)
def test_what_recurs_with_a_break_now_and_then_closes(recurrence: str) -> None:
    assert warnings(maintenance(start="2026-11-03", end="2026-11-03", recurrence=recurrence)) == ()


def test_a_freeze_that_is_empty_in_utc_on_any_day_to_come_is_refused() -> None:
    nightly = {"start": "2026-11-03T02:00", "end": "2026-11-03T03:00", "timezone": AMSTERDAM}
    [finding] = errors(a_freeze(**nightly, recurrence="FREQ=DAILY"))
    assert finding.field == "recurrence"
    assert "is empty in UTC on 2027-03-28T02:00: the clock of Europe/Amsterdam jumps over it" in finding.message
    assert "exdate: [2027-03-28T02:00]" in finding.hint


@pytest.mark.parametrize(
    "fields",
    [
        {"end": "2026-11-03T03:01"},
        {"start": "2026-11-03T01:59"},
        {"timezone": "Asia/Kolkata"},
        {"timezone": "Africa/Lagos"},
        {"recurrence": "FREQ=WEEKLY"},
        {"recurrence": "FREQ=DAILY;UNTIL=20270327T235959"},
        {"recurrence": "FREQ=DAILY;UNTIL=20270401T000000", "exdate": ["2027-03-28T02:00"]},
        {"start": "2026-11-03T03:00", "end": "2026-11-03T04:00"},
    ],
)
def test_a_freeze_beside_the_jump_or_without_it_is_not_empty(fields: Fields) -> None:
    nightly = {"start": "2026-11-03T02:00", "end": "2026-11-03T03:00", "timezone": AMSTERDAM}
    assert warnings(a_freeze(**{**nightly, "recurrence": "FREQ=DAILY", **fields})) == ()


def test_a_rare_day_on_which_a_freeze_is_empty_is_found_years_ahead() -> None:
    monthly = {"start": "2026-11-25T02:00", "end": "2026-11-25T03:00", "timezone": AMSTERDAM}
    [finding] = errors(a_freeze(**monthly, recurrence="FREQ=MONTHLY;BYMONTHDAY=25"))
    assert "2029-03-25T02:00" in finding.message


def test_a_day_added_to_a_freeze_that_is_empty_is_found() -> None:
    night = {"start": "2026-11-25T02:00", "end": "2026-11-25T03:00", "timezone": AMSTERDAM}
    [finding] = errors(a_freeze(**night, rdate=["2027-03-28T02:00"]))
    assert (finding.field, "2027-03-28T02:00" in finding.message) == ("rdate", True)


def test_a_rule_that_comes_true_no_more_never_opens() -> None:
    zone_of_a_day_that_never_was = {"start": "2011-12-30T00:00", "end": "2011-12-30T00:30", "timezone": "Pacific/Apia"}
    rule = "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30;COUNT=2"
    assert warnings(a_freeze(**zone_of_a_day_that_never_was, recurrence=rule))


# Warnings: what may be meant.


def test_maintenance_that_is_empty_on_a_day_to_come_is_told() -> None:
    nightly = {"start": "2026-11-03T02:00", "end": "2026-11-03T03:00", "timezone": AMSTERDAM}
    [finding] = warnings(maintenance(**nightly, recurrence="FREQ=DAILY"))
    assert "is empty in UTC on 2027-03-28T02:00" in finding.message
    [in_the_fold] = warnings(
        maintenance(
            start="2026-11-03T02:10", end="2026-11-03T02:50", timezone=AMSTERDAM, recurrence="FREQ=WEEKLY;BYDAY=SU,TU"
        )
    )
    assert "is empty in UTC on 2027-03-28T02:10" in in_the_fold.message
    [autumn] = warnings(
        maintenance(start="2027-04-03T02:10", end="2027-04-03T02:50", timezone=AMSTERDAM, recurrence="FREQ=DAILY")
    )
    assert "is empty in UTC on 2027-10-31T02:10" in autumn.message


def test_maintenance_of_every_hour_is_looked_at_too() -> None:
    hourly = {"start": "2026-11-03T22:00", "end": "2026-11-03T22:20", "timezone": "Australia/Lord_Howe"}
    [finding] = warnings(maintenance(**hourly, recurrence="FREQ=HOURLY"))
    assert "is empty in UTC on 2027-" in finding.message


@pytest.mark.parametrize(
    ("start", "is_told"), [("2020-01-01T00:00", True), ("2026-09-01", True), ("2026-10-20T00:00", False)]
)
def test_a_freeze_that_has_been_closing_for_long_and_has_no_end_is_told(start: str, *, is_told: bool) -> None:
    found = warnings(a_freeze(start=start, end=None))
    assert bool(found) is is_told
    if is_told:
        assert (found[0].field, "with no known end" in found[0].message) == ("start", True)


@pytest.mark.parametrize(
    "fields",
    [
        {"start": "2025-01-01T00:00", "end": "2025-01-02T00:00"},
        {"start": "2020-01-01", "end": "2020-01-01", "recurrence": "FREQ=DAILY;COUNT=3"},
        {"start": "2020-01-01", "end": "2020-01-01", "recurrence": "FREQ=WEEKLY;UNTIL=20250101T000000"},
        {"start": "2020-01-01", "end": "2020-01-01", "rdate": ["2024-05-01"]},
    ],
)
def test_a_window_that_has_been_over_for_long_is_told(fields: Fields) -> None:
    [finding] = warnings(a_freeze(**fields))
    assert "has been over since" in finding.message
    assert finding.hint == "Delete it; what was decided by it stays on record."


def test_a_window_that_was_over_lately_is_not_told() -> None:
    assert warnings(a_freeze(start="2026-01-01T00:00", end="2026-01-02T00:00")) == ()


def test_what_is_over_is_not_reproached_with_its_length() -> None:
    assert warnings(a_freeze(start="2025-12-01", end="2026-10-01")) == ()


@pytest.mark.parametrize(
    ("scope", "because"),
    [
        ({"services": ["paymnet*"]}, "no service is called paymnet*; did you mean payments?"),
        ({"environments": ["prd-*"]}, "no environment is called prd-*"),
        ({"owners": ["squad-*"]}, "no service is owned by squad-*"),
        ({"objectives": ["rev?nues"]}, "no service carries the objective rev?nues; did you mean revenue?"),
        ({"services": ["payments"], "owners": ["team-ledger"]}, "no service of the catalogue fits all that it names"),
        ({"services": ["pay*"], "except": {"owners": ["team-*"]}}, "`except` takes out everything that it names"),
    ],
)
def test_a_scope_that_matches_nothing_in_the_catalogue_is_told(scope: Fields, because: str) -> None:
    [finding] = warnings(a_freeze(scope=scope))
    assert (finding.field, finding.line) == ("scope", 3)
    assert finding.message.startswith(f"stocktaking matches nothing in the catalogue: {because}")


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"services": ["*"]},
        {"kinds": ["no-such-kind"]},
        {"labels": {"pci": "yes"}},
        {"owners": ["team-*"], "objectives": ["rev*"]},
        {"except": {"kinds": ["config"]}},
        {"except": {"labels": {"pci": "yes"}}},
        {"services": ["payments"], "except": {"environments": ["staging"]}},
    ],
)
def test_a_scope_that_may_match_is_not_told(scope: Fields) -> None:
    assert warnings(a_freeze(scope=scope)) == ()


def test_an_excluded_date_on_which_nothing_begins_is_told_with_the_one_that_was_meant() -> None:
    nightly = maintenance(recurrence="FREQ=DAILY", exdate=["2026-12-24T22:00", "2026-12-25T21:00"])
    [finding] = warnings(nightly)
    assert finding.field == "exdate.1"
    assert "does not begin 2026-12-25T21:00, so that leaves out nothing" in finding.message
    assert finding.hint == "It begins 2026-12-25T22:00."


# Windows beside each other.


def test_a_window_that_is_said_twice_is_told_once() -> None:
    [finding] = warnings(a_freeze(), a_freeze(name="again", description="In other words."))
    assert finding.message == "again says the same as stocktaking (calendar/x.yaml:2)"


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ({"start": "2026-11-01T00:00", "end": "2026-11-05T00:00"}, {}),
        ({"start": "2026-11-01T00:00", "end": None}, {}),
        ({"scope": {}}, {"start": "2026-11-02T09:30"}),
        (
            {"start": "2026-11-01T08:00", "end": "2026-11-01T18:00", "recurrence": "FREQ=DAILY"},
            {"recurrence": "FREQ=WEEKLY"},
        ),
        ({"overrun": "stop", "end": "2026-11-02T13:00"}, {"overrun": "finish"}),
        ({"recurrence": "FREQ=DAILY;COUNT=20", "end": "2026-11-02T13:00"}, {"recurrence": "FREQ=DAILY;COUNT=20"}),
    ],
)
def test_a_window_within_another_of_its_kind_is_shadowed(wide: Fields, narrow: Fields) -> None:
    [finding] = warnings(a_freeze(name="wide", **wide), a_freeze(name="narrow", **narrow))
    assert finding.message.startswith("narrow is shadowed by wide (calendar/x.yaml:2)")


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ({"start": "2026-11-02T10:00", "end": "2026-11-02T13:00"}, {}),
        ({"scope": PAYMENTS, "end": "2026-11-02T13:00"}, {}),
        ({"scope": {"except": {"services": ["payments"]}}, "end": "2026-11-02T13:00"}, {}),
        ({"overrun": "finish", "end": "2026-11-02T13:00"}, {"overrun": "stop"}),
        ({"end": "2026-11-02T13:00", "kind": "Advisory"}, {}),
        ({"recurrence": "FREQ=DAILY;COUNT=20", "end": "2026-11-02T13:00"}, {"recurrence": "FREQ=DAILY"}),
        ({"recurrence": "FREQ=DAILY;COUNT=20", "end": "2026-11-02T13:00"}, {"recurrence": "FREQ=DAILY;COUNT=21"}),
        ({"recurrence": "FREQ=WEEKLY", "end": "2026-11-02T13:00"}, {"recurrence": "FREQ=DAILY"}),
    ],
)
def test_a_window_that_adds_something_is_not_shadowed(wide: Fields, narrow: Fields) -> None:
    assert warnings(a_freeze(name="wide", **wide), a_freeze(name="narrow", **narrow)) == ()


def test_maintenance_that_always_lies_in_a_freeze_never_opens() -> None:
    found = warnings(
        a_freeze(start="2026-11-06T17:00", end="2026-11-09T08:00", recurrence="FREQ=WEEKLY"),
        maintenance(start="2026-11-08T06:00", end="2026-11-08T14:00", recurrence="FREQ=WEEKLY"),
    )
    [message] = [finding.message for finding in found]
    assert message.startswith("nights never opens: it lies within the freeze stocktaking (calendar/x.yaml:2) each time")


@pytest.mark.parametrize(
    ("freeze", "opening", "part"),
    [
        ({"start": "2026-11-03T23:00", "end": "2026-11-06T00:00"}, {}, "part of its opening at 2026-11-03T22:00"),
        ({"start": "2026-11-01", "end": "2026-11-20"}, {}, "never opens"),
        (
            {"start": "2026-12-18", "end": "2027-01-03"},
            {"recurrence": "FREQ=WEEKLY"},
            "all of its opening at 2026-12-22T22:00, and 1 more",
        ),
        (
            {"start": "2026-11-03T23:00", "end": "2026-11-04T04:00", "recurrence": "FREQ=WEEKLY"},
            {"recurrence": "FREQ=WEEKLY"},
            "part of its opening at 2026-11-03T22:00",
        ),
        ({"start": "2026-11-03", "end": "2026-11-05", "scope": {"objectives": ["revenue"]}}, {}, "never opens"),
    ],
)
def test_maintenance_that_a_freeze_takes_is_told(freeze: Fields, opening: Fields, part: str) -> None:
    [finding] = warnings(a_freeze(**freeze), maintenance(**opening))
    assert finding.field == "start"
    assert part in finding.message


def test_a_freeze_that_recurs_may_take_one_opening_of_many_that_is_what_it_is_for() -> None:
    yearly = a_freeze(start="2026-11-03", end="2026-11-05", recurrence="FREQ=YEARLY")
    assert warnings(yearly, maintenance(recurrence="FREQ=WEEKLY")) == ()


def test_a_freeze_of_other_services_takes_nothing() -> None:
    elsewhere = a_freeze(start="2026-11-01", end="2026-11-20", scope={"services": ["ledger"]})
    assert warnings(elsewhere, maintenance()) == ()


def test_maintenance_that_is_over_while_nothing_else_opens_has_closed_its_scope_for_good() -> None:
    over = maintenance(start="2026-10-01T00:00", end="2026-10-02T00:00")
    [finding] = warnings(over)
    assert "no other maintenance window opens to its scope, which is closed for good" in finding.message
    assert warnings(over, maintenance(name="next")) == ()


# Bounds.


def test_warnings_are_told_up_to_a_number_and_errors_are_not_lost_behind_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calendar_lint, "MOST_WARNINGS", 3)
    monkeypatch.setattr(calendar_lint, "MOST_ERRORS", 2)
    many = [a_freeze(name=f"f{number}") for number in range(20)]
    assert len(warnings(*many)) == 3
    bad = [a_freeze(name=f"b{number}", start="2026-11-03", end="2027-11-03") for number in range(5)]
    assert len(errors(*many, *bad)) == 2


@pytest.mark.parametrize("at_ns", [0, -(1 << 70), 1 << 70])
def test_a_commit_of_any_year_is_judged(at_ns: int) -> None:
    policy = a_policy({"calendar/x.yaml": [a_freeze(recurrence="FREQ=DAILY"), maintenance()]})
    windows = [(a_document({}), window) for window in policy.calendar.windows]
    found = calendar_lint.lint(windows, policy.catalogue, policy.settings, at_ns)
    assert isinstance(found.errors or found.warnings, tuple)


def test_findings_come_in_the_order_of_the_files() -> None:
    over = {"start": "2020-01-01T00:00", "end": "2020-01-02T00:00"}
    policy = a_policy({f"calendar/{n}.yaml": [a_freeze(name=f"f{n}", **over)] for n in "cab"})
    assert [finding.path for finding in policy.warnings] == [f"calendar/{n}.yaml" for n in "abc"]
