"""How changes in flight relate to this one: pure graph and set work. What a relation means is for policy to say."""

from collections.abc import Iterable

from gate.domain.catalogue import Catalogue, Neighbour, Service
from gate.domain.facts import ConflictFacts
from gate.domain.history import Reservation
from gate.domain.process import Process, Relation


def resource_of(service: str) -> str:
    """The resource that every change of a service holds."""
    return f"service:{service}"


def resources_held(service: Service) -> tuple[str, ...]:
    """What a change of this service holds while it is in flight, sorted: its service and the exclusive resources."""
    return tuple(sorted({resource_of(service.name), *(f"exclusive:{name}" for name in service.exclusive)}))


def resources_near(service: Service, catalogue: Catalogue, depth: int) -> tuple[str, ...]:
    """What a change must look at to see every conflict: its own resources and the services around it, sorted."""
    around = [*catalogue.dependencies(service.name, depth), *catalogue.dependents(service.name, depth)]
    return tuple(sorted({*resources_held(service), *(resource_of(neighbour.service) for neighbour in around)}))


def resources_contended(service: Service, catalogue: Catalogue, process: Process) -> tuple[str, ...]:
    """Those of the resources near whose holder can make this change wait or fail, sorted.

    A relation of which the process says nothing can stand in the way: it is for Rego to say, so it must not be missed.
    """
    depth = process.dependency_depth
    by_relation: dict[Relation, list[str]] = {
        "same_service": [resource_of(service.name)],
        "exclusive": [f"exclusive:{name}" for name in service.exclusive],
        "depends_on": [resource_of(near.service) for near in catalogue.dependencies(service.name, depth)],
        "dependent": [resource_of(near.service) for near in catalogue.dependents(service.name, depth)],
    }
    found = {r for relation, names in by_relation.items() if process.conflicts.get(relation) != "risk" for r in names}
    return tuple(sorted(found))


def conflicts(
    service: Service,
    dependencies: Iterable[Neighbour],
    dependents: Iterable[Neighbour],
    reservations: Iterable[Reservation],
) -> tuple[ConflictFacts, ...]:
    """One conflict for each reservation and relation, by change id, then relation."""
    upstream = {neighbour.service: neighbour.distance for neighbour in dependencies}
    downstream = {neighbour.service: neighbour.distance for neighbour in dependents}
    found: list[ConflictFacts] = []
    for reservation in reservations:
        other = reservation.service
        if other == service.name:
            found.append(_conflict(reservation, "same_service"))
            continue
        if other in upstream:
            found.append(_conflict(reservation, "depends_on", distance=upstream[other]))
        if other in downstream:
            found.append(_conflict(reservation, "dependent", distance=downstream[other]))
        shared = [name for name in service.exclusive if f"exclusive:{name}" in reservation.resources]
        found += [_conflict(reservation, "exclusive", resource=name) for name in sorted(shared)]
    return tuple(sorted(found, key=lambda conflict: (conflict.change, conflict.relation, conflict.resource)))


def _conflict(reservation: Reservation, relation: Relation, *, resource: str = "", distance: int = 0) -> ConflictFacts:
    return ConflictFacts(
        change=reservation.change,
        service=reservation.service,
        relation=relation,
        resource=resource,
        distance=distance,
        started=reservation.started,
        until_ns=reservation.until_ns,
    )
