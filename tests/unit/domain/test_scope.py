"""Which changes a scope is about."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gate.domain.scope import Scope, Selector, Subject, any_matches, ends_of, is_glob

PAYMENTS = Subject("production", "payments", "deploy", "team-payments", "revenue", {"pci": "yes"})


def scope(**fields: Any) -> Scope:
    return Scope.model_validate(fields)


@pytest.mark.parametrize(
    ("fields", "matches"),
    [
        ({}, True),
        ({"services": ["payments"]}, True),
        ({"services": ["payment"]}, False),
        ({"services": ["Payments"]}, False),
        ({"services": ["pay*"]}, True),
        ({"services": ["*"]}, True),
        ({"services": ["p?yments"]}, True),
        ({"services": ["[pl]a*"]}, True),
        ({"services": ["[!p]*"]}, False),
        ({"services": ["ledger", "payments"]}, True),
        ({"environments": ["production"], "services": ["ledger"]}, False),
        ({"environments": ["prod*"], "services": ["payments"]}, True),
        ({"kinds": ["deploy"]}, True),
        ({"kinds": ["config"]}, False),
        ({"owners": ["team-*"]}, True),
        ({"objectives": ["trust"]}, False),
        ({"labels": {"pci": "yes"}}, True),
        ({"labels": {"pci": "no"}}, False),
        ({"labels": {"gdpr": "yes"}}, False),
    ],
)
def test_every_coordinate_that_is_named_must_match(fields: dict[str, Any], *, matches: bool) -> None:
    assert scope(**fields).matches(PAYMENTS) is matches


@pytest.mark.parametrize(
    ("excluded", "matches"),
    [
        ({"services": ["payments"]}, False),
        ({"services": ["pay*"]}, False),
        ({"services": ["ledger"]}, True),
        ({"services": ["payments"], "kinds": ["config"]}, True),
        ({"services": ["payments"], "kinds": ["deploy"]}, False),
        ({"labels": {"pci": "yes"}}, False),
        ({"labels": {"pci": "no"}}, True),
        ({"environments": ["prod*"]}, False),
        ({"environments": ["staging"]}, True),
        ({"kinds": ["deploy", "config"]}, False),
        ({"kinds": ["config"]}, True),
        ({"owners": ["team-*"]}, False),
        ({"owners": ["team-ledger"]}, True),
        ({"objectives": ["revenue"]}, False),
        ({"objectives": ["trust"]}, True),
    ],
)
def test_an_exclusion_takes_out_what_it_selects(excluded: dict[str, Any], *, matches: bool) -> None:
    assert scope(environments=["production"], **{"except": excluded}).matches(PAYMENTS) is matches


def test_an_empty_exclusion_excludes_nothing_rather_than_everything() -> None:
    assert scope(**{"except": {}}).matches(PAYMENTS)


def test_an_exclusion_adds_nothing() -> None:
    assert not scope(services=["ledger"], **{"except": {"services": ["checkout"]}}).matches(PAYMENTS)


@pytest.mark.parametrize("fields", [{"service": ["payments"]}, {"services": "payments"}, {"except": {"service": []}}])
def test_a_misspelt_coordinate_is_refused_and_does_not_match_everything(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        scope(**fields)


@pytest.mark.parametrize(("pattern", "glob"), [("payments", False), ("pay*", True), ("p?y", True), ("[ab]", True)])
def test_stars_question_marks_and_brackets_make_a_glob(pattern: str, *, glob: bool) -> None:
    assert is_glob(pattern) is glob


@given(st.text(min_size=1, max_size=20).filter(lambda name: not is_glob(name)), st.text(max_size=20))
def test_a_name_that_is_no_glob_matches_itself_alone(pattern: str, name: str) -> None:
    assert any_matches([pattern], pattern)
    assert any_matches([pattern], name) == (pattern == name)


NAMES = st.sampled_from(["a", "b", "ab", "abc", "b-a"])
GLOBS = NAMES | st.sampled_from(["*", "a*", "?", "[!a]*", "*c"])
GLOB_LISTS = st.lists(GLOBS, max_size=3).map(tuple)
SELECTORS = st.builds(Selector, environments=GLOB_LISTS, services=GLOB_LISTS, owners=GLOB_LISTS)
SCOPES = st.builds(
    Scope, environments=GLOB_LISTS, services=GLOB_LISTS, owners=GLOB_LISTS, excluded=st.none() | SELECTORS
)
SUBJECTS = st.builds(Subject, environment=NAMES, service=NAMES, owners=NAMES)


@given(SCOPES, SUBJECTS)
def test_what_an_exclusion_selects_never_matches(any_scope: Scope, subject: Subject) -> None:
    excluded = any_scope.excluded
    if excluded is not None and not excluded.is_empty and excluded.selects(subject):
        assert not any_scope.matches(subject)


@given(GLOBS, NAMES)
def test_what_a_glob_matches_begins_and_ends_as_the_glob_does(glob: str, name: str) -> None:
    beginning, end = ends_of(glob)
    if any_matches([glob], name):
        assert name.startswith(beginning)
        assert name.endswith(end)


@pytest.mark.parametrize(
    ("glob", "ends"),
    [
        ("*", ("", "")),
        ("pay*", ("pay", "")),
        ("*-batch", ("", "-batch")),
        ("pay*-[ab]x?-y", ("pay", "-y")),
        ("a[b", ("a", "b")),
        ("[!]a]z", ("", "z")),
        ("whole", ("whole", "whole")),
    ],
)
def test_the_ends_of_a_glob(glob: str, ends: tuple[str, str]) -> None:
    assert ends_of(glob) == ends


@given(SCOPES, SCOPES, SUBJECTS)
def test_scopes_that_say_the_same_match_the_same(one: Scope, other: Scope, subject: Subject) -> None:
    if one.terms == other.terms:
        assert one == other
        assert one.matches(subject) == other.matches(subject)
