"""`gate approve`: somebody lets a step pass that waits for people."""

from typing import Annotated

import typer

from gate.interfaces.cli import answering
from gate.interfaces.cli.gate_client import DEFAULT_URL, Url


def approve(
    change_id: answering.ChangeId,
    *,
    step: answering.Step = None,
    comment: Annotated[str | None, typer.Option(metavar="TEXT", help="What you want to be on record.")] = None,
    commit: answering.Commit = None,
    by: answering.By = None,
    url: Url = DEFAULT_URL,
) -> None:
    """Approve a step that waits for you. It is judged at once, and a pipeline that waits goes on.

    Your approval is bound to the commit and artifact of the change. Again changes nothing.

    Exit status: 0 it is on record, 2 nobody waits for it from you, 20 no answer.
    """
    answering.answer(url, change_id, "approve", step, comment=comment, commit=commit, by=by)
