"""What became of a conversion: the report on standard error, and where the result goes.

What could not be expressed keeps the result from being written, unless that is allowed: a calendar that is silently
smaller than its original would let changes through.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from gate.domain.errors import CallerError
from gate.interfaces.calendars.conversion import Conversion
from gate.interfaces.cli import terminal
from gate.interfaces.cli.exit_status import OK, ExitStatus
from gate.interfaces.cli.lines import Line, count, line


class Format(StrEnum):
    """Forms of a calendar."""

    ICS = "ics"
    ARGOCD = "argocd"
    GITLAB = "gitlab"


AllowLoss = Annotated[
    bool, typer.Option("--allow-loss", help="Write the rest where something cannot be expressed; the report says what.")
]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Write here.", show_default="standard output")]
Coordinate = Annotated[
    list[str] | None,
    typer.Option(
        "--as",
        metavar="THEIRS=OURS",
        help="What Argo CD's applications, namespaces and clusters are here, such as namespaces=environments; "
        "repeatable. Usually services, labels.namespace and environments.",
    ),
]


def told(conversion: Conversion[Any], windows: int, *, allow_loss: bool) -> ExitStatus:
    """Tell everything that is otherwise than in the original. Whether the result may be written."""
    status = OK if windows and (allow_loss or not conversion.lost) else ExitStatus.FINDINGS
    terminal.show(_lines(conversion, windows, status), error=True)
    return status


def _lines(conversion: Conversion[Any], windows: int, status: ExitStatus) -> Iterator[Line]:
    for finding in conversion.findings:
        yield line(f"lost: {finding}", "red") if finding.severity == "error" else line(str(finding), "yellow")
    lost = len(conversion.lost)
    warnings = len(conversion.findings) - lost
    told_of = f", {lost} lost" * bool(lost) + f", {count(warnings, 'warning')}" * bool(warnings)
    yield line(f"{count(windows, 'window')}{told_of}", "green" if status is OK else "red")
    if not windows:
        yield line("Nothing was written, because no window came of it.", indent=1)
    elif status is not OK:
        yield line("Nothing was written. Mend the original, or write what is left with --allow-loss.", indent=1)


def write(text: str, out: Path | None) -> None:
    """Write the result. CallerError."""
    if out is None:
        terminal.write(text)
        return
    try:
        out.write_text(text, "utf-8", newline="")
    except OSError as error:
        raise CallerError(f"{out} cannot be written: {error}", hint="Name another file.") from error
