"""`gate calendar show`: whether a service's time is open at an instant, why, and when that changes."""
# ruff: noqa: ARG001 -- the options that say whose time it is are read together, from the context's parameters

from typing import Annotated

import typer

from gate.domain.prospect import USUAL_KIND
from gate.interfaces.cli import calendar_month, calendar_words
from gate.interfaces.cli import calendar_options as option
from gate.interfaces.cli import policy_place as place
from gate.interfaces.cli.gate_client import DEFAULT_URL, Url


def show(  # noqa: PLR0913 -- each option is a parameter
    context: typer.Context,
    *,
    service: option.Service,
    environment: option.Environment,
    kind: option.Kind = USUAL_KIND,
    at: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="RFC 3339 with an offset.", show_default="now")
    ] = None,
    month: option.Month = None,
    policy: option.Policy = None,
    revision: place.Revision = None,
    folder: place.Folder = "",
    url: Url = DEFAULT_URL,
    output: option.Form = option.Output.TEXT,
) -> None:
    """Tell whether a service's time is open or closed, which windows say so, and when that changes.

    With `--month` the month is drawn instead. Advice only: the decision about a change alone decides.
    Exit status: 0 told, open or closed; 2 asked wrongly; 20 no answer.
    """
    source = option.source_of(context)
    if month is not None:
        calendar_month.draw(source, month, output)
        return
    option.tell(source.state(option.instant_of(at, "--at")), output, calendar_words.state)
