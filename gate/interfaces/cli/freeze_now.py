"""`gate freeze now`: no change in the scope is approved or started any more, from the moment this says so."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

import typer

from gate.domain.errors import CallerError
from gate.interfaces.cli import freeze_wording, render_json, terminal
from gate.interfaces.cli.asked import label
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Url
from gate.interfaces.cli.read_as import Output

_COORDINATES = ("environments", "services", "kinds", "owners", "objectives", "labels")


class Overrun(StrEnum):
    """What a change that runs already does."""

    FINISH = "finish"
    STOP = "stop"


def now(  # noqa: PLR0913 -- each option is a parameter
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, in three words or more; whoever waits reads it.")],
    environment: Annotated[list[str] | None, typer.Option(metavar="GLOB", help="Repeatable.")] = None,
    service: Annotated[list[str] | None, typer.Option(metavar="GLOB", help="Repeatable.")] = None,
    kind: Annotated[list[str] | None, typer.Option(metavar="GLOB", help="Kind of change; repeatable.")] = None,
    owner: Annotated[list[str] | None, typer.Option(metavar="GLOB", help="Owning group; repeatable.")] = None,
    objective: Annotated[list[str] | None, typer.Option(metavar="GLOB", help="Repeatable.")] = None,
    labels: Annotated[list[str] | None, typer.Option("--label", metavar="NAME=GLOB", help="Repeatable.")] = None,
    except_service: Annotated[list[str] | None, typer.Option(metavar="GLOB", help="Left out; repeatable.")] = None,
    everything: Annotated[bool, typer.Option("--everything", help="Freeze all of it; instead of a scope.")] = False,
    incident: Annotated[str | None, typer.Option(metavar="NAME", help="What repairs it may be let through.")] = None,
    overrun: Annotated[Overrun, typer.Option(help="What a change that runs does.")] = Overrun.FINISH,
    until: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="When it ends by itself.", show_default="when thawed")
    ] = None,
    idempotency_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Your own name for this press; the same presses once.")
    ] = None,
    url: Url = DEFAULT_URL,
    output: Annotated[Output, typer.Option(help="Form of the result.")] = Output.TEXT,
) -> None:
    """Freeze at once. No commit, no end needed; `gate freeze thaw` lets go of it.

    Exit status: 0 frozen, 2 asked wrongly, 20 no answer: then nobody knows, so look with `gate freeze list`.
    """
    scope = _scope((environment, service, kind, owner, objective, labels), except_service, everything=everything)
    asked = {"scope": scope, "reason": reason, "incident": incident, "overrun": overrun.value, "until": until}
    with GateClient.at(url) as client:
        pressed = client.press(asked, idempotency_key)
    if output is Output.TEXT:
        terminal.show(freeze_wording.pressed(pressed.said))
    else:
        terminal.write(render_json.answered(pressed.body))


def _scope(given: Iterable[list[str] | None], left_out: list[str] | None, *, everything: bool) -> dict[str, Any]:
    """The scope as a window of the calendar has it. CallerError unless it is said what is meant."""
    scope: dict[str, Any] = {name: patterns for name, patterns in zip(_COORDINATES, given, strict=True) if patterns}
    if bool(scope) == everything:
        raise CallerError(
            "say what to freeze: a scope, or --everything, not both",
            hint="For instance --environment production --service payments.",
        )
    if "labels" in scope:
        scope["labels"] = dict(label(text) for text in scope["labels"])
    return scope | ({"except": {"services": left_out}} if left_out else {})
