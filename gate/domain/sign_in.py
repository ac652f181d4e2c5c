"""Somebody who signs in for the pages: what their provider says of them, and which person of the policy that is.

Asking the provider and verifying what it says happens in the oidc adapter.
"""

from gate.domain.catalogue import Catalogue
from gate.domain.model import Model


class Asked(Model):
    """What was asked of the provider, as the browser brings it back: the answer must fit it (OpenID Connect Core, 3.1).

    `state` ties the answer to the browser, `nonce` the identity token to the question, `verifier` the code to the gate
    that asked (RFC 7636).
    """

    state: str
    nonce: str
    verifier: str


class Visitor(Model):
    """What the provider says of somebody, verified."""

    issuer: str
    account: str
    """What it calls them; never another's."""
    email: str | None = None
    """Their address, if the provider has seen that it is theirs."""
    groups: tuple[str, ...] = ()
    """The groups that it says they are in."""


class NoPerson(Model):
    """The verdict on a visitor whom the policy does not name."""

    reason: str
    hint: str


class SignedIn(Model):
    """A visitor whom the policy names."""

    person: str
    groups_claimed: tuple[str, ...] = ()
    """The groups of the policy that have a claim which the provider made of them."""


def signed_in(visitor: Visitor, catalogue: Catalogue) -> SignedIn | NoPerson:
    """The person of the policy, and their groups that the provider vouches for."""
    person = person_of(visitor, catalogue)
    if isinstance(person, NoPerson):
        return person
    groups = [group.name for group in catalogue.groups.values() if group.claim and group.claim in visitor.groups]
    return SignedIn(person=person, groups_claimed=tuple(groups))


def person_of(visitor: Visitor, catalogue: Catalogue) -> str | NoPerson:
    """The person of the policy: by account where the policy names it, or else by a verified e-mail address.

    A person who has an account there is that account alone. Whoever is given their address later, an heir of the
    mailbox, say, is somebody else.
    """
    holder = catalogue.person_with(visitor.issuer, visitor.account)
    if holder is None and visitor.email is not None:
        found = catalogue.person_of(visitor.email)
        is_another = found is not None and any(account.issuer == visitor.issuer for account in found.accounts)
        holder = None if is_another else found
    if holder is None:
        return NoPerson(
            reason=f"no person of the policy has account {visitor.account} at {visitor.issuer}"
            + (f", or the address {visitor.email}" if visitor.email else "; it vouches for no e-mail address"),
            hint="Have it added to your `Person` in groups.yaml of the policy, under `accounts` or `emails`.",
        )
    if holder.robot:
        return NoPerson(reason=f"{holder.name} is a robot; people sign in", hint="Sign in with an account of your own.")
    return holder.name
