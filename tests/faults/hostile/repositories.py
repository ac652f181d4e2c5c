"""The hostile policy repositories, all of them, each named by what it attacks."""

from typing import Final

from tests.adapters.policy_repo.conftest import Upstream
from tests.faults.hostile import calendar_traps, file_names, git_files, git_objects, git_places, yaml_bombs
from tests.faults.hostile.attack import Attack
from tests.faults.hostile.surroundings import Surroundings


def _no_commit(upstream: Upstream, _: Surroundings) -> None:
    upstream.git("update-ref", "-d", "HEAD")


_NOTHING: Final = (
    Attack.unreadable("a repository without a commit", _no_commit, "there is no branch main"),
    Attack.by_files("a commit without a file", dict.fromkeys(Upstream.pack), "holds no YAML and no Rego", ""),
    Attack.by_files("a policy without a gate", {"gate.yaml": None}, "there is no document of kind Gate", ""),
    Attack.by_files(
        "a gate that is a folder", {"gate.yaml": None, "gate.yaml/x.txt": "1"}, "no document of kind Gate", ""
    ),
)

READ_WITHOUT_AN_ENGINE: Final[tuple[Attack, ...]] = (
    *_NOTHING,
    *git_objects.ATTACKS,
    *git_places.ATTACKS,
    *git_files.ATTACKS,
    *file_names.ATTACKS,
    *yaml_bombs.ATTACKS,
    *calendar_traps.ATTACKS,
)
"""Those that the loader alone must withstand; an engine that accepts everything stands behind it."""
