"""What a policy is compared with: the bypasses that were there where it branched off, so that the others are news."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gate.domain.bypass import Bypass
from gate.domain.errors import CallerError, PolicyRejectedError
from gate.domain.policy_set import PolicySet
from gate.interfaces.cli.assembly import Assembly
from gate.interfaces.cli.git import Checkout, GitFailedError, git
from gate.interfaces.cli.policy_place import PolicyPlace

_IN_FORCE: Final = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
"""What the branch in force is called, where nobody says: the first of these that there is."""
_HINT: Final = "Name the branch in force with --base, and fetch its history (in a pipeline: with full depth)."


@dataclass(frozen=True, slots=True)
class PolicyBase:
    """Where a policy branched off."""

    place: PolicyPlace
    named: str | None
    """As the command line names the branch in force; None: the usual ones are looked for."""

    def news(self, policy: PolicySet, assembly: Assembly) -> list[Bypass]:
        """The bypasses of a policy that were not there before, or not so. CallerError where that cannot be known.

        Outside of a repository nothing is news, unless a base is named.
        """
        if not policy.bypasses:
            return []
        before = self._before(assembly)
        return [] if before is None else [each for each in policy.bypasses if before.get(each.id) != each]

    def _before(self, assembly: Assembly) -> Mapping[str, Bypass] | None:
        repository, folder = self.place.path, self.place.folder
        if self.place.revision is None:
            looked_at = repository / folder
            try:
                top = git(looked_at, "rev-parse", "--show-toplevel").strip()
            except GitFailedError:
                if self.named is not None:
                    raise
                return None
            repository, folder = Path(top), git(looked_at, "rev-parse", "--show-prefix").strip().rstrip("/")
        base = self._commit(Checkout(repository))
        try:
            policy = assembly.read_revision(repository.resolve(), base, folder)
        except PolicyRejectedError:
            return {}  # there was no policy, or none that could be in force
        return {bypass.id: bypass for bypass in policy.bypasses}

    def _commit(self, checkout: Checkout) -> str:
        """Where what is looked at left the branch in force."""
        head = checkout.commit_id(self.place.revision or "HEAD")
        base = checkout.commit_id(self.named) if self.named is not None else self._usual(checkout, head)
        try:
            return git(checkout.folder, "merge-base", base, head).strip()
        except GitFailedError as error:
            raise CallerError(
                f"nobody can see where {head[:12]} left {base[:12]}, nor so which bypasses are new",
                hint=_HINT,
            ) from error

    def _usual(self, checkout: Checkout, head: str) -> str:
        for name in _IN_FORCE:
            try:
                return checkout.commit_id(name)
            except GitFailedError:
                continue
        return head
