"""What the commands of `gate calendar` are told on their command line: whose time, and where the answer comes from."""

import json
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import BaseModel, TypeAdapter, ValidationError

from gate.domain.errors import CallerError
from gate.domain.prospect import Prospect
from gate.interfaces.calendar_wire import InstantAsked
from gate.interfaces.cli import policy_place, terminal
from gate.interfaces.cli.assembly import assembly_of
from gate.interfaces.cli.calendar_source import CalendarSource, OfFiles, OfGate
from gate.interfaces.cli.gate_client import Reply
from gate.interfaces.cli.lines import Line

M = TypeVar("M", bound=BaseModel)


class Output(StrEnum):
    """Forms of an answer."""

    TEXT = "text"
    JSON = "json"


Service = Annotated[str, typer.Option(metavar="NAME", help="Whose time.")]
Environment = Annotated[str, typer.Option(metavar="NAME", help="Where.")]
Kind = Annotated[str, typer.Option(metavar="NAME", help="Kind of change; a window may be for some only.")]
Policy = Annotated[
    Path | None, typer.Option(metavar="PATH", help="Read this policy folder; without it, a running gate is asked.")
]
Month = Annotated[
    str | None, typer.Option(metavar="YYYY-MM", help="Draw that month; this one where no value is given.")
]
Form = Annotated[Output, typer.Option(help="Form of the answer.")]


def source_of(context: typer.Context) -> CalendarSource:
    """The source that the options name. GateError where policy files cannot be read, or do not know the names."""
    said = context.params
    service, environment, kind = said["service"], said["environment"], said["kind"]
    if said["policy"] is None and said["revision"] is None:
        return OfGate(said["url"], {"service": service, "environment": environment, "kind": kind})
    place = policy_place.PolicyPlace(said["policy"] or Path(), said["revision"], said["folder"])
    return OfFiles(Prospect.of_service(place.read(assembly_of(context)), service, environment, kind))


def instant_of(text: str | None, option: str) -> int | None:
    """The instant that an option names. CallerError."""
    if text is None:
        return None
    try:
        return TypeAdapter(InstantAsked).validate_python(text)
    except ValidationError as error:
        raise CallerError(
            f"{option} {text!r} {error.errors()[0]['msg']}", hint="Write the UTC offset, as in 2026-11-02T10:00:00Z."
        ) from error


def tell(reply: Reply[M], output: Output, lines: Callable[[M], Iterable[Line]]) -> None:
    """Print an answer: as lines for people, or as it came for programs."""
    if output is Output.TEXT:
        terminal.show(lines(reply.said))
    else:
        terminal.write(json.dumps(json.loads(reply.body), indent=2) + "\n")
