"""The catalogue: services with owners, dependencies and objectives; environments; groups of people and robots."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from gate.domain.duration import lasting_at_most
from gate.domain.errors import UnknownNameError
from gate.domain.model import Model
from gate.domain.naming import Name, nearest
from gate.domain.scope import Subject
from gate.domain.wall_clock import ZoneName


def _iso_8601(value: object) -> object:
    # A bare 5 would be taken for seconds and 1:30 for an hour and a half: nobody reads them alike.
    if isinstance(value, timedelta) or (isinstance(value, str) and value.startswith("P")):
        return value
    msg = "must be a length of time in ISO 8601, such as PT30M or P5D"
    raise ValueError(msg)


Positive = Annotated[timedelta, BeforeValidator(_iso_8601), lasting_at_most(timedelta(days=366))]
"""A length of time in ISO 8601, such as PT30M or P5D; more than nothing, at most a year."""


class Service(Model):
    """Something that is changed: who owns it, what it carries, what it leans on."""

    kind: Literal["Service"]
    name: Name
    description: str = ""
    owners: Name
    reviewers: Name | None = None
    """The group that reviews; the owners where none is named."""
    tier: Annotated[int, Field(ge=1, le=4)]
    """1 is what the house cannot live without, 4 what nobody misses for a day."""
    objective: Name
    depends_on: tuple[Name, ...] = ()
    exclusive: tuple[Name, ...] = ()
    """Resources that two changes may not work on at once, such as a shared database."""
    environments: tuple[Name, ...] = ()
    """Where it runs; every environment where none is named."""
    labels: dict[str, str] = Field(default_factory=dict)
    timezone: ZoneName = "UTC"
    duration: Positive = timedelta(minutes=30)
    """How long a change of it usually takes."""

    @property
    def reviewing_group(self) -> str:
        """Who reviews its changes."""
        return self.reviewers or self.owners

    def subject(self, environment: str, kind: str, labels: Mapping[str, str] | None = None) -> Subject:
        """What scopes look at in a change of this service, of that kind and with those labels."""
        return Subject(
            environment=environment,
            service=self.name,
            kind=kind,
            owners=self.owners,
            objective=self.objective,
            # What the catalogue says of a service, no caller can talk away, nor a freeze with it.
            labels={**(labels or {}), **self.labels},
        )

    def group(self, reference: str) -> str:
        """The group that a reference names: a name, or `$service.owners`, `$service.reviewers`."""
        return {"$service.owners": self.owners, "$service.reviewers": self.reviewing_group}.get(reference, reference)


class Objective(Model):
    """A business objective that services carry; risks are tied to it."""

    kind: Literal["Objective"]
    name: Name
    description: str
    appetite: Literal["none", "low", "moderate", "high"] = "low"
    """How much risk the business takes with it."""


class Group(Model):
    """People and robots who review or grant together."""

    kind: Literal["Group"]
    name: Name
    description: str = ""
    members: tuple[Name, ...]
    limit: Annotated[int, Field(ge=1, le=1000)] | None = None
    """So many changes may wait for it before others are asked instead, where policy names any; as many as there are
    where nothing is said."""
    claim: Annotated[str, StringConstraints(max_length=500)] = ""
    """What the provider must say, too, of a member who signs in and answers for the group: a value of its groups claim.
    Where nothing is set, being a member is enough."""


class Account(Model):
    """Somebody's account at a forge, by the number that stays when its login is changed or becomes another's."""

    issuer: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    """`iss` of the identity tokens of the forge."""
    id: Annotated[
        str,
        BeforeValidator(lambda value: str(value) if type(value) is int else value),
        StringConstraints(min_length=1, max_length=100),
    ]
    """`actor_id` of GitHub, `user_id` of GitLab."""


class Person(Model):
    """Somebody who acts, and the e-mail addresses and accounts under which git and forges know them."""

    kind: Literal["Person"]
    name: Name
    emails: tuple[str, ...] = ()
    accounts: Annotated[tuple[Account, ...], Field(max_length=100)] = ()
    robot: bool = False


class Environment(Model):
    """Where changes go."""

    description: str = ""
    production: bool = False
    when_stale: Literal["refuse", "allow"] = "refuse"
    """What happens when the policy could not be confirmed against its repository for longer than `staleness`."""


class Neighbour(Model):
    """A service that another one depends on, or that depends on it."""

    service: str
    tier: int
    distance: int


class Catalogue:
    """Services, groups, people, objectives and environments of a revision, with the dependency graph both ways."""

    def __init__(
        self,
        services: Iterable[Service],
        groups: Iterable[Group],
        people: Iterable[Person],
        objectives: Iterable[Objective],
        environments: Mapping[str, Environment],
    ) -> None:
        self.services = {service.name: service for service in services}
        self.groups = {group.name: group for group in groups}
        self.people = {person.name: person for person in people}
        self.objectives = {objective.name: objective for objective in objectives}
        self.environments = dict(environments)
        self._walked: dict[tuple[str, str, int], list[Neighbour]] = {}

    def service(self, name: str) -> Service:
        """The service of that name. UnknownNameError with the nearest names."""
        if (found := self.services.get(name)) is not None:
            return found
        raise UnknownNameError(
            f"no service is called {name!r}{nearest(name, self.services)}",
            hint="Services are files under services/ of the policy repository; `gate policy show` lists them.",
            field="service",
        )

    def service_in(self, name: str, environment: str) -> Service:
        """The service of that name, if it runs in that environment. UnknownNameError for either, and if it does not."""
        service = self.service(name)
        self.environment(environment)
        if service.environments and environment not in service.environments:
            raise UnknownNameError(
                f"{service.name} does not run in {environment}",
                hint=f"It runs in {', '.join(service.environments)}; see services/ of the policy repository.",
                field="environment",
            )
        return service

    def environment(self, name: str) -> Environment:
        """The environment of that name. UnknownNameError with the nearest names."""
        if (found := self.environments.get(name)) is not None:
            return found
        raise UnknownNameError(
            f"no environment is called {name!r}{nearest(name, self.environments)}",
            hint="Environments are listed in gate.yaml of the policy repository.",
            field="environment",
        )

    def dependencies(self, name: str, depth: int) -> list[Neighbour]:
        """What a service leans on, nearest first, to the given depth."""
        return self._near("dependencies", name, depth, lambda service: self.services[service].depends_on)

    def dependents(self, name: str, depth: int) -> list[Neighbour]:
        """What leans on a service, nearest first, to the given depth."""
        return self._near("dependents", name, depth, lambda service: self._dependents.get(service, ()))

    def members(self, group: str) -> tuple[str, ...]:
        """Who is in a group; nobody in one that nobody defined."""
        return self.groups[group].members if group in self.groups else ()

    def groups_of(self, person: str) -> tuple[str, ...]:
        """The groups that somebody is in."""
        return tuple(group.name for group in self.groups.values() if person in group.members)

    def person(self, name: str) -> Person:
        """The person of that name; whoever is in a group needs no document of their own. UnknownNameError."""
        if (found := self.people.get(name)) is not None:
            return found
        if name in self._grouped:
            return Person(kind="Person", name=name)
        raise UnknownNameError(
            f"nobody is called {name!r}{nearest(name, {*self.people, *self._grouped})}",
            hint="People are listed in groups.yaml of the policy repository.",
        )

    def is_robot(self, name: str) -> bool:
        """Whether the catalogue says that this is a robot; of whom it knows nothing, it says nothing."""
        return name in self.people and self.people[name].robot

    def person_of(self, email: str) -> Person | None:
        """Whose e-mail address this is."""
        return self._by_email.get(email.lower())

    def person_with(self, issuer: str, account: str) -> Person | None:
        """Whose account at a forge or a provider this is."""
        return self._by_account.get((issuer, account))

    @cached_property
    def _dependents(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for service in self.services.values():
            for dependency in service.depends_on:
                found.setdefault(dependency, []).append(service.name)
        return {name: tuple(sorted(names)) for name, names in found.items()}

    @cached_property
    def _grouped(self) -> frozenset[str]:
        return frozenset(member for group in self.groups.values() for member in group.members)

    @cached_property
    def _by_email(self) -> dict[str, Person]:
        return {email.lower(): person for person in self.people.values() for email in person.emails}

    @cached_property
    def _by_account(self) -> dict[tuple[str, str], Person]:
        return {(each.issuer, each.id): person for person in self.people.values() for each in person.accounts}

    def _near(self, way: str, name: str, depth: int, edges: Callable[[str], tuple[str, ...]]) -> list[Neighbour]:
        # Walked once for each service: a decision asks three times, and nothing moves within a revision.
        key = (way, name, depth)
        if (known := self._walked.get(key)) is None:
            known = self._walked[key] = self._walk(name, depth, edges)
        return known

    def _walk(self, name: str, depth: int, edges: Callable[[str], tuple[str, ...]]) -> list[Neighbour]:
        found: dict[str, Neighbour] = {}
        frontier = [name]
        for distance in range(1, depth + 1):
            reached = dict.fromkeys(n for origin in frontier for n in edges(origin))
            frontier = [n for n in reached if n != name and n not in found and n in self.services]
            found |= {n: Neighbour(service=n, tier=self.services[n].tier, distance=distance) for n in frontier}
        return list(found.values())
