"""`gate bypass revoke`: a grant is taken back by deleting its file."""

from pathlib import Path
from typing import Annotated

import typer

from gate.domain.errors import CallerError
from gate.interfaces.cli import terminal
from gate.interfaces.cli.bypass_branch import Branch, Policy
from gate.interfaces.cli.lines import line


def revoke(
    bypass: Annotated[str, typer.Argument(metavar="ID", help="Of the bypass; `gate bypass list` shows it.")],
    policy: Policy = Path(),
    *,
    file: Annotated[str | None, typer.Option(metavar="PATH", help="Its file.", show_default="bypasses/ID.yaml")] = None,
) -> None:
    """Delete a bypass on a branch `revoke/ID`, ready to push. Merged, what has not started is judged without it.

    Exit status: 0 the branch is there, 2 there is no such file, or a branch of that name.
    """
    path = file or f"bypasses/{bypass}.yaml"
    branch = Branch(policy, f"revoke/{bypass}")
    if not branch.holds(path):
        raise CallerError(f"{path} is not in the policy repository", hint="Say with --file in which file it is.")
    branch.commit(path, None, f"Revoke bypass {bypass}\n")
    terminal.show([line(f"Made branch {branch.name}", "green"), *branch.next_steps()])
