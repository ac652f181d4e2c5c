"""Which pipelines are which robots: documents of the policy that bind claims of identity tokens to services.

Who may issue tokens at all is no policy, but a setting (`GATE_OIDC_ISSUERS`): whoever gets a file merged must not be
able to name an issuer of their own.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, field_validator

from gate.domain.access import Caller
from gate.domain.accounts import Accounts
from gate.domain.catalogue import Group, Person
from gate.domain.identity import Identity, vouched
from gate.domain.model import Model
from gate.domain.naming import Name

IMMUTABLE: Final = ("repository_id", "project_id", "repository_owner_id", "namespace_id", "enterprise_id")
"""Claims that stay with what they name when it is renamed, and never pass to another: the narrowest first."""

_CHECKED: Final = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti"})
_SHOWN: Final = 5


def _no_pattern(value: object) -> object:
    if isinstance(value, str) and "*" in value:
        msg = f"a robot is bound to what is named, and {value[:100]!r} names nothing: list every one, without *"
        raise ValueError(msg)
    return value


def _some(names: tuple[str, ...]) -> tuple[str, ...]:
    # Not `min_length`: pydantic then says of a list whose only item is wrong that it is too short as well.
    if not names:
        msg = "a robot that is bound to none can ask for nothing: name one"
        raise ValueError(msg)
    return names


def _as_text(value: object) -> object:
    """GitLab writes its ids as texts and so does GitHub; in YAML, who writes 74 means the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


def _matchable(name: str) -> str:
    if name == "sub":
        msg = f"sub is made of names that change hands; match {IMMUTABLE[0]} or {IMMUTABLE[1]}"
        raise ValueError(msg)
    if name in _CHECKED:
        msg = f"{name} is checked for every token, and is nothing to match"
        raise ValueError(msg)
    return name


Exactly = Annotated[Name, BeforeValidator(_no_pattern)]
ClaimName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_./:-]{1,100}$"), AfterValidator(_matchable)]
ClaimValue = Annotated[
    str, BeforeValidator(_no_pattern), BeforeValidator(_as_text), StringConstraints(min_length=1, max_length=500)
]


class Robot(Model):
    """A pipeline that asks with identity tokens of its forge: which tokens, and what they may ask for."""

    kind: Literal["Robot"]
    name: Name
    """The name that is on record for whatever it asks."""
    description: str = ""
    issuer: Annotated[str, StringConstraints(pattern=r"^https?://[^\s*]{1,500}$")]
    """`iss` of its tokens, letter by letter. The gate must be set to trust it."""
    claims: Annotated[dict[ClaimName, ClaimValue], Field(max_length=20)]
    """What a token must say, all of it and exactly. One at least is an id that never passes to another."""
    services: Annotated[tuple[Exactly, ...], Field(max_length=1000), AfterValidator(_some)]
    """What it may ask for, each by its name."""
    environments: Annotated[tuple[Exactly, ...], Field(max_length=100), AfterValidator(_some)]
    """Where into, each by its name. A token with a claim `environment` that is one of these is for that one alone."""
    groups: Annotated[tuple[Exactly, ...], Field(max_length=100)] = ()
    """Groups that it belongs to, beside those that list it."""
    scopes: Annotated[tuple[Literal["submit", "audit"], ...], AfterValidator(_some)] = ("submit",)
    """What it may do, as with API tokens. Reviewing, pressing red buttons and managing are not for pipelines."""
    any_commit: bool = False
    """Whether it may ask for other commits than the one its run is of, as a rollback does."""

    @field_validator("claims")
    @classmethod
    def _bound(cls, claims: dict[str, str]) -> dict[str, str]:
        if not set(IMMUTABLE) & set(claims):
            msg = f"one of {', '.join(IMMUTABLE)} must be matched: whatever else a token says can become another's"
            raise ValueError(msg)
        return claims

    @property
    def anchor(self) -> tuple[str, str, str]:
        """By what it is found: issuer, name and value of the narrowest id that it is bound to."""
        name = next(name for name in IMMUTABLE if name in self.claims)
        return self.issuer, name, self.claims[name]

    def is_in(self, identity: Identity) -> bool:
        """Whether a token says all that is demanded."""
        return self.issuer == identity.issuer and self.claims.items() <= identity.claims.items()

    def demands_more_than(self, other: "Robot") -> bool:
        """Whether it demands all that another one does. Of two that a token shows, it is the one that is meant."""
        return other.claims.items() <= self.claims.items()

    def contradicts(self, other: "Robot") -> bool:
        """Whether no token can show both."""
        return any(other.claims.get(name, value) != value for name, value in self.claims.items())

    def caller(self, identity: Identity, accounts: Accounts) -> Caller:
        """Whoever shows a token of this robot; the accounts tell who set its run off."""
        environment = identity.claims.get("environment")
        return Caller(
            name=self.name,
            permissions=self.scopes,
            services=self.services,
            # A job that runs in one environment of the forge has passed what protects that one, and no other.
            environments=(environment,) if environment in self.environments else self.environments,
            vouched=vouched(identity, self.name, accounts, any_commit=self.any_commit),
        )


class NoRobot(Model):
    """The verdict on a token that shows no robot, or not which one. It tells nothing that the token does not say."""

    reason: str
    hint: str


class Robots:
    """All robots of a revision, found by the ids that they are bound to, however many there are."""

    def __init__(self, robots: Iterable[Robot], people: Iterable[Person] = ()) -> None:
        self.all = tuple(robots)
        self._accounts = Accounts(people)
        self._by_anchor: dict[tuple[str, str, str], list[Robot]] = {}
        for robot in self.all:
            self._by_anchor.setdefault(robot.anchor, []).append(robot)

    def caller(self, identity: Identity) -> "Caller | NoRobot":
        """Who shows a token."""
        shown = self.shown_by(identity)
        return shown if isinstance(shown, NoRobot) else shown.caller(identity, self._accounts)

    def shown_by(self, identity: Identity) -> Robot | NoRobot:
        """The robot that a token shows. Of several, the one that demands all that the others do."""
        ids = [(name, identity.claims[name]) for name in IMMUTABLE if name in identity.claims]
        anchored = (robot for pair in ids for robot in self._by_anchor.get((identity.issuer, *pair), ()))
        shown = [robot for robot in anchored if robot.is_in(identity)]
        if not shown:
            said = ", ".join(f"{name} {value[:100]}" for name, value in ids)
            return NoRobot(
                reason=f"no robot of the policy is bound to this identity token, which says {said or 'no id'}",
                hint="A document of kind Robot in the policy repository binds claims to services and environments.",
            )
        for robot in shown:
            if all(robot.demands_more_than(other) for other in shown):
                return robot
        names = ", ".join(sorted(robot.name for robot in shown)[:_SHOWN])
        return NoRobot(
            reason=f"the identity token shows several robots of the policy, {names}, and none is the most exact",
            hint="Let one of them demand all claims that the others do, and one more.",
        )


def joined(groups: Iterable[Group], robots: Iterable[Robot]) -> Iterator[Group]:
    """The groups, with the robots that say they belong to them."""
    joining: dict[str, list[str]] = {}
    for robot in robots:
        for name in robot.groups:
            joining.setdefault(name, []).append(robot.name)
    for group in groups:
        members = dict.fromkeys([*group.members, *joining.get(group.name, ())])
        yield group.model_copy(update={"members": tuple(members)})
