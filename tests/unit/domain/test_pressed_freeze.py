"""A pressed freeze: when it holds, for whom, and what it must say."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from gate.domain.errors import UnknownNameError
from gate.domain.instant import to_ns
from gate.domain.proposal import proposal_of
from gate.domain.red_button import (
    MOST_GLOBS,
    MOST_PATTERNS,
    FreezeRequest,
    FreezeState,
    PressedFreeze,
    Thaw,
    demand_known,
    literal_names,
    windows_of,
)
from gate.domain.scope import Scope, Subject
from tests.builders import AT_NS, HOUR, MINUTE, a_pressed_freeze
from tests.house import a_policy

PAYMENTS = Subject(environment="production", service="payments", owners="team-payments", labels={"tier": "1"})
THAW = Thaw(by="ruth", at_ns=AT_NS + MINUTE, reason="it is out now")


@pytest.mark.parametrize(
    ("freeze", "at_ns", "state"),
    [
        (a_pressed_freeze(), AT_NS, "pressed"),
        (a_pressed_freeze(), AT_NS + 1000 * HOUR, "pressed"),
        (a_pressed_freeze(until_ns=AT_NS + HOUR), AT_NS + HOUR - 1, "pressed"),
        (a_pressed_freeze(until_ns=AT_NS + HOUR), AT_NS + HOUR, "ended"),
        (a_pressed_freeze(thaw=THAW), AT_NS, "thawed"),
        (a_pressed_freeze(thaw=THAW, until_ns=AT_NS + HOUR), AT_NS + HOUR, "thawed"),
    ],
)
def test_it_holds_until_its_end_or_until_it_is_thawed(freeze: PressedFreeze, at_ns: int, state: FreezeState) -> None:
    assert freeze.state_at(at_ns) == state


def test_as_a_window_it_lasts_whole_seconds_and_no_less_than_was_pressed() -> None:
    window = a_pressed_freeze(until_ns=AT_NS + HOUR + 1).as_window()
    assert (str(window.start), str(window.end)) == ("2026-11-02 10:00:00", "2026-11-02 11:00:01")
    assert a_pressed_freeze().as_window().end is None


def test_as_a_window_its_end_is_none_where_no_calendar_may_say_it() -> None:
    last_second = to_ns(datetime(2200, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC))
    freeze = a_pressed_freeze(until_ns=last_second)
    assert freeze.as_window().end is None
    assert "\nend:" not in proposal_of(freeze).text


def test_policy_sees_it_as_a_freeze_that_says_by_whom_why_and_for_which_incident() -> None:
    freeze = a_pressed_freeze(incident="INC-1", overrun="stop", reason="card payments fail")
    window = freeze.window_at(AT_NS + HOUR)
    assert (window.kind, window.name, window.description) == ("freeze", freeze.id, "card payments fail")
    assert (window.start_ns, window.end_ns, window.overrun) == (AT_NS, None, "stop")
    assert (window.pressed_by, window.incident) == ("ruth", "INC-1")


def test_to_a_clock_that_is_behind_it_is_no_freeze_that_is_still_to_come() -> None:
    window = a_pressed_freeze().window_at(AT_NS - HOUR)
    assert window.start_ns == AT_NS - HOUR


@pytest.mark.parametrize(
    ("scope", "holds"),
    [
        ({}, 1),
        ({"services": ["pay*"]}, 1),
        ({"services": ["ledger"]}, 0),
        ({"environments": ["production"], "owners": ["team-payments"]}, 1),
        ({"environments": ["staging"]}, 0),
        ({"labels": {"tier": "1"}}, 1),
        ({"except": {"services": ["payments"]}}, 0),
        ({"services": ["*"], "except": {"environments": ["staging"]}}, 1),
    ],
)
def test_it_holds_for_what_its_scope_matches(scope: dict[str, Any], holds: int) -> None:
    assert len(windows_of([a_pressed_freeze(scope=scope)], PAYMENTS, AT_NS)) == holds


def test_what_does_not_hold_any_more_is_not_seen() -> None:
    over = [a_pressed_freeze(thaw=THAW), a_pressed_freeze(until_ns=AT_NS)]
    assert windows_of(over, PAYMENTS, AT_NS) == ()


# What it must say


@pytest.mark.parametrize("reason", ["card payments fail", "  a b c  ", "żółw ☃ 😀 burns", "x " * 500])
def test_a_reason_is_three_words_on_one_line(reason: str) -> None:
    assert a_pressed_freeze(reason=reason).reason == reason


@pytest.mark.parametrize(
    "reason",
    ["", "fire", "it burns", "it is\non fire", "it is \x1b[31mred", "it is \u202eon fire", "it is \ud800", "x " * 501],
)
def test_a_reason_that_says_little_or_that_hides_something_is_refused(reason: str) -> None:
    with pytest.raises(ValidationError):
        a_pressed_freeze(reason=reason)


@pytest.mark.parametrize(
    "scope",
    [
        {"services": [f"s-{number}" for number in range(MOST_PATTERNS + 1)]},
        {"services": ["a"], "except": {"owners": [f"s-{number}" for number in range(MOST_PATTERNS)]}},
        {"services": [f"s-{number}-*" for number in range(MOST_GLOBS + 1)]},
        {"labels": {f"name-{number}": "*" for number in range(MOST_GLOBS + 1)}},
        {"services": ["pay\nments"]},
        {"services": [""]},
        {"labels": {"\x00": "x"}},
        {"sevices": ["payments"]},
    ],
)
def test_a_scope_that_no_decision_could_look_at_quickly_or_nobody_can_read_is_refused(scope: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_pressed_freeze(scope=scope)


def test_a_scope_at_the_limits_is_taken() -> None:
    names = [f"s-{number}" for number in range(MOST_PATTERNS - MOST_GLOBS)]
    a_pressed_freeze(scope={"services": names, "kinds": [f"k-{number}-*" for number in range(MOST_GLOBS)]})


WANTED = {"scope": {}, "reason": "something is on fire"}
OTHERS = [{"reason": "another good reason"}, {"until_ns": AT_NS + 1}, {"scope": {"kinds": ["x"]}}, {"overrun": "stop"}]


def test_a_press_is_the_same_if_all_that_is_wanted_is() -> None:
    assert a_pressed_freeze().asks_the_same(FreezeRequest.model_validate(WANTED))


@pytest.mark.parametrize("other", OTHERS)
def test_a_press_is_another_if_one_thing_is(other: dict[str, Any]) -> None:
    assert not a_pressed_freeze().asks_the_same(FreezeRequest.model_validate(WANTED | other))


# Names that nobody has freeze nothing


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"environments": ["production", "stag*"], "services": ["payments", "*"]},
        {"owners": ["team-*"], "objectives": ["revenue"]},
        {"kinds": ["whatever"], "labels": {"what": "ever"}},
        {"except": {"services": ["status-page"]}},
    ],
)
def test_names_that_the_catalogue_knows_are_taken(scope: dict[str, Any]) -> None:
    demand_known(Scope.model_validate(scope), a_policy().catalogue)


@pytest.mark.parametrize(
    ("scope", "field", "meant"),
    [
        ({"services": ["paymets"]}, "scope.services", "payments"),
        ({"environments": ["prod"]}, "scope.environments", "production"),
        ({"services": ["payments", "x*"]}, "scope.services", "names none of the services"),
        ({"owners": ["team-payment"]}, "scope.owners", "team-payments"),
        ({"objectives": ["revenu"]}, "scope.objectives", "revenue"),
        ({"except": {"services": ["status-pages"]}}, "scope.services", "status-page"),
    ],
)
def test_a_name_that_nobody_has_is_refused_with_what_was_probably_meant(
    scope: dict[str, Any], field: str, meant: str
) -> None:
    with pytest.raises(UnknownNameError, match=meant) as caught:
        demand_known(Scope.model_validate(scope), a_policy().catalogue)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("patterns", "names"), [((), None), (("a", "b", "a"), ("a", "b")), (("a", "b*"), None), (("*",), None)]
)
def test_names_are_literal_only_if_all_of_them_are(patterns: tuple[str, ...], names: tuple[str, ...] | None) -> None:
    assert literal_names(patterns) == names
