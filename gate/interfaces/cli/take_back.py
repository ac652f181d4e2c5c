"""`gate take-back`: somebody takes back what they answered to a step."""

from typing import Annotated

import typer

from gate.interfaces.cli import answering
from gate.interfaces.cli.gate_client import DEFAULT_URL, Url


def take_back(
    change_id: answering.ChangeId,
    *,
    step: Annotated[str, typer.Option(metavar="STEP", help="Which step you answered.")],
    comment: Annotated[str | None, typer.Option(metavar="TEXT", help="Why.")] = None,
    by: answering.By = None,
    url: Url = DEFAULT_URL,
) -> None:
    """Take back your approval or veto, as long as the change has not started. It counts at once.

    Exit status: 0 it is on record, 2 you have not answered that step, 20 no answer.
    """
    answering.answer(url, change_id, "withdraw", step, comment=comment, by=by)
