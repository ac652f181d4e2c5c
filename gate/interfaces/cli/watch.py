"""`gate watch`: runs beside a deployment, and ends when it is over, or when it is told to stop."""

from collections.abc import Iterator
from typing import Annotated

import typer

from gate.interfaces.cli import terminal, wording
from gate.interfaces.cli.exit_status import ExitStatus
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Url
from gate.interfaces.cli.lines import Line, line
from gate.interfaces.cli.named_change import Answer, ChangeId, change_id_of
from gate.interfaces.cli.patience import Patience
from gate.interfaces.cli.span import seconds_of
from gate.interfaces.cli.watching import Watching
from gate.interfaces.wire import ChangeAnswer


def watch(
    change_id: ChangeId = None,
    *,
    answer: Answer = None,
    wait: Annotated[
        str, typer.Option(metavar="SPAN", help="How long to go on each time the gate does not answer.")
    ] = "5m",
    url: Url = DEFAULT_URL,
) -> None:
    """Watch a change that runs, until it is over or is told to stop because time closed on it.

    Exit status: 0 it is over, 13 it is to stop, 2 it never started or nobody knows it, 20 no answer any more.
    """
    seconds = seconds_of(wait)
    watched = change_id_of(change_id, answer)
    with terminal.progress(in_logs=True) as tell, GateClient.at(url) as client:
        change = Watching(client, lambda: Patience(seconds), tell).until_over_or_stopped(watched)
    terminal.show(_lines(change))
    raise typer.Exit(ExitStatus.STOP if change.stop_requested and change.state == "started" else ExitStatus.APPROVED)


def _lines(change: ChangeAnswer) -> Iterator[Line]:
    if change.state == "started" and change.stop_requested:
        yield line(f"STOP: {wording.headline(change)}", "red")
        yield line(wording.stop(change.stop_requested), indent=1)
        yield line(f"end or undo the deployment, then: gate finish {change.id} --result …", "bold", indent=1)
    else:
        ended = f"{change.state}, {change.result}" if change.result else change.state
        yield line(f"OVER, {ended}: {wording.headline(change)}", "green")
