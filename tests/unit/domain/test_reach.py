"""Which windows may hold for a service or an environment, before there is a change to ask about."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.errors import UnknownNameError
from gate.domain.reach import Known, Reach
from gate.domain.scope import Scope, Subject
from tests.house import a_policy

CATALOGUE = a_policy().catalogue
PAYMENTS = Known.of(CATALOGUE, "payments", "production")


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({}, Reach.ALWAYS),
        ({"environments": ["prod*"], "services": ["payments", "ledger"]}, Reach.ALWAYS),
        ({"environments": ["staging"]}, Reach.NEVER),
        ({"owners": ["team-payments"], "objectives": ["revenue"]}, Reach.ALWAYS),
        ({"owners": ["team-ledger"]}, Reach.NEVER),
        # what only the change will say
        ({"kinds": ["migration"]}, Reach.SOMETIMES),
        ({"labels": {"risky": "yes"}}, Reach.SOMETIMES),
        ({"kinds": ["*"], "labels": {"risky": "*"}}, Reach.ALWAYS),
        ({"kinds": ["migration"], "services": ["ledger"]}, Reach.NEVER),
        # exceptions
        ({"except": {"services": ["payments"]}}, Reach.NEVER),
        ({"except": {"services": ["ledger"]}}, Reach.ALWAYS),
        ({"except": {"services": ["payments"], "kinds": ["config"]}}, Reach.SOMETIMES),
        ({"except": {"services": ["ledger"], "kinds": ["config"]}}, Reach.ALWAYS),
        ({"except": {}}, Reach.ALWAYS),
    ],
)
def test_a_window_reaches_a_service_as_far_as_it_is_known(scope: dict[str, object], expected: Reach) -> None:
    assert PAYMENTS.within(Scope.model_validate(scope)) is expected


def test_what_is_not_asked_for_may_be_anything() -> None:
    anything, production = Known(), Known.of(CATALOGUE, None, "production")
    scope = Scope(environments=("production",), services=("payments",))
    assert (anything.within(scope), production.within(scope)) == (Reach.SOMETIMES, Reach.SOMETIMES)
    assert Known.of(CATALOGUE, None, "staging").within(scope) is Reach.NEVER
    assert anything.within(Scope()) is Reach.ALWAYS


@pytest.mark.parametrize(("service", "environment"), [("payment", None), (None, "prod"), ("payments", "prod")])
def test_a_name_that_nobody_knows_is_refused_with_the_nearest(service: str | None, environment: str | None) -> None:
    with pytest.raises(UnknownNameError) as refused:
        Known.of(CATALOGUE, service, environment)
    assert "did you mean" in refused.value.message


GLOBS = st.lists(st.sampled_from(["a", "b", "a*", "*"]), max_size=2)
SELECTORS = st.fixed_dictionaries(
    {"environments": GLOBS, "services": GLOBS, "kinds": GLOBS, "labels": st.dictionaries(st.just("x"), st.just("a"))}
)


@given(SELECTORS, SELECTORS, st.sampled_from([None, "a", "b"]), st.sampled_from([None, "a", "b"]))
def test_never_and_always_are_true_of_every_change(
    selector: dict[str, object], excluded: dict[str, object], environment: str | None, service: str | None
) -> None:
    scope = Scope.model_validate(selector | {"except": excluded})
    reach = Known(environment, service).within(scope)
    matched = {
        scope.matches(Subject(environment=env, service=name, kind=kind, labels=labels))
        for env, name, kind, labels in product(
            [environment] if environment else ["a", "b"],
            [service] if service else ["a", "b"],
            ["a", "b", "c"],
            [{}, {"x": "a"}, {"x": "b"}],
        )
    }
    assert reach is not Reach.NEVER or matched == {False}
    assert reach is not Reach.ALWAYS or matched == {True}
