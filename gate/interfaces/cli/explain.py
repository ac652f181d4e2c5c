"""`gate explain`: the story of a change or a decision, told from what the gate recorded. The words are in `story`."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from gate.interfaces.cli import render_text, story, terminal, wording
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Reply, Url
from gate.interfaces.record_wire import RecordedDecisionAnswer


class Output(StrEnum):
    """Forms of a story."""

    TEXT = "text"
    JSON = "json"


def explain(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Id of a change, or of one decision about it.")],
    *,
    url: Url = DEFAULT_URL,
    output: Annotated[Output, typer.Option(help="Form of the story.")] = Output.TEXT,
) -> None:
    """Tell who asked for what, how it was judged and why, what was lifted, and what happened since.

    Exit status: 0 told, 2 nobody knows that id, 20 no answer.
    """
    with GateClient.at(url) as client:
        recorded, offered = _recorded(client, identifier)
    if output is Output.TEXT:
        terminal.show(story.lines(recorded.said, render_text.marks(), offered))
    else:
        terminal.write(json.dumps(json.loads(recorded.body), indent=2) + "\n")


def _recorded(client: GateClient, identifier: str) -> tuple[Reply[RecordedDecisionAnswer], list[str]]:
    """A decision's id is its change's with a number: `chg_….2`. Of a change, the latest decision is told.

    With it comes what the gate offers now, which no record holds.
    """
    if "." in identifier:
        return client.decision(identifier), []
    change = client.look(identifier).said
    return client.decision(change.decision.id), list(wording.next_slot(change))
