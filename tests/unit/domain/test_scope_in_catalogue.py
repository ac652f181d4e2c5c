"""What a scope can match of all that the catalogue holds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain import scope_in_catalogue
from gate.domain.catalogue import Catalogue, Environment, Service
from gate.domain.scope import Scope, Subject
from gate.domain.scope_in_catalogue import ScopesInCatalogue
from tests.unit.domain.test_scope_index import NAMES, SCOPES

SERVICES = st.lists(
    st.builds(
        Service,
        kind=st.just("Service"),
        name=NAMES,
        owners=NAMES,
        tier=st.just(1),
        objective=NAMES,
        environments=st.lists(st.sampled_from(["a", "b"]), max_size=1).map(tuple),
        labels=st.dictionaries(st.sampled_from(["x", "y"]), NAMES, max_size=1),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda service: service.name,
)


def catalogue(services: list[Service]) -> Catalogue:
    return Catalogue(services, [], [], [], {name: Environment() for name in ("a", "b", "ab")})


def changes(services: list[Service], kind: str, labels: dict[str, str]) -> list[Subject]:
    """Every change of this kind, with these labels, that there can be."""
    return [
        Subject(environment, each.name, kind, each.owners, each.objective, labels | each.labels)
        for each in services
        for environment in ("a", "b", "ab")
        if not each.environments or environment in each.environments
    ]


LABELS = st.dictionaries(st.sampled_from(["x", "y"]), NAMES, max_size=2)


@given(SERVICES, SCOPES, NAMES, LABELS)
def test_what_is_said_to_match_nothing_matches_no_change_at_all(
    services: list[Service], scope: Scope, kind: str, labels: dict[str, str]
) -> None:
    scopes = ScopesInCatalogue(catalogue(services))
    if scopes.nothing_because(scope):
        assert scopes.examples(scope) == ()
        assert not any(scope.matches(change) for change in changes(services, kind, labels))


@given(SERVICES, SCOPES, SCOPES, NAMES, LABELS)
def test_what_is_held_within_matches_no_other_change(
    services: list[Service], wide: Scope, narrow: Scope, kind: str, labels: dict[str, str]
) -> None:
    if ScopesInCatalogue(catalogue(services)).holds_within(narrow, wide):
        assert all(wide.matches(change) for change in changes(services, kind, labels) if narrow.matches(change))


def service(name: str, **fields: Any) -> Service:
    return Service.model_validate(
        {"kind": "Service", "name": name, "owners": "o", "tier": 1, "objective": "g"} | fields
    )


HOUSE = catalogue([service("payments", labels={"pci": "yes"}), service("ledger", environments=["a"])])


@pytest.mark.parametrize(
    ("scope", "because"),
    [
        ({}, ""),
        ({"services": ["led*"], "environments": ["a"]}, ""),
        ({"services": ["led*"], "environments": ["b"]}, "no service of the catalogue fits all that it names"),
        ({"services": ["leg*"]}, "no service is called leg*; did you mean ledger?"),
        ({"labels": {"pci": "no"}, "services": ["payments"]}, "no service of the catalogue fits all that it names"),
        ({"labels": {"pci": "no"}}, ""),
        ({"except": {"services": ["*"]}}, "`except` takes out everything that it names"),
        ({"except": {"services": ["*"], "kinds": ["deploy"]}}, ""),
        ({"except": {"services": ["*"], "environments": ["b", "ab"]}}, ""),
    ],
)
def test_why_a_scope_matches_nothing(scope: dict[str, Any], because: str) -> None:
    assert ScopesInCatalogue(HOUSE).nothing_because(Scope.model_validate(scope)) == because


def test_an_empty_catalogue_says_nothing_of_scopes() -> None:
    assert ScopesInCatalogue(catalogue([])).nothing_because(Scope(services=("payments",))) == ""


def test_examples_are_changes_that_there_can_be() -> None:
    [one, *_] = ScopesInCatalogue(HOUSE).examples(Scope(services=("led*",), kinds=("deploy",)))
    assert (one.environment, one.service, one.kind, one.owners, one.objective) == ("a", "ledger", "deploy", "o", "g")
    assert len(ScopesInCatalogue(HOUSE).examples(Scope())) == 3


def test_whoever_compares_too_many_names_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope_in_catalogue, "_MOST_COMPARED", 1)
    assert ScopesInCatalogue(HOUSE).nothing_because(Scope(services=("*-x",))) == ""
