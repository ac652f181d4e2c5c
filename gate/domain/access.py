"""Who may ask for what. Tokens are made and kept elsewhere; here is what one allows."""

import hashlib
import hmac
import re
from collections.abc import Collection
from typing import Annotated, Final, Literal, Self

from pydantic import Field

from gate.domain.errors import ForbiddenError, UnauthenticatedError, UnknownNameError
from gate.domain.identity import Vouched
from gate.domain.model import Model
from gate.domain.naming import Name
from gate.domain.review import ShownBy
from gate.domain.scope import Glob, Scope, any_matches, is_glob

Permission = Literal["submit", "review", "freeze", "audit", "admin"]
"""`submit` asks for changes, `review` answers pending steps, `freeze` presses and thaws red buttons, `audit` reads
everything, `admin` manages the gate."""

TokenState = Literal["active", "expired", "revoked"]

EVERYTHING: Final[tuple[Permission, ...]] = ("submit", "review", "freeze", "audit", "admin")
ANYBODY: Final = "anonymous"
"""The name of whoever asks an open gate. No token may have it."""
_FORM: Final = re.compile(r"cg_(?P<id>[0-9a-f]{16})_(?P<secret>[A-Za-z0-9_-]{43})")


class Caller(Model):
    """Somebody who asks, as far as the gate can tell, and what they may do."""

    name: str
    permissions: tuple[Permission, ...]
    services: tuple[Glob, ...] = ("*",)
    environments: tuple[Glob, ...] = ("*",)
    person: str | None = None
    """The person of the catalogue whose token it is; None if it is no person's."""
    shown_by: ShownBy = "token"
    """How it is shown who asks: never by a name, which an old token could have, too."""
    vouched: Vouched | None = None
    """What the identity token says that it asks with; None with an API token."""

    @classmethod
    def anybody(cls) -> Self:
        """The caller of an open gate: whoever can reach it may do everything."""
        return cls(name=ANYBODY, permissions=EVERYTHING, shown_by="nobody")

    @property
    def is_anybody(self) -> bool:
        """Whether nobody knows who it is."""
        return self.name == ANYBODY

    @property
    def known_as(self) -> str:
        """Whom the records name."""
        return self.person or self.name

    def answering(self, named: str | None) -> str:
        """The person who answers: as the token shows; on an open gate alone, as they name themselves.

        ForbiddenError; UnknownNameError where an open gate is not told.
        """
        if self.shown_by == "nobody":
            if named is None:
                hint = "Make tokens with `gate token new`: then they show it, and nobody needs to be believed."
                raise UnknownNameError("nothing shows who answers; name the person in `by`", hint=hint, field="by")
            return named
        if named is not None:
            hint = "Leave `by` out; whoever holds a token of a person answers as that person."
            raise ForbiddenError("a token shows who answers, and no body may say otherwise", hint=hint, field="by")
        if self.person is None:
            hint = "Have one made with `gate token new --scope review --person NAME`."
            raise ForbiddenError(f"the token of {self.name} is tied to no person, so it answers nothing", hint=hint)
        return self.person

    def demand_own_name(self, requester: str | None) -> None:
        """ForbiddenError where a person asks in the name of somebody else, whose answer could then be their own."""
        if self.person is not None and requester not in {None, self.person}:
            raise ForbiddenError(
                f"{self.person} asks in the name of {requester}",
                hint="Leave `requester` out, or ask with a token that is no person's.",
                field="requester",
            )

    def demand(self, *permissions: Permission) -> None:
        """ForbiddenError unless the caller has one of these permissions."""
        if not set(permissions) & set(self.permissions):
            raise ForbiddenError(
                f"{self.name} may not do this; it takes the permission {' or '.join(permissions)}",
                hint="Use another token, or have one made with `gate token new --scope`.",
            )

    def concerns(self, service: str, environment: str) -> bool:
        """Whether the caller may have to do with changes of this service into this environment."""
        return any_matches(self.services, service) and any_matches(self.environments, environment)

    @property
    def concerns_everything(self) -> bool:
        """Whether there is no service and no environment that is not the caller's concern."""
        return "*" in self.services and "*" in self.environments

    def demand_change(self, service: str, environment: str) -> None:
        """ForbiddenError unless the caller may have to do with changes of this service into this environment."""
        if not self.concerns(service, environment):
            raise ForbiddenError(
                f"{self.name} may not ask for {service} in {environment}",
                hint=f"Its token is for services {', '.join(self.services)} in {', '.join(self.environments)}.",
            )

    def demand_scope(self, scope: Scope) -> None:
        """ForbiddenError unless everything in the scope is something that the caller may have to do with.

        What a glob of the scope may match is not worked out: a caller for some services names them one by one.
        """
        for what, mine, theirs in (
            ("services", self.services, scope.services),
            ("environments", self.environments, scope.environments),
        ):
            if "*" not in mine and not (theirs and all(_covers(mine, pattern) for pattern in theirs)):
                raise ForbiddenError(
                    f"{self.name} may not freeze or thaw {what} {', '.join(theirs) or 'of every name'}",
                    hint=f"Its token is for {what} {', '.join(mine)}; name such {what} in the scope.",
                )


def _covers(globs: Collection[str], pattern: str) -> bool:
    return pattern in globs if is_glob(pattern) else any_matches(globs, pattern)


class Token(Model):
    """An API token as it is kept: everything but the secret, of which only the digest stays.

    Tokens that have one name after another are one caller, so that a token can be replaced without its holder becoming
    somebody else. At one time there is one that opens: what is on record by that name was asked with that token.
    """

    id: str
    name: Name
    digest: str
    permissions: Annotated[tuple[Permission, ...], Field(min_length=1)]
    services: Annotated[tuple[Glob, ...], Field(min_length=1)] = ("*",)
    environments: Annotated[tuple[Glob, ...], Field(min_length=1)] = ("*",)
    person: Name | None = None
    """The person of the catalogue who answers with it."""
    made_at_ns: int
    expires_at_ns: int | None = None
    revoked_at_ns: int | None = None

    def opens_for(self, secret: str, at_ns: int) -> bool:
        """Whether this is its secret, and it is still worth something. Compared in the same time either way."""
        is_it = hmac.compare_digest(self.digest, digest_of(secret))
        return is_it and self.state_at(at_ns) == "active"

    def state_at(self, at_ns: int) -> TokenState:
        """What it is worth."""
        if self.revoked_at_ns is not None:
            return "revoked"
        return "active" if self.expires_at_ns is None or at_ns < self.expires_at_ns else "expired"

    def caller(self) -> Caller:
        """Whoever holds it."""
        shared = ("name", "permissions", "services", "environments", "person")
        return Caller(**{field: getattr(self, field) for field in shared})


def digest_of(secret: str) -> str:
    """What is kept of a secret. It has 256 random bits, so a plain hash is as good as a slow one."""
    return hashlib.sha256(secret.encode()).hexdigest()


def written(token_id: str, secret: str) -> str:
    """A token as its holder gets it, once. The prefix lets scanners of leaked secrets find it."""
    return f"cg_{token_id}_{secret}"


def read(text: str) -> tuple[str, str]:
    """Identifier and secret of a written token. UnauthenticatedError."""
    if (parts := _FORM.fullmatch(text)) is None:
        raise refusal()
    return parts["id"], parts["secret"]


def refusal() -> UnauthenticatedError:
    """The one answer to every token that does not open: it tells nobody what was wrong with it."""
    return UnauthenticatedError(
        "the token is not accepted", hint="Send `Authorization: Bearer cg_…` with a token made by `gate token new`."
    )
