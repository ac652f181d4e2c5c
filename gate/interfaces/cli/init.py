"""`gate init`: a policy repository of one's own, from the default pack. What the pack says, its README explains."""

import shlex
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer

from gate import __version__
from gate.domain.errors import CallerError
from gate.interfaces.cli import terminal
from gate.interfaces.cli.default_pack import default_pack
from gate.interfaces.cli.git import GitFailedError, git
from gate.interfaces.cli.lines import Line, line

BRANCH: Final = "main"
_NOBODY: Final = ("-c", "user.name=gate init", "-c", "user.email=gate-init@localhost")
"""Who commits where git does not know who is there."""
# A first commit that nobody is asked to sign, and that no hook of the user's templates looks at.
_UNATTENDED: Final = ("-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null")


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Empty or new folder.")] = Path("policy"),
) -> None:
    """Make a git repository from the default pack, with one commit on branch main."""
    terminal.show(_next(folder, knows_who=make_policy(folder)))


def make_policy(folder: Path) -> bool:
    """A policy repository of one's own in an empty or new folder; whether git knew who makes it. CallerError."""
    _demand_empty(folder)
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.absolute().parent, prefix=".gate-init-") as beside:
        made = Path(beside, "policy")
        knows_who = _make(made)
        made.replace(folder)  # whole or not at all: what is half made would be refused the next time
    return knows_who


def _demand_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CallerError(f"{folder} is there already and not empty", hint="Name a new folder, or empty this one.")


def _make(folder: Path) -> bool:
    """Whether git knew who makes the commit."""
    # Not copied: the modes and times of wherever the package was unpacked.
    shutil.copytree(default_pack(), folder, copy_function=shutil.copyfile)
    git(folder, "init", "--quiet", "--template=")
    git(folder, "symbolic-ref", "HEAD", f"refs/heads/{BRANCH}")
    git(folder, "add", "--all", "--force")
    knows_who = _knows_who(folder)
    author = () if knows_who else _NOBODY
    git(folder, *_UNATTENDED, *author, "commit", "--quiet", "-m", f"Start from the default pack of gate {__version__}")
    return knows_who


def _knows_who(folder: Path) -> bool:
    try:
        git(folder, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
    except GitFailedError:
        return False
    return True


def _next(folder: Path, *, knows_who: bool) -> list[Line]:
    place, whole = shlex.quote(str(folder)), shlex.quote(str(folder.absolute()))
    lines = [
        line(f"Made {folder}: a policy repository on branch {BRANCH}", "green"),
        line(f"read it:   gate policy show {place}", indent=1),
        line(f"serve it:  GATE_POLICY_REPO={whole} gate serve", indent=1),
        line(f"change it: edit, gate policy test {place}, commit; the gate follows", indent=1),
    ]
    if not knows_who:
        tell = f"git -C {place} config user.name You && git -C {place} config user.email you@example.org"
        lines.append(line(f"git does not know you yet: {tell}", indent=1))
    return lines
