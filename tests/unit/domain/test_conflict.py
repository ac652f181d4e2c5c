"""How changes in flight and in line relate to this one."""

from typing import Any

import pytest

from gate.domain.conflict import (
    conflicts,
    implementer_resource,
    resource_of,
    resources_contended,
    resources_held,
    resources_near,
)
from gate.domain.facts import ConflictFacts
from gate.domain.history import Reservation
from gate.domain.queue import Place
from tests.builders import AT_NS, HOUR, MINUTE, a_change, a_place, a_request, a_reservation
from tests.house import a_policy

POLICY = a_policy()
CATALOGUE = POLICY.catalogue
NAMES = tuple(CATALOGUE.services)


def held_of(service: str, **request: Any) -> tuple[str, ...]:
    return resources_held(CATALOGUE.service(service), a_request(service=service, **request))


def near(service: str, depth: int = 1, **request: Any) -> tuple[str, ...]:
    asked = a_request(service=service, **request)
    return resources_near(CATALOGUE.service(service), asked, CATALOGUE, depth)


def held_by(change: str, service: str, *, state: str = "started", **request: Any) -> Reservation:
    other = a_change(id=change, request=a_request(service=service, **request))
    return a_reservation(other, resources=held_of(service, **request), state=state, until_ns=AT_NS + HOUR)


def found(
    service: str, *others: Reservation | Place, depth: int = 1, **request: Any
) -> list[tuple[str, str, str, int]]:
    upstream, downstream = CATALOGUE.dependencies(service, depth), CATALOGUE.dependents(service, depth)
    asked = a_request(service=service, **request)
    seen = conflicts(CATALOGUE.service(service), asked, upstream, downstream, others)
    return [(conflict.change, conflict.relation, conflict.resource, conflict.distance) for conflict in seen]


def test_a_change_holds_its_service_its_exclusive_resources_and_who_carries_it_out() -> None:
    assert held_of("payments") == ("production/service:payments",)
    assert held_of("checkout") == ("production/exclusive:core-database", "production/service:checkout")
    assert held_of("payments", implementer="jan") == ("implementer:jan", "production/service:payments")


def test_names_of_different_kinds_and_places_are_not_the_same() -> None:
    assert resource_of("core-database", "production") not in held_of("checkout")
    assert not set(held_of("checkout")) & set(held_of("checkout", environment="staging"))
    assert implementer_resource("payments") not in held_of("payments")


def test_a_change_looks_at_what_it_holds_and_at_the_services_around_it() -> None:
    assert near("payments") == tuple(f"production/service:{name}" for name in ("checkout", "ledger", "payments"))
    assert near("payments", 0) == ("production/service:payments",)


@pytest.mark.parametrize("implementer", [None, "jan"])
@pytest.mark.parametrize("environment", ["production", "staging"])
def test_two_changes_that_could_conflict_always_look_at_something_that_the_other_holds(
    environment: str, implementer: str | None
) -> None:
    for one in NAMES:
        for other in NAMES:
            fields: dict[str, Any] = {"environment": environment, "implementer": implementer}
            if found(one, held_by("other", other, **fields), implementer="jan"):
                assert set(near(one, implementer="jan")) & set(held_of(other, **fields))
                assert set(near(other, **fields)) & set(held_of(one, implementer="jan"))


ALL_BUT_ONE = ("exclusive", "depends_on", "dependent", "same_service")


@pytest.mark.parametrize("only_risk", [(), ("depends_on",), ("dependent", "exclusive"), ("same_service",), ALL_BUT_ONE])
def test_whatever_can_stand_in_the_way_is_contended_and_what_only_raises_the_risk_is_not(only_risk: list[str]) -> None:
    process = POLICY.process.model_copy(update={"conflicts": dict.fromkeys(only_risk, "risk")})
    for one in NAMES:
        asked = a_request(service=one, implementer="jan")
        contended = set(resources_contended(CATALOGUE.service(one), asked, CATALOGUE, process))
        for other in NAMES:
            related = found(one, held_by("other", other, implementer="jan"), implementer="jan")
            stands_in_the_way = bool({relation for _, relation, *_ in related} - set(only_risk))
            assert bool(contended & set(held_of(other, implementer="jan"))) >= stands_in_the_way
        assert contended <= set(near(one, implementer="jan"))


