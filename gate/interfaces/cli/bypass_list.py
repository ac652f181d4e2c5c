"""`gate bypass list`: which bypasses the active revision of a gate holds. Who is honoured, each decision says."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from gate.interfaces.cli import terminal
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Url
from gate.interfaces.cli.lines import Line, columns, line
from gate.interfaces.cli.read_as import Output
from gate.interfaces.policy_wire import BypassAnswer


def list_bypasses(
    *,
    url: Url = DEFAULT_URL,
    output: Annotated[Output, typer.Option(help="Form of the list.")] = Output.TEXT,
) -> None:
    """List the bypasses that are in the policy a gate judges by: for what, what they skip, until when."""
    with GateClient.at(url) as client:
        bypasses = client.bypasses()
    if output is Output.TEXT:
        terminal.show(_lines(bypasses.said.root))
    else:
        terminal.write(bypasses.body + "\n")


def _lines(bypasses: Sequence[BypassAnswer]) -> Iterator[Line]:
    if not bypasses:
        yield line("There is no bypass.", "green")
        return
    rows = [
        (each.id, each.service, each.environment, (each.commit or "any")[:12], " ".join(each.skip), each.expires)
        for each in bypasses
    ]
    head, *rest = columns([("id", "service", "environment", "commit", "skips", "expires"), *rows])
    yield line(head, "bold")
    yield from map(line, rest)
