"""`gate bypass new`: what somebody wants to go around, asked for or told by options, as a file on a branch."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from gate.domain.bypass import Bypass
from gate.domain.errors import CallerError
from gate.interfaces.cli import terminal
from gate.interfaces.cli.bypass_branch import Branch, Policy
from gate.interfaces.cli.lines import line

_Text = Annotated[str | None, typer.Option(metavar="TEXT", show_default="asked for")]


def new(  # noqa: PLR0913 -- one option a field of the file
    policy: Policy = Path(),
    *,
    name: Annotated[str | None, typer.Option("--id", metavar="NAME", show_default="asked for")] = None,
    service: _Text = None,
    environment: _Text = None,
    commit: Annotated[str | None, typer.Option(metavar="ID", help="Without it, it lives for hours only.")] = None,
    skip: Annotated[
        list[str] | None, typer.Option(metavar="STEP", help="Repeatable.", show_default="asked for")
    ] = None,
    reason: _Text = None,
    ticket: _Text = None,
    requested_by: _Text = None,
    expires: Annotated[
        str | None, typer.Option(metavar="TIME", help="Such as 2026-11-27T20:00:00Z.", show_default="asked for")
    ] = None,
    uses: Annotated[int, typer.Option(help="For how many changes.")] = 1,
    add: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STEP=GROUP[:N] [TEXT]",
            help="A one-time step: N approvals of a group, of several by comma. Repeatable.",
        ),
    ] = None,
    review_due: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="How long after the start a review is owed.", show_default="P5D"),
    ] = None,
) -> None:
    """Write a bypass on a branch `bypass/ID`, ready to push. Your own files stay as they are.

    Exit status: 0 the branch is there, 2 asked wrongly, or there is one of that name.
    """
    change = {
        "service": service or typer.prompt("Service"),
        "environment": environment or typer.prompt("Environment"),
        **({} if commit is None else {"commit": commit}),
    }
    fields: dict[str, Any] = {
        "kind": "Bypass",
        "id": name or typer.prompt("A name for the bypass"),
        "change": change,
        "skip": skip or typer.prompt("Steps to skip, with blanks between").split(),
        "reason": reason or typer.prompt("Why the process does not fit"),
        "ticket": ticket or typer.prompt("Ticket"),
        "requested_by": requested_by or typer.prompt("Who asks, as groups.yaml has it"),
        "expires": expires or typer.prompt("Until when, such as 2026-11-27T20:00:00Z"),
        "uses": uses,
        **({} if not add else {"add": [one_time_step(each) for each in add]}),
        **({} if review_due is None else {"review_due": review_due}),
    }
    bypass = _validated(fields)
    branch = Branch(policy, f"bypass/{bypass.id}")
    branch.commit(f"bypasses/{bypass.id}.yaml", _file(fields), f"Bypass {bypass.id}\n\n{bypass.reason}\n")
    terminal.show([line(f"Made branch {branch.name}", "green"), *branch.next_steps()])


def one_time_step(written: str) -> dict[str, Any]:
    """`dba_pairing=dba:1,security A DBA sits beside` as the file has it. CallerError."""
    step, equals, rest = written.partition("=")
    groups, _, description = rest.strip().partition(" ")
    if not equals or not step.strip() or not groups:
        raise CallerError(f"--add {written!r} names no step and group", hint="Write it like dba_pairing=dba:1.")
    needs = [_need(group, written) for group in groups.split(",")]
    described = {"description": description.strip()} if description.strip() else {}
    return {"step": step.strip(), "needs": needs if len(needs) > 1 else needs[0], **described}


def _need(written: str, option: str) -> dict[str, Any]:
    group, colon, number = written.partition(":")
    if colon and not (number.isascii() and number.isdigit()):
        raise CallerError(
            f"--add {option!r}: {number!r} is no number of approvals", hint="Write it like dba_pairing=dba:1."
        )
    return {"group": group, "approvals": int(number) if colon else 1}


def _validated(fields: dict[str, Any]) -> Bypass:
    try:
        return Bypass.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        message = first["msg"].removeprefix("Value error, ")
        raise CallerError(f"{field}: {message}", hint="See `gate bypass new --help`.", field=field) from error


def _file(fields: dict[str, Any]) -> str:
    """YAML, with every value written as JSON, which YAML takes as it is."""
    return "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
