"""`gate calendar next`: the next times at which a change of a service would pass."""
# ruff: noqa: ARG001 -- the options that say whose time it is are read together, from the context's parameters

from datetime import timedelta
from typing import Annotated, Final

import typer

from gate.domain.errors import CallerError
from gate.domain.prospect import OFFERED, USUAL_KIND
from gate.domain.slots import MOST_SLOTS
from gate.interfaces.cli import calendar_options as option
from gate.interfaces.cli import calendar_words
from gate.interfaces.cli import policy_place as place
from gate.interfaces.cli.gate_client import DEFAULT_URL, Url
from gate.interfaces.cli.span import seconds_of

_MOST_DAYS: Final = 30
Duration = Annotated[
    str | None,
    typer.Option(metavar="SPAN", help="How long it takes, such as 45m or 2h.", show_default="usual of the service"),
]


def next_slots(  # noqa: PLR0913 -- each option is a parameter
    context: typer.Context,
    *,
    service: option.Service,
    environment: option.Environment,
    kind: option.Kind = USUAL_KIND,
    duration: Duration = None,
    count: Annotated[int, typer.Option(metavar="N", min=1, max=MOST_SLOTS, help="How many.")] = OFFERED,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="INSTANT", help="No earlier than this, RFC 3339.", show_default="now"),
    ] = None,
    policy: option.Policy = None,
    revision: place.Revision = None,
    folder: place.Folder = "",
    url: Url = DEFAULT_URL,
    output: option.Form = option.Output.TEXT,
) -> None:
    """Find the next times, up to 90 days ahead, at which windows and other changes would let a change pass.

    Nothing is reserved by it: ask when it begins. Exit status: 0 also where there is none.
    """
    source, length = option.source_of(context), _length(duration)
    option.tell(source.slots(length, count, option.instant_of(from_, "--from")), output, calendar_words.slots)


def _length(text: str | None) -> timedelta | None:
    if text is None:
        return None
    seconds = seconds_of(text, most_days=_MOST_DAYS)
    if seconds == 0:
        raise CallerError("--duration is nothing at all", hint="Write it like 45m or 2h.", field="--duration")
    return timedelta(seconds=seconds)
