"""Where policy comes from and goes back to, and what judges by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gate.domain.assessment import Assessment
from gate.domain.bundle import Bundle
from gate.domain.facts import Facts
from gate.domain.finding import Finding
from gate.domain.forge_review import ForgeReview
from gate.domain.policy_set import PolicySet
from gate.domain.proposal import Proposal


class PolicySource(Protocol):
    """The policy repository: commit ids in, policy sets out."""

    async def fetch(self) -> str:
        """Look at the branch now: the commit id at its tip. RepositoryError if the repository does not answer."""

    async def load(self, revision: str) -> PolicySet:
        """The policy set at a commit id. PolicyRejectedError, RepositoryError."""

    async def keep(self, revision: str) -> None:
        """Remember this revision as the last good one, across restarts."""

    async def last_good(self) -> str | None:
        """The revision kept last, None on the first start."""


class Proposals(Protocol):
    """The way back to the policy repository: branches that somebody may merge."""

    async def propose(self, proposal: Proposal, revision: str) -> None:
        """See to it that the branch is there, with the file in one commit on top of a revision that was loaded.

        A branch of that name that is there already, of whatever content, is left as it is. RepositoryError.
        """


class Forge(Protocol):
    """GitHub, GitLab: where pull requests for the policy repository are reviewed and merged."""

    async def review_of(self, commit: str) -> ForgeReview | None:
        """The pull request that a commit of the branch came from; None if it came from none.

        Approvals are those that stand, each with the head that it was given for. RepositoryError, in bounded time.
        """


@dataclass(frozen=True, slots=True)
class RegoTest:
    """One `test_` rule and how it went."""

    name: str
    path: str
    passed: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What the engine is and which revision it judges at."""

    kind: str
    version: str
    revision: str | None
    restarts: int = 0


class PolicyEngine(Protocol):
    """Real OPA, wherever it runs."""

    async def prepare(self, bundle: Bundle) -> Sequence[Finding]:
        """Compile a revision beside the active one. Findings mean it was refused; none, that `assess` may name it."""

    async def run_tests(self, revision: str) -> Sequence[RegoTest]:
        """Run every `test_` rule of a prepared revision."""

    async def activate(self, revision: str) -> None:
        """Serve this prepared revision from now on; let go of others once their questions in flight are answered."""

    async def discard(self, revision: str) -> None:
        """Let go of a prepared revision that will not become active."""

    async def assess(self, facts: Facts) -> Assessment:
        """Judge facts at `facts.revision`, active or prepared. EngineError, AssessmentError; never a default."""

    def status(self) -> EngineStatus:
        """What is serving."""

    async def close(self) -> None:
        """Stop whatever was started."""
