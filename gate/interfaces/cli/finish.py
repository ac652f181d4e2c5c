"""`gate finish`: a pipeline says how a change went that it started. Asking and starting are `gate check`."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from gate.interfaces.cli import terminal, wording
from gate.interfaces.cli.asking import Asking
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Url
from gate.interfaces.cli.lines import Line, Style, line
from gate.interfaces.cli.named_change import Answer, ChangeId, change_id_of
from gate.interfaces.cli.patience import Patience
from gate.interfaces.cli.span import seconds_of
from gate.interfaces.wire import ChangeAnswer


class Result(StrEnum):
    """How a change went."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"


def finish(
    change_id: ChangeId = None,
    *,
    result: Annotated[Result, typer.Option(help="How it went.")],
    answer: Answer = None,
    wait: Annotated[
        str, typer.Option(metavar="SPAN", help="How long to go on while the gate does not answer, such as 5m.")
    ] = "0s",
    url: Url = DEFAULT_URL,
) -> None:
    """Say how a started change went. Until then it holds its service, and others of it wait. Again changes nothing.

    Exit status: 0 recorded, 2 it was never started or ended otherwise, or nobody knows it, 20 no answer.
    """
    finished = change_id_of(change_id, answer)
    with terminal.progress(in_logs=True) as tell, GateClient.at(url) as client:
        said = Asking(client, Patience(seconds_of(wait)), tell).finish(finished, result.value).said
    terminal.show(_lines(said))


def _lines(change: ChangeAnswer) -> Iterator[Line]:
    style: Style = "green" if change.result == "succeeded" else "yellow"
    yield line(f"FINISHED, {change.result}: {wording.headline(change)}", style)
    if change.stop_requested:
        yield line(f"it had been told to stop: {wording.stop(change.stop_requested)}", indent=1)
    yield line(f"more: gate explain {change.id}", "dim", indent=1)
