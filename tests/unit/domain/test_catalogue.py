"""The catalogue: found by name, and the dependency graph both ways."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gate.domain.catalogue import Catalogue, Environment, Group, Person, Service
from gate.domain.errors import UnknownNameError


def service(name: str, *depends_on: str, **fields: Any) -> Service:
    usual = {"kind": "Service", "name": name, "owners": "team", "tier": 2, "objective": "revenue"}
    return Service.model_validate(usual | {"depends_on": depends_on} | fields)


def catalogue(*services: Service, people: tuple[Person, ...] = ()) -> Catalogue:
    return Catalogue(services, [], people, [], {"production": Environment(), "staging": Environment()})


def near(neighbours: list[Any]) -> list[tuple[str, int]]:
    return [(neighbour.service, neighbour.distance) for neighbour in neighbours]


CHAIN = catalogue(service("web", "api"), service("api", "db", "queue"), service("db"), service("queue", "db"))


def test_a_service_that_nobody_knows_is_answered_with_the_nearest_names() -> None:
    with pytest.raises(UnknownNameError, match=r"no service is called 'quene'; did you mean queue\?") as caught:
        CHAIN.service("quene")
    assert (caught.value.field, bool(caught.value.hint)) == ("service", True)


def test_an_environment_that_nobody_knows_is_answered_with_the_nearest_names() -> None:
    with pytest.raises(UnknownNameError, match=r"no environment is called 'prod'; did you mean production\?") as caught:
        CHAIN.environment("prod")
    assert caught.value.field == "environment"


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (0, []),
        (1, [("api", 1)]),
        (2, [("api", 1), ("db", 2), ("queue", 2)]),
        (5, [("api", 1), ("db", 2), ("queue", 2)]),
    ],
)
def test_dependencies_come_nearest_first_to_the_depth(depth: int, expected: list[tuple[str, int]]) -> None:
    assert near(CHAIN.dependencies("web", depth)) == expected


@pytest.mark.parametrize(
    ("depth", "expected"), [(1, [("api", 1), ("queue", 1)]), (2, [("api", 1), ("queue", 1), ("web", 2)])]
)
def test_dependents_are_the_same_graph_backwards(depth: int, expected: list[tuple[str, int]]) -> None:
    assert near(CHAIN.dependents("db", depth)) == expected


def test_a_cycle_ends_and_leaves_the_service_itself_out() -> None:
    ring = catalogue(service("a", "b"), service("b", "c"), service("c", "a"), service("d", "d"))
    assert near(ring.dependencies("a", 5)) == [("b", 1), ("c", 2)]
    assert near(ring.dependents("a", 5)) == [("c", 1), ("b", 2)]
    assert ring.dependencies("d", 5) == []


def test_a_service_reached_on_two_ways_counts_on_the_shorter() -> None:
    assert dict(near(CHAIN.dependencies("api", 5))) == {"db": 1, "queue": 1}


NODES = [f"s{number}" for number in range(7)]
GRAPHS = st.fixed_dictionaries({node: st.sets(st.sampled_from(NODES)) for node in NODES})


def distances(graph: dict[str, set[str]], origin: str, depth: int) -> dict[str, int]:
    """By brute force: the shortest of all walks."""
    found: dict[str, int] = {}
    reached = {origin}
    for distance in range(1, depth + 1):
        reached = {onward for node in reached for onward in graph[node]}
        found |= dict.fromkeys(reached - {origin} - found.keys(), distance)
    return found


@given(GRAPHS, st.sampled_from(NODES), st.integers(0, 5))
def test_the_walk_finds_the_shortest_distances_both_ways(graph: dict[str, set[str]], origin: str, depth: int) -> None:
    built = catalogue(*(service(node, *sorted(onward)) for node, onward in graph.items()))
    backwards = {node: {other for other in NODES if node in graph[other]} for node in NODES}
    assert dict(near(built.dependencies(origin, depth))) == distances(graph, origin, depth)
    assert dict(near(built.dependents(origin, depth))) == distances(backwards, origin, depth)


def test_the_order_of_neighbours_does_not_depend_on_the_order_of_files() -> None:
    services = [service("db"), service("b", "db"), service("a", "db"), service("c", "db")]
    expected = [("a", 1), ("b", 1), ("c", 1)]
    assert near(catalogue(*services).dependents("db", 1)) == expected
    assert near(catalogue(*reversed(services)).dependents("db", 1)) == expected


def test_the_owners_review_where_no_reviewers_are_named() -> None:
    assert service("a").reviewing_group == "team"
    assert service("a", reviewers="experts").reviewing_group == "experts"


def test_a_reference_to_a_group_of_the_service_is_that_group_and_any_other_is_its_name() -> None:
    reviewed = service("a", reviewers="experts")
    assert [reviewed.group(name) for name in ("$service.owners", "$service.reviewers", "dba")] == [
        "team",
        "experts",
        "dba",
    ]
    assert service("a").group("$service.reviewers") == "team"


def test_an_address_finds_its_person_whatever_its_case() -> None:
    maria = Person(kind="Person", name="maria", emails=("Maria@House.test",))
    people = catalogue(people=(maria,))
    assert people.person_of("maria@house.TEST") == maria
    assert people.person_of("jan@house.test") is None
    assert people.person_of("") is None


@pytest.mark.parametrize(
    "fields",
    [
        {"tier": 0},
        {"tier": 5},
        {"owners": ""},
        {"timezone": "Mars/Olympus"},
        {"duration": "PT0S"},
        {"duration": "P400D"},
        {"duration": 30},
        {"duration": "30"},
        {"duration": "1:30"},
        {"depends_on": ["*"]},
        {"dependson": []},
    ],
)
def test_a_service_that_cannot_be_meant_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        service("a", **fields)


def test_whoever_has_a_document_or_is_in_a_group_is_known() -> None:
    maria = Person(kind="Person", name="maria")
    team = Group(kind="Group", name="team", members=("maria", "jan"))
    people = Catalogue([], [team], [maria], [], {})
    assert people.person("maria") is maria
    assert people.person("jan") == Person(kind="Person", name="jan")
    assert people.members("team") == ("maria", "jan")
    assert people.members("nobody") == ()


def test_a_name_of_nobody_is_answered_with_the_nearest() -> None:
    people = Catalogue([], [Group(kind="Group", name="team", members=("maria",))], [], [], {})
    with pytest.raises(UnknownNameError, match="nobody is called 'mara'; did you mean maria"):
        people.person("mara")
