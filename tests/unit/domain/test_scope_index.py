"""Finding what concerns a change without looking at what concerns others."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.scope import Scope, Selector, Subject
from gate.domain.scope_index import Filing, ScopeIndex

PAYMENTS = Subject("production", "payments", "deploy", "team-payments", "revenue", {"pci": "yes"})


def scope(**fields: Any) -> Scope:
    return Scope.model_validate(fields)


NAMES = st.sampled_from(["a", "b", "ab", "abc", "b-a"])
GLOBS = NAMES | st.sampled_from(["*", "a*", "?", "[!a]*", "*c", "a*c", "b-[a-c]"])
GLOB_LISTS = st.lists(GLOBS, max_size=3).map(tuple)
LABELS = st.dictionaries(st.sampled_from(["x", "y"]), GLOBS | st.just(""), max_size=2)
SELECTORS = st.builds(
    Selector, environments=GLOB_LISTS, services=GLOB_LISTS, owners=GLOB_LISTS, kinds=GLOB_LISTS, labels=LABELS
)
SCOPES = st.builds(
    Scope,
    environments=GLOB_LISTS,
    services=GLOB_LISTS,
    owners=GLOB_LISTS,
    objectives=GLOB_LISTS,
    labels=LABELS,
    excluded=st.none() | SELECTORS,
)
SUBJECTS = st.builds(
    Subject,
    environment=NAMES,
    service=NAMES,
    owners=NAMES,
    kind=NAMES,
    objective=NAMES,
    labels=st.dictionaries(st.sampled_from(["x", "y", "z"]), NAMES, max_size=3),
)


@given(st.lists(SCOPES, max_size=20), SUBJECTS)
def test_the_index_finds_what_trying_every_scope_finds_each_once_and_in_order(
    scopes: list[Scope], subject: Subject
) -> None:
    index = ScopeIndex((any_scope, number) for number, any_scope in enumerate(scopes))
    expected = [number for number, any_scope in enumerate(scopes) if any_scope.matches(subject)]
    assert index.matching(subject) == expected
    assert (index.first(subject) in expected) if expected else (index.first(subject) is None)


def test_what_names_a_service_twice_is_found_once() -> None:
    assert ScopeIndex([(scope(services=["payments", "payments", "pay*"]), "mine")]).matching(PAYMENTS) == ["mine"]


class Untouchable(Scope):
    """Belongs to others, and is not even looked at for payments."""

    def matches(self, subject: Subject) -> bool:
        raise AssertionError(f"{self} was asked about {subject.service}")


@pytest.mark.parametrize(
    "others",
    [
        [Untouchable(services=(f"service-{number}",)) for number in range(100)],
        [Untouchable(services=(f"service-{number}*",)) for number in range(100)],
        [Untouchable(services=(f"*-{number}",)) for number in range(100)],
        [Untouchable(environments=("production",), owners=(f"team-{number}",)) for number in range(100)],
        [Untouchable(services=("*",), labels={"cell": f"c{number}"}) for number in range(100)],
        [Untouchable(environments=("staging",))] * 100,
        [Untouchable(environments=("production",), kinds=(f"kind-{number}",)) for number in range(100)],
        [Untouchable(environments=("production",), objectives=(f"goal-{number}",)) for number in range(100)],
    ],
)
def test_what_names_others_is_not_even_looked_at(others: list[Scope]) -> None:
    mine = [scope(services=["payments"]), scope(environments=["production"])]
    index = ScopeIndex([*((other, "other") for other in others), *((each, "mine") for each in mine)])
    assert index.matching(PAYMENTS) == ["mine", "mine"]


def test_a_scope_that_many_have_is_looked_at_once() -> None:
    asked = []

    class Counted(Scope):
        def matches(self, subject: Subject) -> bool:
            asked.append(subject)
            return super().matches(subject)

    index = ScopeIndex((Counted(services=("pay*",)), number) for number in range(100))
    assert len(index.matching(PAYMENTS)) == 100
    assert len(asked) == 1


def test_of_what_a_scope_names_it_is_filed_under_what_fewest_others_name() -> None:
    crowd = [scope(services=["payments"], labels={"pci": "yes"}) for _ in range(3)]
    one = scope(services=["payments"], labels={"pci": "yes"}, owners=["team-payments"])
    filing = Filing([*crowd, one])
    assert filing.places_of(one) == (("owners", "is", "team-payments"),)
    assert filing.places_of(crowd[0]) == (("services", "is", "payments"),)


def test_the_one_that_stands_for_all_does_not_depend_on_where_it_is_filed() -> None:
    scopes = [(scope(services=["pay*"]), "a"), (scope(services=["payments"]), "b"), (scope(), "c")]
    assert ScopeIndex(scopes).first(PAYMENTS) == "a"
