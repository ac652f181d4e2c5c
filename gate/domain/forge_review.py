"""A review on a forge, as evidence of who granted a bypass: who approved what was merged, as it was merged."""

from collections.abc import Iterable, Mapping

from gate.domain.catalogue import Person
from gate.domain.model import Model
from gate.domain.proof import Shown

_SHORT = 12


class ForgeAccount(Model):
    """Somebody at a forge."""

    issuer: str
    """`iss` of the forge's identity tokens."""
    id: str
    """The number that stays when the login is changed or becomes another's."""
    login: str
    """For people to read."""


class ForgeApproval(Model):
    """An approval that stands: it was neither withdrawn nor dismissed."""

    by: ForgeAccount
    commit: str
    """The head that they looked at."""


class ForgeReview(Model):
    """A pull request that was merged."""

    name: str
    """As the forge calls it, such as `#12`."""
    merged_as: str
    """The commit that it became on the branch."""
    head: str
    """The last commit that it had."""
    author: ForgeAccount
    merged_by: ForgeAccount | None
    approvals: tuple[ForgeApproval, ...]


def shown_by(review: ForgeReview | None, commit: str, people: Iterable[Person]) -> Shown:
    """Whom the review of a commit shows to have granted what it brought.

    Only accounts that policy names are anybody's: on many a forge anybody may review, under whatever login is free.
    """
    if review is None or review.merged_as != commit:
        return Shown(lacks=f"commit {commit[:_SHORT]} is not what a pull request was merged as")
    holders = {(account.issuer, account.id): person.name for person in people for account in person.accounts}
    last = [approval.by for approval in review.approvals if approval.commit == review.head]
    others = [account for account in last if (account.issuer, account.id) != (review.author.issuer, review.author.id)]
    known = {holders[key] for account in others if (key := (account.issuer, account.id)) in holders}
    return Shown(by=tuple(sorted(known))) if known else Shown(lacks=_lacks(review, others, holders))


def _lacks(review: ForgeReview, others: list[ForgeAccount], holders: Mapping[tuple[str, str], str]) -> str:
    if others:
        logins = ", ".join(sorted(account.login for account in others))
        return f"pull request {review.name} was approved by {logins}, whose accounts are nobody's in groups.yaml"
    merged = f", and merged by {review.merged_by.login}" if review.merged_by else ""
    older = sorted({holders.get((each.by.issuer, each.by.id), each.by.login) for each in review.approvals})
    before = f"; what {', '.join(older)} approved was another" if older else ""
    return f"pull request {review.name} was approved by nobody else at its head {review.head[:_SHORT]}{before}{merged}"
