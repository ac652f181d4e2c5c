"""Which change a command is about: named by its id, or by the file in which `gate check` left its answer."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from gate.domain.errors import CallerError
from gate.interfaces.wire import ChangeAnswer

ChangeId = Annotated[str | None, typer.Argument(metavar="ID", help="Id of the change; or give --answer.")]
Answer = Annotated[
    Path | None, typer.Option(metavar="FILE", help="What `gate check --output json` wrote, instead of the id.")
]


def change_id_of(change_id: str | None, answer: Path | None) -> str:
    """The id. CallerError unless exactly one of the two names a change."""
    if change_id and answer is None:
        return change_id
    if answer is None or change_id:
        raise CallerError("give either the id of a change or --answer", hint="`gate check` tells the id.")
    try:
        return ChangeAnswer.model_validate_json(answer.read_bytes()).id
    except (OSError, ValidationError) as error:
        raise CallerError(
            f"{answer} holds no answer of a gate", hint="Give what `gate check --output json` wrote, or the id."
        ) from error
