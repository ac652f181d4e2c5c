"""Which policy a command looks at: a folder as it lies there, or a revision of a repository on this machine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gate.domain.policy_set import PolicySet
from gate.interfaces.cli.assembly import Assembly
from gate.interfaces.cli.git import Checkout

PathArgument = Annotated[Path, typer.Argument(help="Policy folder, or with --revision the repository.")]
Revision = Annotated[
    str | None, typer.Option(metavar="REV", help="Look at this commit of the repository, not at its files.")
]
Folder = Annotated[str, typer.Option(metavar="PATH", help="Folder of the policies below that.")]


@dataclass(frozen=True, slots=True)
class PolicyPlace:
    """Where policy is looked for."""

    path: Path
    revision: str | None
    folder: str

    def read(self, assembly: Assembly) -> PolicySet:
        """The policy there. PolicyRejectedError, RepositoryError; CallerError for a revision that git does not know."""
        if self.revision is None:
            return assembly.read_working_copy(self.path / self.folder)
        commit = Checkout(self.path).commit_id(self.revision)
        return assembly.read_revision(self.path.resolve(), commit, self.folder)

    def file(self, path: str) -> str:
        """A file of the policy as seen from here."""
        return (self.path / self.folder / path).as_posix()
