"""The way back to the policy repository in memory, and the ways in which it can fail."""

import asyncio
from dataclasses import dataclass, field

from gate.domain.errors import WorldError
from gate.domain.proposal import Proposal


@dataclass
class ProposalsSimulator:
    """Implements `ports.Proposals`."""

    branches: dict[str, tuple[str, Proposal]] = field(default_factory=dict)
    """Branch → the revision that it was written on, and what it brings."""
    trouble: Exception | None = None
    """While it is set, nothing can be pushed."""
    hangs: bool = False
    """While it is set, the remote does not answer at all."""
    tried: int = 0

    async def propose(self, proposal: Proposal, revision: str) -> None:
        self.tried += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.trouble is not None:
            raise self.trouble
        self.branches.setdefault(proposal.branch, (revision, proposal))


REMOTE_AWAY = WorldError("git push failed: it was told to")
