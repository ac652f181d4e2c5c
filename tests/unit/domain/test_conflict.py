"""How changes in flight relate to this one."""

from typing import Any

import pytest

from gate.domain.conflict import conflicts, resource_of, resources_contended, resources_held, resources_near
from gate.domain.facts import ConflictFacts
from gate.domain.history import Reservation
from tests.builders import AT_NS, HOUR
from tests.house import a_policy

POLICY = a_policy()
CATALOGUE = POLICY.catalogue
PAYMENTS = CATALOGUE.service("payments")
CHECKOUT = CATALOGUE.service("checkout")


def held_by(change: str, service: str, **fields: Any) -> Reservation:
    return Reservation(
        change=change,
        environment="production",
        service=service,
        team=f"team-{service}",
        resources=resources_held(CATALOGUE.service(service)),
        started=fields.get("started", True),
        since_ns=AT_NS,
        until_ns=AT_NS + HOUR,
    )


def found(service: str, *reservations: Reservation, depth: int = 1) -> list[tuple[str, str, str, int]]:
    asking = CATALOGUE.service(service)
    upstream, downstream = CATALOGUE.dependencies(service, depth), CATALOGUE.dependents(service, depth)
    seen = conflicts(asking, upstream, downstream, reservations)
    return [(conflict.change, conflict.relation, conflict.resource, conflict.distance) for conflict in seen]


def test_a_change_holds_its_service_and_its_exclusive_resources() -> None:
    assert resources_held(PAYMENTS) == ("service:payments",)
    assert resources_held(CHECKOUT) == ("exclusive:core-database", "service:checkout")


def test_a_service_and_a_resource_of_one_name_are_not_the_same() -> None:
    assert resource_of("core-database") not in resources_held(CHECKOUT)


def test_a_change_looks_at_what_it_holds_and_at_the_services_around_it() -> None:
    assert resources_near(PAYMENTS, CATALOGUE, 1) == ("service:checkout", "service:ledger", "service:payments")
    assert resources_near(PAYMENTS, CATALOGUE, 0) == ("service:payments",)


def test_two_changes_that_could_conflict_always_look_at_something_that_the_other_holds() -> None:
    for one in CATALOGUE.services.values():
        for other in CATALOGUE.services.values():
            if found(one.name, held_by("other", other.name)):
                assert set(resources_near(one, CATALOGUE, 1)) & set(resources_held(other))
                assert set(resources_near(other, CATALOGUE, 1)) & set(resources_held(one))


@pytest.mark.parametrize("only_risk", [(), ("depends_on",), ("dependent", "exclusive"), ("same_service",)])
def test_whatever_can_stand_in_the_way_is_contended_and_what_only_raises_the_risk_is_not(only_risk: list[str]) -> None:
    process = POLICY.process.model_copy(update={"conflicts": dict.fromkeys(only_risk, "risk")})
    for one in CATALOGUE.services.values():
        contended = set(resources_contended(one, CATALOGUE, process))
        for other in CATALOGUE.services.values():
            relations = {relation for _, relation, *_ in found(one.name, held_by("other", other.name))}
            stands_in_the_way = bool(relations - set(only_risk))
            assert bool(contended & set(resources_held(other))) >= stands_in_the_way
        assert contended <= set(resources_near(one, CATALOGUE, 1))


@pytest.mark.parametrize(
    ("service", "other", "expected"),
    [
        ("payments", "payments", [("same_service", "", 0)]),
        ("payments", "ledger", [("depends_on", "", 1)]),
        ("payments", "checkout", [("dependent", "", 1)]),
        ("checkout", "ledger", [("exclusive", "core-database", 0)]),
        ("checkout", "checkout", [("same_service", "", 0)]),
        ("payments", "status-page", []),
    ],
)
def test_each_relation_has_its_name(service: str, other: str, expected: list[tuple[str, str, int]]) -> None:
    assert found(service, held_by("chg-1", other)) == [("chg-1", *each) for each in expected]


def test_every_relation_of_one_change_is_told() -> None:
    assert found("checkout", held_by("chg-1", "ledger"), depth=2) == [
        ("chg-1", "depends_on", "", 2),
        ("chg-1", "exclusive", "core-database", 0),
    ]


def test_conflicts_come_by_change_whatever_order_the_store_has() -> None:
    held = [held_by("chg-2", "payments"), held_by("chg-1", "ledger"), held_by("chg-3", "checkout")]
    assert found("payments", *held) == found("payments", *reversed(held))
    assert [change for change, *_ in found("payments", *held)] == ["chg-1", "chg-2", "chg-3"]


def test_a_conflict_says_until_when_and_whether_the_other_has_started() -> None:
    [conflict] = conflicts(PAYMENTS, [], [], [held_by("chg-1", "payments", started=False)])
    assert conflict == ConflictFacts(
        change="chg-1",
        service="payments",
        relation="same_service",
        resource="",
        distance=0,
        started=False,
        until_ns=AT_NS + HOUR,
    )
