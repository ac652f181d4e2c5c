"""`gate finish`: a pipeline says how a change went that it started. Asking and starting are `gate check`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from gate.domain.errors import CallerError
from gate.interfaces.cli import terminal, wording
from gate.interfaces.cli.asking import Asking
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Url
from gate.interfaces.cli.lines import Line, line
from gate.interfaces.cli.patience import Patience
from gate.interfaces.cli.span import seconds_of
from gate.interfaces.wire import ChangeAnswer


class Result(StrEnum):
    """How a change went."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"


def finish(
    change_id: Annotated[str | None, typer.Argument(metavar="ID", help="Id of the change; or give --answer.")] = None,
    *,
    result: Annotated[Result, typer.Option(help="How it went.")],
    answer: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What `gate check --output json` wrote, instead of the id.")
    ] = None,
    wait: Annotated[
        str, typer.Option(metavar="SPAN", help="How long to go on while the gate does not answer, such as 5m.")
    ] = "0s",
    url: Url = DEFAULT_URL,
) -> None:
    """Say how a started change went. Until then it holds its service, and others of it wait. Again changes nothing.

    Exit status: 0 recorded, 2 it was never started or ended otherwise, or nobody knows it, 20 no answer.
    """
    finished = _change_id(change_id, answer)
    with terminal.progress(in_logs=True) as tell, GateClient.at(url) as client:
        said = Asking(client, Patience(seconds_of(wait)), tell).finish(finished, result.value).said
    terminal.show(_lines(said))


def _change_id(change_id: str | None, answer: Path | None) -> str:
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


def _lines(change: ChangeAnswer) -> list[Line]:
    return [
        line(
            f"FINISHED, {change.result}: {wording.headline(change)}",
            "green" if change.result == "succeeded" else "yellow",
        ),
        line(f"more: gate explain {change.id}", "dim", indent=1),
    ]
