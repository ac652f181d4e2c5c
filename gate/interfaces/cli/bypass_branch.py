"""One file of the policy repository changed on a branch of its own; the caller's files and index stay as they are."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from gate.interfaces.cli.git import Checkout, GitFailedError, git
from gate.interfaces.cli.lines import Line, line

Policy = Annotated[Path, typer.Option(metavar="DIR", help="Policy folder of a clone; its HEAD is built upon.")]


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch with one commit on top of HEAD."""

    policy: Path
    name: str

    def commit(self, file: str, text: str | None, message: str) -> None:
        """Write the file, or delete it; `file` is the way from the policy folder. GitFailedError.

        It is built beside the files, so that nobody's unfinished work comes along, and no hook has a say.
        """
        head = Checkout(self.policy).commit_id("HEAD")
        top = Path(git(self.policy, "rev-parse", "--show-toplevel").strip())
        path = git(self.policy, "rev-parse", "--show-prefix").strip() + file
        with TemporaryDirectory() as beside:
            index = Path(beside, "index")
            git(top, "read-tree", head, index=index)
            if text is None:
                git(top, "update-index", "--force-remove", "--", path, index=index)
            else:
                blob = git(top, "hash-object", "-w", "--stdin", feed=text).strip()
                git(top, "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", index=index)
            tree = git(top, "write-tree", index=index).strip()
        made = git(top, "commit-tree", "-p", head, "-F", "-", tree, feed=message).strip()
        git(top, "branch", "--no-track", self.name, made)

    def holds(self, file: str) -> bool:
        """Whether HEAD has the file."""
        path = git(self.policy, "rev-parse", "--show-prefix").strip() + file
        try:
            git(self.policy, "cat-file", "-e", f"HEAD:{path}")
        except GitFailedError:
            return False
        return True

    def next_steps(self) -> list[Line]:
        """What to do with it."""
        return [
            line(f"see it:   git show {self.name}", indent=1),
            line(f"check it: gate policy check --revision {self.name}", indent=1),
            line(f"push it:  git push -u origin {self.name}", indent=1),
            line(f"open it:  a pull request of {self.name}; it holds once it is merged, with a merge commit", indent=1),
        ]
