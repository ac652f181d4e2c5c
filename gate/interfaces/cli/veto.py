"""`gate veto`: somebody objects to a step that waits for people."""

from typing import Annotated

import typer

from gate.interfaces.cli import answering
from gate.interfaces.cli.gate_client import DEFAULT_URL, Url


def veto(
    change_id: answering.ChangeId,
    *,
    comment: Annotated[str, typer.Option(metavar="TEXT", help="What would have to change.")],
    step: answering.Step = None,
    commit: answering.Commit = None,
    by: answering.By = None,
    url: Url = DEFAULT_URL,
) -> None:
    """Object to a step that waits for you. It stops the change, whoever approves, until you take it back.

    Exit status: 0 it is on record, 2 nobody waits for it from you, 20 no answer.
    """
    answering.answer(url, change_id, "veto", step, comment=comment, commit=commit, by=by)