@pytest.mark.parametrize(
    ("service", "other", "expected"),
    [
        ("payments", "payments", [("same_service", "", 0)]),
        ("payments", "ledger", [("depends_on", "", 1)]),
        ("payments", "checkout", [("dependent", "", 1)]),
        ("checkout", "ledger", [("exclusive", "core-database", 0)]),
        ("checkout", "checkout", [("same_service", "", 0), ("exclusive", "core-database", 0)]),
        ("payments", "status-page", []),
    ],
)
def test_each_relation_has_its_name(service: str, other: str, expected: list[tuple[str, str, int]]) -> None:
    assert found(service, held_by("chg-1", other)) == [("chg-1", *each) for each in expected]


def test_every_relation_of_one_change_is_told_the_nearest_first() -> None:
    both = held_by("chg-1", "ledger", implementer="jan")
    assert found("checkout", both, depth=2, implementer="jan") == [
        ("chg-1", "exclusive", "core-database", 0),
        ("chg-1", "same_implementer", "jan", 0),
        ("chg-1", "depends_on", "", 2),
    ]


def test_a_person_cannot_do_two_changes_at_once_wherever_they_go() -> None:
    elsewhere = held_by("chg-1", "payments", environment="staging", implementer="jan")
    assert found("payments", elsewhere, implementer="jan") == [("chg-1", "same_implementer", "jan", 0)]
    assert found("payments", elsewhere, implementer="mei") == []
    assert found("payments", elsewhere) == []


def test_conflicts_come_by_change_whatever_order_the_store_has() -> None:
    held = [held_by("chg-2", "payments"), held_by("chg-1", "ledger"), held_by("chg-3", "checkout")]
    assert found("payments", *held) == found("payments", *reversed(held))
    assert [change for change, *_ in found("payments", *held)] == ["chg-1", "chg-2", "chg-3"]


def told_of(other: Reservation | Place) -> ConflictFacts:
    [conflict] = conflicts(CATALOGUE.service("payments"), a_request(), [], [], [other])
    return conflict


def test_a_conflict_says_how_the_other_stands_and_when_it_is_out_of_the_way() -> None:
    assert told_of(held_by("chg-1", "payments")) == ConflictFacts(
        change="chg-1",
        service="payments",
        environment="production",
        relation="same_service",
        resource="",
        distance=0,
        state="started",
        since_ns=AT_NS,
        until_ns=AT_NS + HOUR,
    )


def test_one_that_is_approved_is_out_of_the_way_when_its_approval_lapses() -> None:
    approved = held_by("chg-1", "payments", state="approved").model_copy(update={"lapses_ns": AT_NS + MINUTE})
    assert (told_of(approved).state, told_of(approved).until_ns) == ("approved", AT_NS + MINUTE)


def test_one_in_line_says_since_when_and_nobody_knows_until_when() -> None:
    told = told_of(a_place(a_change(), change_class="emergency", in_line_since_ns=AT_NS - 1))
    assert (told.state, told.until_ns) == ("queued", None)
    assert (told.change_class, told.in_line_since_ns) == ("emergency", AT_NS - 1)


def test_a_conflict_that_was_recorded_before_there_was_a_line_can_still_be_read() -> None:
    recorded = {"change": "chg-1", "service": "payments", "relation": "same_service", "resource": "", "distance": 0}
    for started, state in ((True, "started"), (False, "approved")):
        assert ConflictFacts.model_validate(recorded | {"started": started, "until_ns": AT_NS}).state == state


def test_one_person_is_one_however_the_name_is_spelt() -> None:
    other = held_by("chg_1", "payments", implementer="Jan", environment="staging")
    assert implementer_resource("jan") in other.resources
    [one] = conflicts(CATALOGUE.service("status-page"), a_request(implementer="JAN"), (), (), [other])
    assert (one.relation, one.resource) == ("same_implementer", "JAN")
