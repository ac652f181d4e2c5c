"""What a mirror survives: rewritten, renamed, gone and slow remotes, its own damage, and company."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gate.adapters.policy_repo.address import Address
from gate.adapters.policy_repo.git import Access, Limits
from gate.adapters.policy_repo.lock import held
from gate.adapters.policy_repo.mirror import Mirror
from gate.domain.errors import RepositoryError

if TYPE_CHECKING:
    from tests.adapters.policy_repo.conftest import Upstream

MirrorOf = Callable[..., Mirror]


def test_the_first_fetch_brings_the_tip_of_the_branch(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirror = mirror_of(upstream)

    assert mirror.fetch() == upstream.tip()
    assert mirror.has(upstream.tip())


def test_a_new_commit_is_seen_and_the_old_one_stays_readable(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirror = mirror_of(upstream)
    first = mirror.fetch()
    second = upstream.commit({"note.txt": "new"})

    assert mirror.fetch() == second
    assert mirror.has(first)


def test_another_branch_is_not_brought(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    upstream.git("checkout", "--quiet", "-b", "draft")
    draft = upstream.commit({"note.txt": "draft"})
    mirror = mirror_of(upstream)
    mirror.fetch()

    assert not mirror.has(draft)


def test_a_tag_of_the_same_name_is_not_the_branch(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    tip = upstream.tip()
    upstream.git("checkout", "--quiet", "--detach")
    upstream.commit({"note.txt": "tagged"})
    upstream.git("tag", "main")

    assert mirror_of(upstream).fetch() == tip


def test_a_force_push_is_refused_and_the_last_good_stays(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirror = mirror_of(upstream)
    good = upstream.commit({"note.txt": "good"})
    mirror.keep(mirror.fetch())
    upstream.git("reset", "--quiet", "--hard", "HEAD~1")
    upstream.commit({"note.txt": "rewritten"})

    for _ in range(2):
        with pytest.raises(RepositoryError, match="was rewritten") as refused:
            mirror.fetch()
        assert "in its history" in refused.value.hint
    assert mirror.last_good() == good
    assert mirror.has(good)


def test_a_force_push_is_followed_where_a_rewind_is_allowed(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirror = mirror_of(upstream, allow_rewind=True)
    good = upstream.commit({"note.txt": "good"})
    mirror.keep(mirror.fetch())
    upstream.git("reset", "--quiet", "--hard", "HEAD~1")
    rewritten = upstream.commit({"note.txt": "rewritten"})

    assert mirror.fetch() == rewritten
    mirror.keep(rewritten)
    assert mirror.last_good() == rewritten
    assert mirror.has(good)


def test_a_force_push_over_a_commit_that_was_never_good_is_no_rewind(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirror = mirror_of(upstream)
    mirror.keep(mirror.fetch())
    upstream.commit({"note.txt": "rejected"})
    mirror.fetch()
    upstream.git("commit", "--quiet", "--amend", "--message=mended")

    assert mirror.fetch() == upstream.tip()


def test_a_rewritten_branch_that_comes_back_is_followed_again(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirror = mirror_of(upstream)
    good = upstream.commit({"note.txt": "good"})
    mirror.keep(mirror.fetch())
    upstream.git("reset", "--quiet", "--hard", "HEAD~1")
    with pytest.raises(RepositoryError):
        mirror.fetch()
    upstream.git("reset", "--quiet", "--hard", good)

    assert mirror.fetch() == good


def test_a_renamed_branch_is_named_in_the_error(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirror = mirror_of(upstream)
    good = mirror.fetch()
    mirror.keep(good)
    upstream.git("branch", "--move", "main", "trunk")

    with pytest.raises(RepositoryError, match="no branch main") as gone:
        mirror.fetch()
    assert "renamed or deleted" in gone.value.hint
    assert mirror.last_good() == good


def test_a_remote_that_is_gone_leaves_what_was_fetched(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirror = mirror_of(upstream)
    good = mirror.fetch()
    mirror.keep(good)
    upstream.folder.rename(upstream.folder.with_name("elsewhere"))

    with pytest.raises(RepositoryError, match="git ls-remote failed"):
        mirror.fetch()
    assert mirror.last_good() == good
    assert mirror.has(good)


def test_a_slow_remote_is_given_up_and_everything_it_started_is_ended(tmp_path: Path, mirror_of: MirrorOf) -> None:
    script = tmp_path / "ssh"
    script.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {tmp_path}/pid\nwait\n")
    script.chmod(0o755)
    address = Address.remote("ssh://git@slow.example/policy", branch="main")
    mirror = mirror_of(address, limits=Limits(remote_s=0.3), access=Access(ssh_command=str(script)))

    with pytest.raises(RepositoryError, match=r"did not end within 0\.3 s"):
        mirror.fetch()
    assert not _runs((tmp_path / "pid").read_text().strip())


def test_the_last_good_revision_survives_a_restart(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirror = mirror_of(upstream)
    assert mirror.last_good() is None
    good = mirror.fetch()
    mirror.keep(good)

    assert mirror_of(upstream).last_good() == good


def test_only_what_was_fetched_can_be_kept(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirror = mirror_of(upstream)
    mirror.fetch()

    for unknown in ("0" * 40, "refs/gate/incoming", "--help", "main", ""):
        with pytest.raises(RepositoryError, match="not in the mirror"):
            mirror.keep(unknown)
    assert mirror.last_good() is None


def _cut_packs(mirror: Path) -> None:
    for pack in mirror.glob("objects/pack/*.pack"):
        pack.chmod(0o644)
        pack.write_bytes(pack.read_bytes()[:40])


def _garble_configuration(mirror: Path) -> None:
    (mirror / "config").write_text("[core\nthis is no configuration")


def _empty_refs(mirror: Path) -> None:
    (mirror / "refs/gate/incoming").write_text("")


@pytest.mark.parametrize(
    "damage",
    [_cut_packs, _garble_configuration, _empty_refs, lambda mirror: (mirror / "HEAD").unlink()],
    ids=["packs cut", "configuration garbled", "refs empty", "HEAD gone"],
)
def test_a_damaged_mirror_is_made_anew_and_still_knows_the_last_good(
    upstream: "Upstream", mirror_of: MirrorOf, damage: Callable[[Path], None]
) -> None:
    mirror = mirror_of(upstream)
    good = mirror.fetch()
    mirror.keep(good)
    damage(mirror.folder)
    newer = upstream.commit({"note.txt": "newer"})

    assert mirror.fetch() == newer
    assert mirror.has(good)
    assert mirror.last_good() == good
    mirror.mend()
    assert not mirror.mend()


def test_a_damaged_mirror_does_not_let_a_rewritten_branch_in(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirror = mirror_of(upstream)
    good = upstream.commit({"note.txt": "good"})
    mirror.keep(mirror.fetch())
    _garble_configuration(mirror.folder)
    upstream.git("reset", "--quiet", "--hard", "HEAD~1")
    upstream.commit({"note.txt": "rewritten"})

    for _ in range(2):
        with pytest.raises(RepositoryError, match="was rewritten"):
            mirror.fetch()
    assert mirror.last_good() == good


def test_a_damaged_mirror_stays_as_it_is_while_the_remote_is_gone(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirror = mirror_of(upstream)
    good = mirror.fetch()
    mirror.keep(good)
    _cut_packs(mirror.folder)
    upstream.folder.rename(upstream.folder.with_name("elsewhere"))

    with pytest.raises(RepositoryError):
        mirror.mend()
    assert mirror.last_good() == good


def test_what_a_killed_git_left_behind_is_no_obstacle(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirror = mirror_of(upstream)
    mirror.keep(mirror.fetch())
    leftovers = [mirror.folder / name for name in ("refs/gate/incoming.lock", "HEAD.lock", "objects/pack/tmp_pack_x")]
    for leftover in leftovers:
        leftover.write_text("")
    newer = upstream.commit({"note.txt": "newer"})

    assert mirror.fetch() == newer
    assert not any(leftover.exists() for leftover in leftovers)


def test_a_gate_killed_while_it_swapped_mirrors_loses_nothing(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirror = mirror_of(upstream)
    good = mirror.fetch()
    mirror.keep(good)
    mirror.folder.rename(mirror.folder.with_name("mirror.git.old"))

    assert mirror.fetch() == good
    assert mirror.last_good() == good


def test_a_repository_larger_than_allowed_is_refused_without_leaving_its_bytes(
    upstream: "Upstream", mirror_of: MirrorOf
) -> None:
    tip = mirror_of(upstream).fetch()
    upstream.commit({"noise.bin": b"".join(i.to_bytes(8, "big") for i in range(100_000))})
    small = mirror_of(upstream, limits=Limits(file_bytes=64 * 1024))

    with pytest.raises(RepositoryError, match="git fetch failed") as refused:
        small.fetch()
    assert "larger than the gate accepts" in refused.value.hint
    upstream.git("reset", "--quiet", "--hard", tip)
    assert small.fetch() == tip
    assert not list(small.folder.glob("objects/pack/tmp_*"))


def test_many_fetches_do_not_leave_many_packs(
    upstream: "Upstream", mirror_of: MirrorOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate.adapters.policy_repo.mirror._MANY_PACKS", 3)
    mirror = mirror_of(upstream)
    seen = [mirror.fetch()]
    for number in range(5):
        upstream.commit({"note.txt": f"{number}"})
        seen.append(mirror.fetch())
        upstream.git("reset", "--quiet", "--hard", "HEAD~1")

    assert len(list(mirror.folder.glob("objects/pack/*.pack"))) <= 3
    assert all(mirror.has(revision) for revision in seen)


def test_gates_that_share_a_state_folder_agree(upstream: "Upstream", mirror_of: MirrorOf) -> None:
    mirrors = [mirror_of(upstream) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        for number in range(3):
            tip = upstream.commit({"note.txt": f"{number}"})
            assert set(threads.map(Mirror.fetch, mirrors)) == {tip}
            list(threads.map(lambda mirror, kept=tip: mirror.keep(kept), mirrors))
            assert {mirror.last_good() for mirror in mirrors} == {tip}


def test_a_state_folder_that_another_gate_holds_is_an_error_not_a_wait_for_ever(
    tmp_path: Path, upstream: "Upstream", mirror_of: MirrorOf
) -> None:
    mirror = mirror_of(upstream, limits=Limits(local_s=0.1))
    mirror.fetch()

    with held(tmp_path / "state" / "mirror.lock", 1), pytest.raises(RepositoryError, match="another gate has held"):
        mirror.fetch()


def test_a_repository_of_the_sha256_format_is_followed_too(
    tmp_path: Path, mirror_of: MirrorOf, upstream: "Upstream"
) -> None:
    other = tmp_path / "sha256"
    upstream.git("init", "--quiet", "--object-format=sha256", "--initial-branch=main", str(other))
    upstream.git("-C", str(other), "commit", "--quiet", "--allow-empty", "--message=change")
    mirror = mirror_of(Address.local(other, branch="main"))
    tip = mirror.fetch()
    mirror.keep(tip)

    assert len(tip) == 64
    assert mirror.last_good() == tip


def _runs(pid: str) -> bool:
    status = Path(f"/proc/{pid}/stat")
    # A zombie has ended; who inherits it may be slow to say so.
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"
