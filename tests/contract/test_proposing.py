"""What every way back to the policy repository promises: the simulator, and git with a real remote.

What a commit of git looks like is in `tests/adapters/policy_repo/test_proposals`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gate.adapters.policy_repo.address import Address
from gate.adapters.policy_repo.source import GitPolicySource
from gate.domain.errors import WorldError
from gate.domain.proposal import proposal_of
from gate.ports import Proposals
from tests.acceptance.served import SOMEBODY, git
from tests.builders import a_pressed_freeze
from tests.simulators.proposals import REMOTE_AWAY, ProposalsSimulator

pytestmark = pytest.mark.anyio


@dataclass
class Way:
    """A way back, and how to look at what came of it."""

    proposals: Proposals
    revision: str
    text_at: Callable[[str, str], str]
    """Branch and path → what is in the file."""
    branches: Callable[[], set[str]]
    block: Callable[[], object]
    """From then on nothing can be pushed."""


def simulated() -> Way:
    simulator = ProposalsSimulator()
    return Way(
        simulator,
        "a11c" * 10,
        text_at=lambda branch, path: {p.path: p.text for _, p in [simulator.branches[branch]]}[path],
        branches=lambda: set(simulator.branches),
        block=lambda: setattr(simulator, "trouble", REMOTE_AWAY),
    )


async def real(folder: Path) -> Way:
    work, bare = folder / "work", folder / "bare.git"
    work.mkdir()
    (work / "gate.yaml").write_text("kind: Gate\n")
    git(work, "init", "--quiet", "--initial-branch=main")
    git(work, "add", "--all")
    git(work, *SOMEBODY, "commit", "--quiet", "--message=the house")
    git(folder, "clone", "--quiet", "--bare", str(work), str(bare))
    source = GitPolicySource(Address.local(bare, branch="main"), folder / "state")
    return Way(
        source.proposals(),
        await source.fetch(),
        text_at=lambda branch, path: git(bare, "show", f"{branch}:{path}") + "\n",
        branches=lambda: set(git(bare, "for-each-ref", "--format=%(refname:short)").splitlines()) - {"main"},
        block=lambda: bare.rename(folder / "gone.git"),
    )


@pytest.fixture(params=["simulator", "git"])
async def way(request: pytest.FixtureRequest, tmp_path: Path) -> Way:
    return simulated() if request.param == "simulator" else await real(tmp_path)


async def test_a_proposal_becomes_a_branch_with_its_file(way: Way) -> None:
    proposal = proposal_of(a_pressed_freeze(reason="żółw ☃ is burning"))
    await way.proposals.propose(proposal, way.revision)
    assert way.branches() == {proposal.branch}
    assert way.text_at(proposal.branch, proposal.path) == proposal.text


async def test_what_is_proposed_twice_is_there_once(way: Way) -> None:
    proposal = proposal_of(a_pressed_freeze())
    for _ in range(2):
        await way.proposals.propose(proposal, way.revision)
    assert way.branches() == {proposal.branch}


async def test_a_branch_that_is_there_is_left_as_it_is(way: Way) -> None:
    proposal = proposal_of(a_pressed_freeze())
    await way.proposals.propose(proposal, way.revision)
    await way.proposals.propose(proposal.model_copy(update={"text": "kind: Freeze\n"}), way.revision)
    assert way.text_at(proposal.branch, proposal.path) == proposal.text


async def test_a_repository_that_is_away_says_so_and_has_nothing(way: Way) -> None:
    way.block()
    with pytest.raises(WorldError):
        await way.proposals.propose(proposal_of(a_pressed_freeze()), way.revision)
