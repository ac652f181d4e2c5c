"""`gate calendar month`: a month drawn a day a line, half an hour a character. How, is in `calendar_drawing`."""
# ruff: noqa: ARG001 -- the options that say whose time it is are read together, from the context's parameters

import re
import time
from datetime import datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from gate.domain.errors import CallerError
from gate.domain.instant import YEARS, from_ns
from gate.domain.prospect import USUAL_KIND
from gate.domain.recurrence import resolve
from gate.interfaces.cli import calendar_drawing as drawing
from gate.interfaces.cli import calendar_options as option
from gate.interfaces.cli import policy_place as place
from gate.interfaces.cli.calendar_source import CalendarSource
from gate.interfaces.cli.gate_client import DEFAULT_URL, Url

_WRITTEN: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_DAYS: Final = 33
"""As long as any month, and an end that the clock may have moved."""


def month(  # noqa: PLR0913 -- each option is a parameter
    context: typer.Context,
    *,
    service: option.Service,
    environment: option.Environment,
    kind: option.Kind = USUAL_KIND,
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Which.", show_default="this month")] = None,
    policy: option.Policy = None,
    revision: place.Revision = None,
    folder: place.Folder = "",
    url: Url = DEFAULT_URL,
    output: option.Form = option.Output.TEXT,
) -> None:
    """Draw a month of a service's time, in its own zone: what is open, frozen, outside of maintenance or only shown."""
    draw(option.source_of(context), month, output)


def draw(source: CalendarSource, month: str | None, output: option.Output) -> None:
    """Draw it. CallerError for what is no month."""
    zone = ZoneInfo(source.state(None).said.timezone)
    first = _first_of(month, zone)
    reply = source.schedule(resolve(first, zone, "earliest"), _DAYS)
    option.tell(reply, output, lambda answer: drawing.lines(answer, first, drawing.signs()))


def _first_of(month: str | None, zone: ZoneInfo) -> datetime:
    if month is None:
        now = from_ns(time.time_ns()).astimezone(zone)
        return datetime(now.year, now.month, 1)  # noqa: DTZ001 -- wall-clock time of the zone
    found = _WRITTEN.fullmatch(month)
    if found is None or int(found[1]) not in YEARS:
        raise CallerError(f"--month {month!r} is not a month", hint="Write it like 2026-12.", field="--month")
    return datetime(int(found[1]), int(found[2]), 1)  # noqa: DTZ001 -- as above
