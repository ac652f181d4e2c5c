"""`gate bypass list`: which bypasses the active revision of a gate holds, and how each stands."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from gate.interfaces.bypass_wire import BypassAnswer
from gate.interfaces.cli import render_json, terminal
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Url
from gate.interfaces.cli.lines import Line, columns, line
from gate.interfaces.cli.read_as import Output
from gate.interfaces.cli.whole_seconds import cut


def list_bypasses(
    *,
    url: Url = DEFAULT_URL,
    output: Annotated[Output, typer.Option(help="Form of the list.")] = Output.TEXT,
) -> None:
    """List the bypasses that are in the policy a gate judges by: for what, what they skip, until when, and their state.

    `granted` can be used now, `refused` says why not, `consumed` has no use left, `expired` is over.
    """
    with GateClient.at(url) as client:
        bypasses = client.bypasses()
    if output is Output.TEXT:
        terminal.show(lines(bypasses.said.root))
    else:
        terminal.write(render_json.answered(bypasses.body))


def lines(bypasses: Sequence[BypassAnswer]) -> Iterator[Line]:
    """The list, with the reasons against what is refused."""
    if not bypasses:
        yield line("There is no bypass.", "green")
        return
    rows = [
        (
            *(each.id, each.state, f"{each.left} of {each.uses}", each.service, each.environment),
            *((each.commit or "any")[:12], " ".join(each.skip), cut(each.expires)),
        )
        for each in bypasses
    ]
    head, *rest = columns([("id", "state", "uses left", "service", "environment", "commit", "skips", "expires"), *rows])
    yield line(head, "bold")
    for each, text in zip(bypasses, rest, strict=True):
        yield line(text, "green" if each.state == "granted" else "")
        if each.state == "refused":
            yield from (line(reason.message, "yellow", indent=1) for reason in each.reasons)
