"""The policy repository as `gate.ports.PolicySource`: git on worker threads, so that no request ever waits for it."""

import asyncio
from pathlib import Path

from gate.adapters.policy_repo.address import Address
from gate.adapters.policy_repo.git import DEFAULT_PATH, Access, Git, GitError, GitTimedOutError, Limits
from gate.adapters.policy_repo.mirror import Mirror
from gate.adapters.policy_repo.origins import Origins
from gate.adapters.policy_repo.proposals import GitProposals
from gate.adapters.policy_repo.reading import BYPASSES, PolicyReader
from gate.adapters.policy_repo.signatures import Signatures
from gate.adapters.policy_repo.tree import CommitSnapshot
from gate.domain.policy_set import PolicySet


class GitPolicySource:
    """Commit ids in, policy sets out, through a mirror in a state folder that several gates may share."""

    def __init__(
        self,
        address: Address,
        state: Path,
        *,
        access: Access | None = None,
        limits: Limits | None = None,
        allow_rewind: bool = False,
        path: str = DEFAULT_PATH,
    ) -> None:
        """`allow_rewind`: follow a branch whose rewritten history no longer holds the last good revision."""
        state = state.absolute()
        home = state / "home"
        home.mkdir(parents=True, exist_ok=True)
        self._git = Git(home, access=access, limits=limits, path=path)
        self._mirror = Mirror(address, state, self._git, allow_rewind=allow_rewind)
        self._origins = Origins(self._mirror, f"{address.folder}/{BYPASSES}".lstrip("/"))
        self._reader = PolicyReader()
        self._signatures = Signatures(self._mirror)

    async def fetch(self) -> str:
        """Look at the branch now: the commit id at its tip. RepositoryError."""
        return await asyncio.to_thread(self._mirror.fetch)

    async def load(self, revision: str) -> PolicySet:
        """The policy set at a commit id that was fetched once. PolicyRejectedError, RepositoryError."""
        return await asyncio.to_thread(self._load, revision)

    async def keep(self, revision: str) -> None:
        """Remember this revision as the last good one, across restarts. RepositoryError."""
        await asyncio.to_thread(self._mirror.keep, revision)

    async def last_good(self) -> str | None:
        """The revision kept last, None on the first start."""
        return await asyncio.to_thread(self._mirror.last_good)

    def proposals(self) -> GitProposals:
        """The way back: branches pushed to the same repository."""
        return GitProposals(self._mirror)

    def close(self) -> None:
        """End every git command at once; whoever waits for one gets a RepositoryError."""
        self._git.close()

    def _load(self, revision: str) -> PolicySet:
        try:
            return self._read(revision)
        except GitTimedOutError:
            raise
        except GitError:
            # What is in the mirror was whole when it came; if it is no longer, it can be fetched again.
            if not self._mirror.mend():
                raise
            return self._read(revision)

    def _read(self, revision: str) -> PolicySet:
        return self._signatures.shown(self._reader.read(CommitSnapshot(self._mirror, revision, self._origins)))
