"""`gate freeze list`: what is frozen by hand, by whom and why."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from gate.interfaces.cli import freeze_wording, render_json, terminal
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Url
from gate.interfaces.cli.lines import Line, columns, line
from gate.interfaces.cli.read_as import Output
from gate.interfaces.cli.whole_seconds import cut
from gate.interfaces.freeze_wire import FreezeAnswer


def list_freezes(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    url: Url = DEFAULT_URL,
    output: Annotated[Output, typer.Option(help="Form of the list.")] = Output.TEXT,
) -> None:
    """List the freezes that were pressed and hold, newest first. Planned windows are in the policy repository."""
    with GateClient.at(url) as client:
        freezes = client.freezes(holding=not everything)
    if output is Output.TEXT:
        terminal.show(_lines(freezes.said.root, everything=everything))
    else:
        terminal.write(render_json.answered(freezes.body))


def _lines(freezes: Sequence[FreezeAnswer], *, everything: bool) -> Iterator[Line]:
    if not freezes:
        yield line("No freeze was ever pressed." if everything else "No pressed freeze holds.", "green")
        return
    rows = [(freeze.id, freeze.state, freeze_wording.scope(freeze), *_told(freeze)) for freeze in freezes]
    head, *rest = columns([("id", "state", "scope", "pressed", "until", "by", "incident", "reason"), *rows])
    yield line(head, "bold")
    for row, freeze in zip(rest, freezes, strict=True):
        yield line(row, "" if freeze.state == "pressed" else "dim")


def _told(freeze: FreezeAnswer) -> tuple[str, ...]:
    until = cut(freeze.thawed_at or freeze.until, "thawed")
    return cut(freeze.pressed_at), until, freeze.pressed_by, freeze.incident or "", freeze.reason
