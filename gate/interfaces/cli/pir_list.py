"""`gate pir list`: which reviews are owed, by whom and by when."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final

import typer

from gate.interfaces.cli import render_json, terminal
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Url
from gate.interfaces.cli.lines import Line, Style, columns, line
from gate.interfaces.cli.read_as import Output
from gate.interfaces.cli.whole_seconds import cut
from gate.interfaces.pir_wire import PirAnswer

_STYLES: Final[Mapping[str, Style]] = {"overdue": "red", "owed": "yellow", "written": "dim"}


def list_reviews(
    *,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those that close their team's way around.")] = False,
    url: Url = DEFAULT_URL,
    output: Annotated[Output, typer.Option(help="Form of the list.")] = Output.TEXT,
) -> None:
    """List the reviews of what went around the process, newest first; of those overdue, the longest first."""
    with GateClient.at(url) as client:
        reviews = client.pirs(overdue=overdue)
    if output is Output.TEXT:
        terminal.show(_lines(reviews.said.root, overdue=overdue))
    else:
        terminal.write(render_json.answered(reviews.body))


def _lines(reviews: Sequence[PirAnswer], *, overdue: bool) -> Iterator[Line]:
    if not reviews:
        yield line("No review is overdue." if overdue else "Nothing ever went around the process.", "green")
        return
    rows = [
        (each.change, each.state, each.team, cut(each.due), " ".join(each.bypasses), each.wrong or "")
        for each in reviews
    ]
    head, *rest = columns([("change", "state", "team", "due", "bypasses", "found"), *rows])
    yield line(head, "bold")
    for row, each in zip(rest, reviews, strict=True):
        yield line(row, _STYLES[each.state])
