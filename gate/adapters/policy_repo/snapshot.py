"""What a reader needs of one state of the policy repository, wherever it lies: at a commit, or on disk."""

from collections.abc import Generator, Mapping, Sequence
from typing import Protocol

from gate.adapters.policy_repo.listing import Found, PolicyFile
from gate.domain.bypass import Origin


class Snapshot(Protocol):
    """One state of the policy folder. Names and contents of one snapshot never mix with those of another."""

    @property
    def revision(self) -> str:
        """What names this state, and only this one. May be asked for once `contents` was."""

    @property
    def committed_at_ns(self) -> int:
        """When it was committed; when it was read, if it was not."""

    def found(self) -> Generator[Found, None, None]:
        """Everything below the policy folder, in the order of names. Closing it ends the listing."""

    def contents(self, files: Sequence[PolicyFile]) -> Mapping[str, bytes]:
        """Blob → bytes."""

    def origins(self, files: Sequence[PolicyFile]) -> Mapping[str, Origin]:
        """Path → the commit that brought the file's present content, for as many as are known."""
