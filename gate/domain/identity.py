"""What an issuer of identity tokens says of a pipeline, once it is verified, and what no request may gainsay.

Reading and verifying a token happens in the oidc adapter; which robot of the policy it is, in `robots`. The names of
claims are those that GitHub and GitLab document (GitHub, "OpenID Connect reference"; GitLab, "OpenID Connect (OIDC)
Authentication Using ID Tokens"). `sub` is never looked at: it is made of names, which change, and in ways that changed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gate.domain.accounts import Accounts
from gate.domain.change import ChangeRequest
from gate.domain.errors import ForbiddenError, UnauthenticatedError
from gate.domain.model import Model


class Identity(Model):
    """A verified identity token. Claims that are texts, whole numbers or truth values are told, as texts."""

    issuer: str
    jti: str
    """The id of the token, which no other one of the issuer has."""
    expires_at_ns: int
    claims: Mapping[str, str]

    @property
    def digest(self) -> str:
        """What this token is remembered by, so that it is used for one thing only."""
        return hashlib.sha256(json.dumps([self.issuer, self.jti]).encode()).hexdigest()


class Unverified(Model):
    """The verdict on a token that is not believed. Why is for whoever operates the gate, never for whoever asks."""

    reason: str


class Vouched(Model):
    """What the token of a pipeline says of its requests. Where a request says otherwise, the token is believed."""

    token: str
    """The digest of the token."""
    expires_at_ns: int
    robot: str
    """The name of the robot, which is no author."""
    requester: str | None = None
    """Who set the run off; the robot itself, where that is nobody whom the gate could name."""
    run: str = ""
    commit: str | None = None
    """The commit that the run is of; None if the robot may ask for others, or nothing is said."""

    def settled(self, request: ChangeRequest) -> ChangeRequest:
        """The request with what the token says in it. ForbiddenError if it is for another commit.

        Requester and run are replaced without a word: a run can then neither be asked for twice under two names, nor be
        taken for another's. A commit is not, because whoever asks would deploy one and have the approval of another.
        An author whom the request names stays, because the token does not know who wrote a commit. That takes nothing
        away: the requester is a maker of the change all the same.
        """
        if self.commit is not None and request.commit != self.commit:
            raise ForbiddenError(
                f"the request is for commit {request.commit[:12]}, but the identity token is of a run of another one",
                hint="Ask for the commit that the run is of, or let the robot have `any_commit` in the policy.",
            )
        said: dict[str, str] = {"run": self.run} if self.run else {}
        if self.requester is not None:
            said["requester"] = self.requester
            if request.author is None and self.requester != self.robot:
                said["author"] = self.requester
        return request.model_copy(update=said)


@dataclass(frozen=True, slots=True)
class _Forge:
    """Where a forge says what."""

    known_by: str
    login: str
    account: str
    """The number behind the login."""
    run: tuple[str, ...]
    """The word that names the forge, and the claims that name a run of it, as `gate check` does."""

    def run_in(self, claims: Mapping[str, str]) -> str:
        word, *names = self.run
        values = [claims.get(name, "") for name in names]
        return "-".join([word, *values]) if all(values) else ""


_FORGES: Final = (
    _Forge(known_by="repository_id", login="actor", account="actor_id", run=("github", "run_id", "run_attempt")),
    _Forge(known_by="project_id", login="user_login", account="user_id", run=("gitlab", "pipeline_id")),
)


def vouched(identity: Identity, robot: str, accounts: Accounts, *, any_commit: bool) -> Vouched:
    """What a token says of the requests of a robot. Of a forge that is not known here, it says nothing of them."""
    token = {"token": identity.digest, "expires_at_ns": identity.expires_at_ns, "robot": robot}
    claims = identity.claims
    forge = next((one for one in _FORGES if one.known_by in claims), None)
    if forge is None:
        return Vouched.model_validate(token)
    number, login = (claims.get(name, "") for name in (forge.account, forge.login))
    return Vouched.model_validate(
        token
        | {
            "requester": accounts.person(identity.issuer, number, login) or robot,
            "run": forge.run_in(claims)[:200],
            "commit": None if any_commit else claims.get("sha"),
        }
    )


def is_identity_token(text: str) -> bool:
    """Whether this has the form of a signed token (RFC 7515, 3.1: three parts, apart by dots). No API token has."""
    return text.count(".") == 2  # noqa: PLR2004 -- as cited


def refusal() -> UnauthenticatedError:
    """The one answer to every identity token that is not believed: it tells nobody what was wrong with it."""
    return UnauthenticatedError(
        "the identity token is not accepted",
        hint="It must be fresh, of an issuer that the gate trusts, and for the gate's own audience; see its log.",
    )
