"""One commit of a repository on this machine, on a branch or not, read by the same rules as any other.

What `gate policy check --revision` judges before a push. It goes through a mirror that lives as long as the reading:
whatever that repository's own configuration, hooks and attributes say, git does not run in it.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gate.adapters.policy_repo.address import Address
from gate.adapters.policy_repo.git import Git
from gate.adapters.policy_repo.mirror import COMMIT_ID, INCOMING, Mirror
from gate.adapters.policy_repo.origins import Origins
from gate.adapters.policy_repo.reading import BYPASSES, PolicyReader
from gate.adapters.policy_repo.signatures import Signatures
from gate.adapters.policy_repo.tree import CommitSnapshot
from gate.domain.errors import RepositoryError
from gate.domain.policy_set import PolicySet

_ANY_BRANCH: Final = "main"
"""An address names one; none is followed here."""
_SHA256_DIGITS: Final = 64
# A checkout made for a pipeline often holds the newest commit alone, with a mark that history is cut off there.
_FETCH: Final = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-recurse-submodules",
    "--no-write-fetch-head",
    "--update-shallow",
)


def read_revision(repository: Path, commit: str, folder: str) -> PolicySet:
    """The policy set at a commit id, in a folder of the repository ("" for its root).

    PolicyRejectedError with every finding; RepositoryError if the repository does not give the commit away.
    """
    address = Address.local(repository, branch=_ANY_BRANCH, folder=folder)
    with TemporaryDirectory(prefix="change-gate-") as state:
        home = Path(state, "home")
        home.mkdir()
        mirror = Mirror(address, Path(state), Git(home))
        _fetch(mirror, commit)
        origins = Origins(mirror, f"{address.folder}/{BYPASSES}".lstrip("/"))
        return Signatures(mirror).shown(PolicyReader().read(CommitSnapshot(mirror, commit, origins)))


def _fetch(mirror: Mirror, commit: str) -> None:
    if not COMMIT_ID.fullmatch(commit):
        raise RepositoryError(f"{commit[:80]!r} is not a commit id", hint="Give all of its hexadecimal digits.")
    hash_name = "sha256" if len(commit) == _SHA256_DIGITS else "sha1"
    mirror.git.run(mirror.folder, "init", "--quiet", "--bare", "--template=", f"--object-format={hash_name}")
    wanted = (mirror.address.url, f"+{commit}:{INCOMING}")
    mirror.git.run(mirror.folder, *_FETCH, "--end-of-options", *wanted, protocol=mirror.address.protocol)
