"""`gate calendar import`: windows for calendar/ of a policy repository, made of a calendar that is kept elsewhere.

Exit status: 0 everything was expressed, or --allow-loss; 1 something was lost and nothing is written; 2 asked wrongly.
"""
# ruff: noqa: ARG001 -- the options that say what the calendar cannot are read together, from the context's parameters

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gate.domain.errors import CallerError
from gate.domain.naming import nearest
from gate.interfaces.calendars import argocd, gitlab, icalendar
from gate.interfaces.calendars.about import FROM_THE_BEGINNING, About
from gate.interfaces.calendars.conversion import MAX_FILE_BYTES, Conversion
from gate.interfaces.calendars.coordinates import Coordinates
from gate.interfaces.calendars.drafts import Draft, policy_file
from gate.interfaces.calendars.ical_times import known_zones
from gate.interfaces.cli import calendar_report as report
from gate.interfaces.cli.calendar_report import Format
from gate.interfaces.cli.exit_status import OK

Read = Callable[[str, str, About], Conversion[tuple[Draft, ...]]]
READERS: Final[Mapping[Format, Read]] = {
    Format.ICS: icalendar.read,
    Format.ARGOCD: argocd.read,
    Format.GITLAB: gitlab.read,
}
_MADE: Final = "Made by `gate calendar import"
_ONLY_FOR: Final[Mapping[str, tuple[Format, ...]]] = {
    "kind": (Format.ICS, Format.GITLAB),
    "timezone": (Format.ICS,),
    "since": (Format.ARGOCD, Format.GITLAB),
    "pair": (Format.ICS,),
    "only": (Format.ICS,),
    "coordinate": (Format.ARGOCD,),
}
"""Options that say something to some formats only."""


class Kind(StrEnum):
    """Kinds of windows."""

    FREEZE = "Freeze"
    MAINTENANCE = "Maintenance"
    ADVISORY = "Advisory"


def read_in(  # noqa: PLR0913 -- each option is a parameter
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The calendar; - for standard input.", allow_dash=True)],
    *,
    from_: Annotated[Format, typer.Option("--from", help="Form of the calendar.")],
    kind: Annotated[
        Kind | None, typer.Option(help="What its windows are; Argo CD's say so themselves.", show_default="Freeze")
    ] = None,
    environment: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Environments it is about; repeatable.")
    ] = None,
    service: Annotated[list[str] | None, typer.Option(metavar="GLOB", help="Services it is about; repeatable.")] = None,
    prefix: Annotated[str, typer.Option(metavar="TEXT", help="Begin the name of every window with this.")] = "",
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="For times without a zone.", show_default="UTC")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="First day of what recurs by cron.", show_default=f"{FROM_THE_BEGINNING}"),
    ] = None,
    pair: Annotated[
        list[str] | None,
        typer.Option(
            metavar="BEGINNING=END",
            help="Events that mark where a window begins and ends, by globs of summaries; repeatable.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Take these events only, by summary; repeatable.")
    ] = None,
    coordinate: report.Coordinate = None,
    allow_loss: report.AllowLoss = False,
    out: report.Out = None,
) -> None:
    """Make windows of an iCalendar file, of Argo CD's sync windows or of GitLab's freeze periods.

    Whatever cannot be expressed is reported, and then nothing is written but with --allow-loss. Exit status: 0 all was
    expressed, or the loss was allowed; 1 something was lost, or nothing found; 2 asked wrongly.
    """
    about = _about(context.params)
    called = "standard input" if str(file) == "-" else file.name
    conversion = READERS[from_](called, _text(file), about)
    status = report.told(conversion, len(conversion.made), allow_loss=allow_loss)
    if status is OK:
        _demand_own(out)
        report.write(policy_file(conversion.made, _header(called, from_, conversion)), out)
    raise typer.Exit(status)


def _about(said: Mapping[str, Any]) -> About:
    for name, formats in _ONLY_FOR.items():
        if said[name] and said["from_"] not in formats:
            option = "--as" if name == "coordinate" else f"--{name}"
            raise CallerError(
                f"{option} says nothing to a calendar of the form {said['from_'].value}", hint="Leave it out."
            )
    return About(
        kind=said["kind"].value if said["kind"] else "Freeze",
        environments=tuple(said["environment"] or ()),
        services=tuple(said["service"] or ()),
        prefix=said["prefix"],
        timezone=_zone(said["timezone"]),
        since=_date(said["since"]),
        coordinates=Coordinates.of(said["coordinate"] or ()),
        pairs=tuple(map(_pair, said["pair"] or ())),
        only=tuple(said["only"] or ()),
    )


def _pair(text: str) -> tuple[str, str]:
    beginning, _, end = text.partition("=")
    if not beginning or not end:
        raise CallerError(f"--pair {text[:80]!r} is no pair", hint="Such as --pair 'Code Freeze=Thaw'.")
    return beginning.strip(), end.strip()


def _zone(name: str | None) -> str | None:
    if name is not None and name not in known_zones():
        raise CallerError(
            f"--timezone {name!r} is no IANA time zone{nearest(name, sorted(known_zones()))}",
            hint="Such as Europe/Amsterdam.",
        )
    return name


def _date(text: str | None) -> date:
    try:
        return FROM_THE_BEGINNING if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise CallerError(f"--since {text!r} is no date", hint="Write it as 2026-01-31.") from error


def _text(file: Path) -> str:
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CallerError(f"{file} cannot be read: {error}", hint="Give a file of UTF-8 text.") from error
    if len(content) > MAX_FILE_BYTES:
        raise CallerError(f"{file} is larger than {MAX_FILE_BYTES // 1024} KiB", hint="Import a part of it.")
    return text


def _demand_own(out: Path | None) -> None:
    """What somebody wrote by hand is not overwritten; what an import made is, so that it can be made again."""
    try:
        if out is not None and out.exists() and not out.read_text("utf-8").startswith(f"# {_MADE}"):
            raise CallerError(f"{out} is there, and no import made it", hint="Name another file, or delete it.")
    except (OSError, UnicodeDecodeError) as error:
        raise CallerError(f"{out} cannot be read: {error}", hint="Name another file.") from error


def _header(called: str, form: Format, conversion: Conversion[tuple[Draft, ...]]) -> Iterator[str]:
    yield f"{_MADE} --from {form.value}` from {called}; import it again rather than edit it here."
    for finding in conversion.lost:
        yield f"Not taken over: {finding}"
