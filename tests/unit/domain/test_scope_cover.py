"""Whether a scope is about everything that another is about."""

from typing import Any

import pytest
from hypothesis import given

from gate.domain.scope import Scope, Subject
from gate.domain.scope_cover import covers
from tests.unit.domain.test_scope_index import SCOPES, SUBJECTS


def scope(**fields: Any) -> Scope:
    return Scope.model_validate(fields)


@pytest.mark.parametrize(
    ("wide", "narrow", "is_covered"),
    [
        ({}, {"services": ["payments"]}, True),
        ({"services": ["payments"]}, {}, False),
        ({"services": ["*"]}, {}, True),
        ({"services": ["pay*"]}, {"services": ["payments", "payroll"]}, True),
        ({"services": ["pay*"]}, {"services": ["payments", "ledger"]}, False),
        ({"services": ["p*"]}, {"services": ["pay*"]}, True),
        ({"services": ["pay*"]}, {"services": ["p*"]}, False),
        ({"services": ["*a*"]}, {"services": ["[abc]x"]}, False),
        ({"services": ["[abc]x"]}, {"services": ["[abc]x"]}, True),
        ({"services": ["p?y"]}, {"services": ["pay"]}, True),
        ({"environments": ["production"]}, {"environments": ["production"], "kinds": ["deploy"]}, True),
        ({"labels": {"pci": "yes"}}, {"labels": {"pci": "yes"}}, True),
        ({"labels": {"pci": "yes"}}, {}, False),
        ({"except": {"services": ["ledger"]}}, {"services": ["payments"]}, True),
        ({"except": {"services": ["ledger"]}}, {"services": ["ledger"]}, False),
        ({"except": {"services": ["ledger"]}}, {"services": ["l*"]}, False),
        ({"except": {"services": ["ledger"]}}, {"except": {"services": ["l*"]}}, True),
        ({"except": {"services": ["l*"]}}, {"except": {"services": ["ledger"]}}, False),
        ({"except": {"services": ["ledger"]}}, {"except": {}}, False),
        ({"except": {}}, {"services": ["ledger"]}, True),
    ],
)
def test_what_a_scope_covers(wide: dict[str, Any], narrow: dict[str, Any], *, is_covered: bool) -> None:
    assert covers(scope(**wide), scope(**narrow)) is is_covered


@given(SCOPES, SCOPES, SUBJECTS)
def test_what_is_covered_matches_nothing_else(wide: Scope, narrow: Scope, subject: Subject) -> None:
    if covers(wide, narrow) and narrow.matches(subject):
        assert wide.matches(subject)


@given(SCOPES)
def test_a_scope_covers_itself(any_scope: Scope) -> None:
    assert covers(any_scope, any_scope)
