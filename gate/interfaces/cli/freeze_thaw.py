"""`gate freeze thaw`: what a pressed freeze kept waiting goes on by itself."""

from typing import Annotated

import typer

from gate.interfaces.cli import freeze_wording, terminal
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Url


def thaw(
    freeze_id: Annotated[str, typer.Argument(metavar="ID", help="Of the freeze; `gate freeze list` shows it.")],
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, in three words or more.")],
    url: Url = DEFAULT_URL,
) -> None:
    """Let go of a pressed freeze. Again changes nothing. Where its file was merged, that still holds.

    Exit status: 0 it does not hold any more, 2 asked wrongly, 20 no answer.
    """
    with GateClient.at(url) as client:
        terminal.show(freeze_wording.thawed(client.thaw(freeze_id, reason).said))
