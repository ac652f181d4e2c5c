"""A forge in memory: pull requests that are opened, pushed to, approved and merged.

number = forge.open("maria", head)
forge.approve(number, "ruth")
forge.merge(number, commit, by="samir")
forge.trouble = RepositoryError("the forge did not answer")
"""

from dataclasses import dataclass, field, replace

from gate.domain.errors import WorldError
from gate.domain.forge_review import ForgeAccount, ForgeApproval, ForgeReview

ISSUER = "https://forge.test"


def account(login: str) -> ForgeAccount:
    """Everybody's number is made of their login, so that policy can name it."""
    return ForgeAccount(issuer=ISSUER, id=f"id-{login}", login=login)


@dataclass(frozen=True)
class PullRequest:
    """One as it stands."""

    head: str
    author: str
    approvals: tuple[ForgeApproval, ...] = ()
    merged_as: str = ""
    merged_by: str = ""


@dataclass
class ForgeSimulator:
    """Implements `ports.Forge`."""

    trouble: WorldError | None = None
    """While it is set, the forge answers with it."""
    asked: list[str] = field(default_factory=list)
    _requests: list[PullRequest] = field(default_factory=list)

    def open(self, author: str, head: str) -> int:
        """A new pull request; its number, from 0."""
        self._requests.append(PullRequest(head, author))
        return len(self._requests) - 1

    def push(self, number: int, head: str) -> None:
        """Another head. What was approved before, was approved of the one before."""
        self._requests[number] = replace(self._requests[number], head=head)

    def approve(self, number: int, by: str) -> None:
        """Of its head as it is now; whatever they approved before is replaced."""
        self.withdraw(number, by)
        request = self._requests[number]
        approval = ForgeApproval(by=account(by), commit=request.head)
        self._requests[number] = replace(request, approvals=(*request.approvals, approval))

    def withdraw(self, number: int, by: str) -> None:
        """Take an approval back."""
        request = self._requests[number]
        kept = tuple(approval for approval in request.approvals if approval.by != account(by))
        self._requests[number] = replace(request, approvals=kept)

    def merge(self, number: int, commit: str, *, by: str) -> None:
        """Let it become this commit of the branch."""
        self._requests[number] = replace(self._requests[number], merged_as=commit, merged_by=by)

    async def review_of(self, commit: str) -> ForgeReview | None:
        if self.trouble is not None:
            raise self.trouble
        self.asked.append(commit)
        for number, request in enumerate(self._requests):
            if request.merged_as == commit:
                return ForgeReview(
                    name=f"#{number}",
                    merged_as=commit,
                    head=request.head,
                    author=account(request.author),
                    merged_by=account(request.merged_by),
                    approvals=request.approvals,
                )
        return None
