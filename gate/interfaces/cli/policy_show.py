"""`gate policy show`: what a running gate has in force, or all that a policy folder says."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gate.interfaces.cli import policy_in_force, policy_in_full, terminal
from gate.interfaces.cli import policy_place as place
from gate.interfaces.cli.assembly import assembly_of
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Url


class Output(StrEnum):
    """Forms of a result."""

    TEXT = "text"
    JSON = "json"


def show(
    context: typer.Context,
    path: Annotated[Path | None, typer.Argument(help="Policy folder; without it, a running gate is asked.")] = None,
    *,
    revision: place.Revision = None,
    folder: place.Folder = "",
    url: Url = DEFAULT_URL,
    output: Annotated[Output, typer.Option(help="Form of the result.")] = Output.TEXT,
) -> None:
    """Show what a running gate has in force, or the process, steps, risk, lanes, windows and services of a folder."""
    if path is None and revision is None:
        _show_gate(url, output)
    else:
        _show_folder(place.PolicyPlace(path or Path(), revision, folder), context, output)


def _show_gate(url: str, output: Output) -> None:
    with GateClient.at(url) as client:
        policy, bypasses = client.policy(), client.bypasses()
    if output is Output.TEXT:
        terminal.show(policy_in_force.lines(policy.said, bypasses.said.root))
    else:
        said = {**json.loads(policy.body), "bypass_list": json.loads(bypasses.body)}
        terminal.write(json.dumps(said, indent=2) + "\n")


def _show_folder(where: place.PolicyPlace, context: typer.Context, output: Output) -> None:
    with terminal.progress() as tell:
        tell("reading the policy")
        policy = where.read(assembly_of(context))
    if output is Output.TEXT:
        terminal.show(policy_in_full.lines(policy))
    else:
        terminal.write(policy_in_full.document(policy))
