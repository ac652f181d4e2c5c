"""Which commit brought a bypass to the branch: never a commit that only its author made."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from gate.adapters.policy_repo.mirror import Mirror
from gate.adapters.policy_repo.origins import Origins
from gate.domain.bypass import Origin

if TYPE_CHECKING:
    from tests.adapters.policy_repo.conftest import Upstream

FILE = "bypasses/friday.yaml"


@pytest.fixture
def origin_of(upstream: "Upstream", mirror_of: Callable[..., Mirror]) -> Callable[..., Origin]:
    """The origin of the file at the tip, asked of the given memory or of a fresh one."""
    mirror = mirror_of(upstream, allow_rewind=True)

    def find(memory: Origins | None = None) -> Origin:
        revision = mirror.fetch()
        blob = upstream.git("rev-parse", f"{revision}:{FILE}")
        return (memory or Origins(mirror, "bypasses")).at(revision, {FILE: blob})[FILE]

    return find


@pytest.fixture
def memory(upstream: "Upstream", mirror_of: Callable[..., Mirror]) -> Origins:
    return Origins(mirror_of(upstream), "bypasses")


def merge(upstream: "Upstream", branch: str, *, by: str) -> str:
    """Merge a branch into main as a forge does; the merge commit."""
    upstream.git("checkout", "--quiet", "main")
    upstream.git("merge", "--quiet", "--no-ff", "--message=merge", branch, author=by)
    return upstream.tip()


def test_a_file_pushed_to_the_branch_comes_from_that_commit(
    upstream: "Upstream", origin_of: Callable[..., Origin]
) -> None:
    pushed = upstream.commit({FILE: "1"}, author="maria@example.org", by="rita@example.org")
    upstream.commit({"note.txt": "later"})

    origin = origin_of()
    assert (origin.commit, origin.author, origin.committer) == (pushed, "maria@example.org", "rita@example.org")
    assert origin.parents == 1
    assert origin.at_ns == int(upstream.git("log", "-1", "--format=%ct", pushed)) * 10**9


def test_a_file_from_a_pull_request_comes_from_its_merge(
    upstream: "Upstream", origin_of: Callable[..., Origin]
) -> None:
    upstream.git("checkout", "--quiet", "-b", "ask")
    upstream.commit({FILE: "1"}, author="maria@example.org")
    merged = merge(upstream, "ask", by="rita@example.org")

    origin = origin_of()
    assert (origin.commit, origin.committer, origin.parents) == (merged, "rita@example.org", 2)


def test_the_author_of_a_merged_file_is_whoever_wrote_it_not_whoever_merged(
    upstream: "Upstream", origin_of: Callable[..., Origin]
) -> None:
    upstream.git("checkout", "--quiet", "-b", "ask")
    upstream.commit({FILE: "1"}, author="maria@example.org")
    merge(upstream, "ask", by="rita@example.org")

    origin = origin_of()
    assert (origin.author, origin.committer) == ("maria@example.org", "rita@example.org")


def test_a_change_after_the_grant_has_its_own_origin(upstream: "Upstream", origin_of: Callable[..., Origin]) -> None:
    upstream.commit({FILE: "1"}, by="rita@example.org")
    changed = upstream.commit({FILE: "2"}, author="maria@example.org")

    assert origin_of().commit == changed


def test_content_that_comes_back_counts_from_its_return(
    upstream: "Upstream", origin_of: Callable[..., Origin], memory: Origins
) -> None:
    upstream.commit({FILE: "1"}, by="rita@example.org")
    origin_of(memory)
    upstream.commit({FILE: "2"})
    returned = upstream.commit({FILE: "1"}, author="maria@example.org")

    assert origin_of(memory).commit == returned
    assert origin_of().commit == returned


def test_a_file_moved_from_elsewhere_counts_from_the_move(
    upstream: "Upstream", origin_of: Callable[..., Origin]
) -> None:
    upstream.commit({"drafts/friday.yaml": "1" * 100}, by="rita@example.org")
    moved = upstream.commit({"drafts/friday.yaml": None, FILE: "1" * 100}, author="maria@example.org")

    assert origin_of().commit == moved


def test_a_change_of_mode_is_no_new_content(upstream: "Upstream", origin_of: Callable[..., Origin]) -> None:
    granted = upstream.commit({FILE: "1"}, by="rita@example.org")
    (upstream.folder / FILE).chmod(0o755)
    upstream.commit_all(author="maria@example.org")

    assert origin_of().commit == granted


def test_an_untouched_bypass_keeps_its_origin_while_the_branch_moves_on(
    upstream: "Upstream", origin_of: Callable[..., Origin], memory: Origins
) -> None:
    granted = upstream.commit({FILE: "1"}, by="rita@example.org")
    for number in range(3):
        upstream.commit({"note.txt": f"{number}", "bypasses/other.yaml": f"{number}"})
        assert origin_of(memory).commit == granted


def test_what_is_remembered_never_differs_from_what_history_says(
    upstream: "Upstream", origin_of: Callable[..., Origin], memory: Origins
) -> None:
    """A merge the wrong way round, a rewritten branch and a step back: the line no longer passes where it did."""
    upstream.commit({FILE: "1"}, author="ann@example.org")
    start = upstream.tip()
    assert origin_of(memory) == origin_of()

    upstream.git("checkout", "--quiet", "-b", "ask")
    upstream.commit({FILE: "2"}, author="maria@example.org")
    upstream.git("checkout", "--quiet", "main")
    upstream.commit({"note.txt": "main moves"})
    assert origin_of(memory) == origin_of()

    upstream.git("checkout", "--quiet", "ask")
    upstream.git("merge", "--quiet", "--no-ff", "--message=wrong way round", "main", author="maria@example.org")
    upstream.git("branch", "--force", "main", "ask")
    upstream.git("checkout", "--quiet", "main")
    assert origin_of(memory) == origin_of()

    upstream.git("reset", "--quiet", "--hard", start)
    assert origin_of(memory) == origin_of()

    upstream.commit({FILE: "3"}, author="eve@example.org")
    assert origin_of(memory) == origin_of()


def test_a_root_commit_is_an_origin_too(upstream: "Upstream", origin_of: Callable[..., Origin]) -> None:
    upstream.git("checkout", "--quiet", "--orphan", "new")
    root = upstream.commit({FILE: "1"})
    upstream.git("branch", "--force", "main", "new")

    assert (origin_of().commit, origin_of().parents) == (root, 0)


def test_an_author_who_is_no_address_breaks_nothing(upstream: "Upstream", origin_of: Callable[..., Origin]) -> None:
    pushed = upstream.commit({FILE: "1"}, author=":100644 100644 a b M\x01\t\u202e", by="rita@example.org")

    origin = origin_of()
    assert (origin.commit, origin.committer) == (pushed, "rita@example.org")


def test_no_bypasses_ask_git_nothing(upstream: "Upstream", mirror_of: Callable[..., Mirror]) -> None:
    mirror = mirror_of(upstream)
    mirror.git.close()

    assert Origins(mirror, "bypasses").at("0" * 40, {}) == {}
