"""A proposal in git: one commit of one file, made of objects alone, by nobody, and without running a thing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gate.adapters.policy_repo.source import GitPolicySource
from gate.domain.calendar import Freeze
from gate.domain.errors import RepositoryError
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.proposal import Proposal, proposal_of
from tests.adapters.policy_repo.conftest import Upstream
from tests.builders import AT_NS, HOUR, a_pressed_freeze

pytestmark = pytest.mark.anyio

SourceOf = Callable[..., GitPolicySource]
FREEZE = a_pressed_freeze(
    scope={"environments": ["production"], "except": {"services": ["status-page"]}},
    reason='everything is on fire: "żółw" # \\ {',
    incident="INC-1",
    overrun="stop",
)


async def pushed(upstream: Upstream, source_of: SourceOf, folder: str = "") -> Proposal:
    """A proposal for what the branch holds."""
    source, proposal = source_of(upstream, folder=folder), proposal_of(FREEZE)
    await source.proposals().propose(proposal, await source.fetch())
    return proposal


async def test_the_commit_is_one_on_top_of_the_revision_and_brings_one_file(
    upstream: Upstream, source_of: SourceOf
) -> None:
    proposal = await pushed(upstream, source_of)
    assert upstream.git("rev-parse", f"{proposal.branch}^") == upstream.tip()
    assert upstream.git("diff", "--name-status", "main", proposal.branch) == f"A\t{proposal.path}"


async def test_in_a_folder_of_the_repository_the_rest_of_it_stays(upstream: Upstream, source_of: SourceOf) -> None:
    upstream.commit({"house/rego/a.rego": "package a\n", "house/calendar/x.yaml": "kind: Freeze\n", "b/c": "d"})
    proposal = await pushed(upstream, source_of, folder="house")
    assert upstream.git("diff", "--name-status", "main", proposal.branch) == f"A\thouse/{proposal.path}"


async def test_a_file_that_bears_the_name_of_the_folder_is_not_replaced(
    upstream: Upstream, source_of: SourceOf
) -> None:
    upstream.commit({"house/calendar": "not a folder"})
    with pytest.raises(RepositoryError, match="calendar of the policy repository is no folder"):
        await pushed(upstream, source_of, folder="house")


async def test_names_that_are_no_text_come_through_unharmed(upstream: Upstream, source_of: SourceOf) -> None:
    blob = upstream.object("blob", b"x")
    listing = upstream.git("ls-tree", "-z", "HEAD").encode().replace(b"\n", b"") + f"100644 blob {blob}\t".encode()
    tree = upstream.git("mktree", "-z", feed=listing + b"\xff\xfe name\0")
    commit = upstream.git("commit-tree", tree, "-p", "HEAD", "-m", "bytes")
    upstream.git("reset", "--soft", commit)
    proposal = await pushed(upstream, source_of)
    assert upstream.git("diff", "--name-status", "main", proposal.branch) == f"A\t{proposal.path}"


async def test_nobody_made_the_commit_and_every_gate_makes_the_same(upstream: Upstream, source_of: SourceOf) -> None:
    proposal = await pushed(upstream, source_of)
    said = upstream.git("log", "-1", "--format=%ae %ce %at %ct", proposal.branch)
    second = AT_NS // NANOSECOND_PER_SECOND
    assert said == f"change-gate@gate.invalid change-gate@gate.invalid {second} {second}"
    first = upstream.git("rev-parse", proposal.branch)
    upstream.git("branch", "--delete", "--force", proposal.branch)
    await pushed(upstream, source_of)
    assert upstream.git("rev-parse", proposal.branch) == first


def traces(folder: Path) -> list[Path]:
    return list(folder.glob("ran-*"))


async def test_no_hook_of_a_repository_on_this_machine_is_run(
    upstream: Upstream, source_of: SourceOf, tmp_path: Path
) -> None:
    for name in ("pre-receive", "update", "post-receive", "post-update", "reference-transaction"):
        hook = upstream.folder / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran-{name}\n")
        hook.chmod(0o755)
    await pushed(upstream, source_of)
    assert not traces(tmp_path)


async def test_a_revision_that_was_never_fetched_is_not_written_on(upstream: Upstream, source_of: SourceOf) -> None:
    source = source_of(upstream)
    await source.fetch()
    with pytest.raises(RepositoryError, match="is not in the mirror"):
        await source.proposals().propose(proposal_of(FREEZE), "ab12" * 10)


async def test_a_branch_that_may_not_be_pushed_says_what_git_said(upstream: Upstream, source_of: SourceOf) -> None:
    upstream.git("config", "receive.denyCreates", "true")
    upstream.git("branch", "gate")  # so that no branch below it can be made
    with pytest.raises(RepositoryError, match="git push failed"):
        await pushed(upstream, source_of)


async def test_the_gate_follows_its_branch_as_before(upstream: Upstream, source_of: SourceOf) -> None:
    await pushed(upstream, source_of)
    assert await source_of(upstream).fetch() == upstream.tip()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"until_ns": AT_NS + HOUR + 1},
        {"until_ns": AT_NS + 1},
        {"scope": {}, "incident": None},
        {"reason": "'\"\\ ${x} {{y}} - : # & * ! | > % @ ` żółw ☃ 😀"},
        {"scope": {"services": ["pay*"], "labels": {"a b": "c: d"}}},
    ],
)
async def test_merged_it_is_a_freeze_of_the_same_name_that_is_no_shorter(
    upstream: Upstream, source_of: SourceOf, fields: dict[str, Any]
) -> None:
    freeze = a_pressed_freeze(**({"reason": "it is on fire", "incident": "INC-1", "overrun": "stop"} | fields))
    source, proposal = source_of(upstream), proposal_of(freeze)
    await source.proposals().propose(proposal, await source.fetch())
    upstream.git("merge", "--quiet", proposal.branch)
    (window,) = (await source.load(await source.fetch())).calendar.windows
    assert isinstance(window, Freeze)
    assert (window.name, window.description, window.overrun) == (freeze.id, freeze.reason, freeze.overrun)
    assert (window.scope, window.incident) == (freeze.scope, freeze.incident)
    span = window.spans.first
    assert span.start_ns <= freeze.pressed_at_ns
    if freeze.until_ns is None:
        assert span.end_ns is None
    else:
        assert span.end_ns is not None
        assert span.end_ns >= freeze.until_ns
