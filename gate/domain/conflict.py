"""How changes in flight and in line relate to this one: pure graph and set work. What a relation means, policy says."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from gate.domain.catalogue import Catalogue, Neighbour, Service
from gate.domain.change import ChangeRequest
from gate.domain.facts import ConflictFacts
from gate.domain.history import Reservation
from gate.domain.process import Process, Relation
from gate.domain.queue import Place

_NEAREST_FIRST: Final[dict[Relation, int]] = {
    "same_service": 0,
    "exclusive": 1,
    "same_implementer": 2,
    "depends_on": 3,
    "dependent": 4,
}


def resource_of(service: str, environment: str) -> str:
    """The resource that every change of a service into an environment holds."""
    return f"{environment}/service:{service}"


def exclusive_resource(name: str, environment: str) -> str:
    """An exclusive resource of the catalogue, which every environment has one of."""
    return f"{environment}/exclusive:{name}"


def implementer_resource(name: str) -> str:
    """Whoever carries a change out. There is one of each person, whatever the environment, and however spelt."""
    return f"implementer:{name.lower()}"


def resources_held(service: Service, request: ChangeRequest) -> tuple[str, ...]:
    """What the change holds while it is in flight, sorted: its service, the exclusive resources, its implementer."""
    held = {resource_of(service.name, request.environment), *_exclusive(service, request.environment)}
    return tuple(sorted(held | set(_implementer(request))))


def resources_near(service: Service, request: ChangeRequest, catalogue: Catalogue, depth: int) -> tuple[str, ...]:
    """What a change must look at to see every conflict: its own resources and the services around it, sorted."""
    around = [*catalogue.dependencies(service.name, depth), *catalogue.dependents(service.name, depth)]
    near = {resource_of(neighbour.service, request.environment) for neighbour in around}
    return tuple(sorted({*resources_held(service, request), *near}))


def resources_contended(
    service: Service, request: ChangeRequest, catalogue: Catalogue, process: Process
) -> tuple[str, ...]:
    """Those of the resources near whose holder can make this change wait or fail, sorted.

    A relation of which the process says nothing can stand in the way: it is for Rego to say, so it must not be missed.
    """
    depth, environment = process.dependency_depth, request.environment
    by_relation: dict[Relation, list[str]] = {
        "same_service": [resource_of(service.name, environment)],
        "exclusive": _exclusive(service, environment),
        "same_implementer": _implementer(request),
        "depends_on": [resource_of(n.service, environment) for n in catalogue.dependencies(service.name, depth)],
        "dependent": [resource_of(n.service, environment) for n in catalogue.dependents(service.name, depth)],
    }
    found = {r for relation, names in by_relation.items() if process.conflicts.get(relation) != "risk" for r in names}
    return tuple(sorted(found))


def _exclusive(service: Service, environment: str) -> list[str]:
    return [exclusive_resource(name, environment) for name in service.exclusive]


def _implementer(request: ChangeRequest) -> list[str]:
    return [] if request.implementer is None else [implementer_resource(request.implementer)]


def conflicts(
    service: Service,
    request: ChangeRequest,
    dependencies: Iterable[Neighbour],
    dependents: Iterable[Neighbour],
    others: Iterable[Reservation | Place],
) -> tuple[ConflictFacts, ...]:
    """One conflict for each other change and relation: by change id, the nearest relation first."""
    upstream = {neighbour.service: neighbour.distance for neighbour in dependencies}
    downstream = {neighbour.service: neighbour.distance for neighbour in dependents}
    found: list[ConflictFacts] = []
    for other in others:
        if other.environment == request.environment:
            if other.service == service.name:
                found.append(_conflict(other, "same_service"))
            if other.service in upstream:
                found.append(_conflict(other, "depends_on", distance=upstream[other.service]))
            if other.service in downstream:
                found.append(_conflict(other, "dependent", distance=downstream[other.service]))
        found += [_conflict(other, relation, resource=name) for relation, name in _shared(service, request, other)]
    return tuple(sorted(found, key=lambda c: (c.change, _NEAREST_FIRST[c.relation], c.resource)))


def _shared(service: Service, request: ChangeRequest, other: Reservation | Place) -> Iterator[tuple[Relation, str]]:
    held = set(other.resources)
    for name in service.exclusive:
        if exclusive_resource(name, request.environment) in held:
            yield "exclusive", name
    if request.implementer is not None and implementer_resource(request.implementer) in held:
        yield "same_implementer", request.implementer


def _conflict(
    other: Reservation | Place, relation: Relation, *, resource: str = "", distance: int = 0
) -> ConflictFacts:
    return ConflictFacts(
        change=other.change,
        service=other.service,
        environment=other.environment,
        relation=relation,
        resource=resource,
        distance=distance,
        **(_in_line(other) if isinstance(other, Place) else _in_flight(other)),
    )


def _in_line(other: Place) -> dict[str, Any]:
    return {
        "state": "queued",
        "change_class": other.change_class,
        "in_line_since_ns": other.in_line_since_ns,
        "since_ns": other.start_ns,
        "until_ns": None,
    }


def _in_flight(other: Reservation) -> dict[str, Any]:
    return {"state": other.state, "since_ns": other.since_ns, "until_ns": other.lapses_ns}
