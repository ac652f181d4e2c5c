"""The policy repository as a port: fetch, load, keep, last good; by commit id throughout."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import pytest

from gate.adapters.policy_repo.listing import PolicyFile
from gate.adapters.policy_repo.mirror import Mirror
from gate.adapters.policy_repo.origins import Origins
from gate.adapters.policy_repo.reading import PolicyReader
from gate.adapters.policy_repo.source import GitPolicySource
from gate.adapters.policy_repo.tree import CommitSnapshot
from gate.domain.errors import PolicyRejectedError, RepositoryError
from gate.ports import PolicySource

if TYPE_CHECKING:
    from tests.adapters.policy_repo.conftest import Upstream

pytestmark = pytest.mark.anyio
SourceOf = Callable[..., GitPolicySource]

SERVICE = "kind: Service\nname: {name}\nowners: payers\ntier: {tier}\nobjective: revenue\n"
BYPASS = (
    "kind: Bypass\nid: friday\nchange: {service: payments, environment: production}\nskip: [freeze]\n"
    "reason: It must go out before the week ends\nticket: T-1\nrequested_by: maria\nexpires: 2026-11-27T20:00:00Z\n"
)


async def test_a_commit_becomes_a_policy_set(upstream: "Upstream", source_of: SourceOf) -> None:
    granted = upstream.commit({"bypasses/friday.yaml": BYPASS}, author="maria@example.org", by="rita@example.org")
    source: PolicySource = source_of(upstream)
    policy = await source.load(await source.fetch())

    assert policy.revision == granted
    assert policy.committed_at_ns == int(upstream.git("log", "-1", "--format=%ct")) * 10**9
    assert policy.documents == 7
    assert policy.catalogue.services.keys() == {"payments"}
    assert policy.modules == {"rego/steps/freeze.rego": "package gate.steps.freeze\n"}
    assert policy.origins["friday"].committer == "rita@example.org"


async def test_policy_may_lie_in_a_folder(upstream: "Upstream", source_of: SourceOf) -> None:
    upstream.write({f"org/policies/{name}": content for name, content in upstream.pack.items()})
    granted = upstream.commit({"org/policies/bypasses/friday.yaml": BYPASS, "gate.yaml": "not: looked at\n"})
    source = source_of(upstream, folder="org/policies")
    policy = await source.load(await source.fetch())

    assert policy.modules.keys() == {"rego/steps/freeze.rego"}
    assert policy.cases == ()
    assert policy.origins["friday"].commit == granted


async def test_a_bad_commit_is_rejected_whole_and_the_last_good_stays(
    upstream: "Upstream", source_of: SourceOf
) -> None:
    source = source_of(upstream)
    good = await source.fetch()
    await source.load(good)
    await source.keep(good)
    upstream.commit({"services/payments.yaml": SERVICE.format(name="payments", tier=9)})

    with pytest.raises(PolicyRejectedError) as rejected:
        await source.load(await source.fetch())
    [finding] = rejected.value.findings
    assert (finding.path, finding.line, finding.field) == ("services/payments.yaml", 4, "tier")
    assert await source.last_good() == good
    assert (await source.load(good)).revision == good


async def test_the_last_good_revision_loads_after_a_restart_without_its_remote(
    upstream: "Upstream", source_of: SourceOf
) -> None:
    source = source_of(upstream)
    good = await source.fetch()
    await source.keep(good)
    upstream.commit({"gate.yaml": "kind: [\n"})
    await source.fetch()
    upstream.folder.rename(upstream.folder.with_name("elsewhere"))

    restarted = source_of(upstream)
    with pytest.raises(RepositoryError):
        await restarted.fetch()
    kept = await restarted.last_good()
    assert kept == good
    assert (await restarted.load(kept)).revision == good


async def test_a_commit_that_arrives_during_a_load_does_not_mix_into_it(
    upstream: "Upstream", mirror_of: Callable[..., Mirror]
) -> None:
    mirror = mirror_of(upstream)

    class Interrupted(CommitSnapshot):
        def contents(self, files: Sequence[PolicyFile]) -> Mapping[str, bytes]:
            upstream.commit(
                {
                    "services/payments.yaml": SERVICE.format(name="payments", tier=4),
                    "services/late.yaml": SERVICE.format(name="late", tier=4),
                    "risk.yaml": None,
                }
            )
            mirror.keep(mirror.fetch())
            return super().contents(files)

    revision = mirror.fetch()
    policy = PolicyReader().read(Interrupted(mirror, revision, Origins(mirror, "bypasses")))

    assert policy.revision == revision
    assert {name: service.tier for name, service in policy.catalogue.services.items()} == {"payments": 1}


async def test_revisions_loaded_at_once_do_not_mix(upstream: "Upstream", source_of: SourceOf) -> None:
    source = source_of(upstream)
    revisions = []
    for tier in (1, 2, 3, 4):
        upstream.commit({"services/payments.yaml": SERVICE.format(name="payments", tier=tier)})
        revisions.append(await source.fetch())

    loaded = await asyncio.gather(*(source.load(revision) for revision in revisions * 2))
    assert [policy.catalogue.services["payments"].tier for policy in loaded] == [1, 2, 3, 4] * 2


async def test_only_what_changed_is_read_again(upstream: "Upstream", mirror_of: Callable[..., Mirror]) -> None:
    mirror = mirror_of(upstream)
    read: list[str] = []

    class Watched(CommitSnapshot):
        def contents(self, files: Sequence[PolicyFile]) -> Mapping[str, bytes]:
            read.extend(file.path for file in files)
            return super().contents(files)

    reader = PolicyReader()
    reader.read(Watched(mirror, mirror.fetch(), Origins(mirror, "bypasses")))
    assert sorted(read) == sorted(upstream.pack)
    read.clear()

    upstream.commit({"services/payments.yaml": SERVICE.format(name="payments", tier=2)})
    policy = reader.read(Watched(mirror, mirror.fetch(), Origins(mirror, "bypasses")))
    assert read == ["services/payments.yaml"]
    assert policy.catalogue.services["payments"].tier == 2


async def test_a_file_copied_to_another_name_is_another_document(upstream: "Upstream", source_of: SourceOf) -> None:
    source = source_of(upstream)
    await source.load(await source.fetch())
    upstream.commit({"services/again.yaml": upstream.pack["services/payments.yaml"]})

    with pytest.raises(PolicyRejectedError) as rejected:
        await source.load(await source.fetch())
    assert "a second Service" in rejected.value.findings[0].message


async def test_a_mirror_that_loses_files_is_fetched_again(upstream: "Upstream", source_of: SourceOf) -> None:
    source = source_of(upstream)
    revision = await source.fetch()
    state = upstream.folder.with_name("state")
    for pack in state.glob("mirror.git/objects/pack/*"):
        pack.unlink()

    assert (await source.load(revision)).revision == revision


async def test_a_closed_source_answers_with_an_error(upstream: "Upstream", source_of: SourceOf) -> None:
    source = source_of(upstream)
    source.close()

    with pytest.raises(RepositoryError, match="closed"):
        await source.fetch()


async def test_no_process_and_no_lock_is_left_behind(upstream: "Upstream", source_of: SourceOf) -> None:
    source = source_of(upstream)
    revision = await source.fetch()
    await source.load(revision)
    await source.keep(revision)
    state = upstream.folder.with_name("state")

    assert sorted(path.name for path in state.iterdir()) == ["home", "mirror.git", "mirror.lock"]
    assert list((state / "home").iterdir()) == []
    assert [path.name for path in state.rglob("*.lock")] == ["mirror.lock"]
