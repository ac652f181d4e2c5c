"""A policy repository in memory: commits of files on one branch, and the ways in which a remote can fail.

repository = PolicyRepository(FILES)
repository.merge("freeze for stocktaking", {"calendar/x.yaml": [a_freeze()]})
repository.force_push(revision)
repository.trouble = RepositoryError("git did not answer")
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.domain.bypass import Origin
from gate.domain.errors import RepositoryError, WorldError
from gate.domain.policy_set import PolicySet, assemble, understand
from tests.builders import AT_NS
from tests.house import MODULES, RUTH, Files, documents


@dataclass(frozen=True)
class Commit:
    """A state of the files, and what brought it."""

    revision: str
    note: str
    files: Files
    modules: Mapping[str, str]
    origins: Mapping[str, Origin]


@dataclass
class PolicyRepository:
    """Implements `ports.PolicySource`. What it keeps survives a restart of the gate, as a state folder does."""

    files: Files
    modules: Mapping[str, str] = field(default_factory=lambda: MODULES)
    trouble: WorldError | None = None
    """While it is set, the remote answers `fetch` with it."""
    full_disk: bool = False
    """While it is set, nothing can be kept."""
    loaded: list[str] = field(default_factory=list)
    """Every revision that was asked for, in order."""
    kept: str | None = None
    _commits: dict[str, Commit] = field(default_factory=dict)
    _tip: str = ""

    def __post_init__(self) -> None:
        self.merge("the house", {})

    def merge(self, note: str, files: Files, *, modules: Mapping[str, str] | None = None, origin: Origin = RUTH) -> str:
        """Commit these files over the tip's, merged by Ruth if nothing else is said; an empty list deletes. The new
        revision."""
        before = self._commits.get(self._tip)
        number = len(self._commits) + 1
        commit = Commit(
            revision=hashlib.sha1(f"{number} {note}".encode(), usedforsecurity=False).hexdigest(),
            note=note,
            files={**(before.files if before else self.files), **files},
            modules={**(before.modules if before else self.modules), **(modules or {})},
            origins={**(before.origins if before else {}), **dict.fromkeys(files, origin)},
        )
        self._commits[commit.revision] = commit
        self._tip = commit.revision
        return commit.revision

    def force_push(self, revision: str) -> None:
        """Let the branch point at an earlier commit."""
        self._tip = self._commits[revision].revision

    @property
    def tip(self) -> str:
        """Where the branch points."""
        return self._tip

    async def fetch(self) -> str:
        if self.trouble is not None:
            raise self.trouble
        return self._tip

    async def load(self, revision: str) -> PolicySet:
        self.loaded.append(revision)
        commit = self._commits[revision]
        understood = [understand(document) for document in documents(commit.files)]
        return assemble(revision, AT_NS, understood, commit.modules, commit.origins)

    async def keep(self, revision: str) -> None:
        if self.full_disk:
            raise RepositoryError("the state folder cannot be written", hint="Make room on its disk.")
        self.kept = revision

    async def last_good(self) -> str | None:
        return self.kept
