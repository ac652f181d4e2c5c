"""`gate calendar export`: the windows of a policy as iCalendar, Argo CD's sync windows or GitLab's freeze periods.

Exit status: 0 everything was expressed, or --allow-loss; 1 something was lost and nothing is written; 2 asked wrongly.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from gate.domain.calendar import Window
from gate.domain.finding import Finding
from gate.domain.instant import to_ns
from gate.domain.policy_set import PolicySet
from gate.domain.reach import Known, Reach
from gate.interfaces.calendars import argocd_export, gitlab_export, ical_export
from gate.interfaces.calendars.conversion import Conversion, Source
from gate.interfaces.calendars.coordinates import Coordinates
from gate.interfaces.cli import calendar_report as report
from gate.interfaces.cli import policy_place as place
from gate.interfaces.cli import terminal
from gate.interfaces.cli.assembly import assembly_of
from gate.interfaces.cli.calendar_import import Kind
from gate.interfaces.cli.calendar_report import Format
from gate.interfaces.cli.exit_status import OK

_ALL: Final = tuple(Kind)


def write_out(  # noqa: PLR0913 -- each option is a parameter
    context: typer.Context,
    path: place.PathArgument = Path(),
    *,
    to: Annotated[Format, typer.Option("--to", help="Form of the calendar.")],
    revision: place.Revision = None,
    folder: place.Folder = "",
    kind: Annotated[list[Kind] | None, typer.Option(help="Kinds of windows; repeatable.", show_default="all")] = None,
    service: Annotated[str | None, typer.Option(metavar="NAME", help="Only what may hold for this service.")] = None,
    environment: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what may hold for this environment.")
    ] = None,
    coordinate: report.Coordinate = None,
    allow_loss: report.AllowLoss = False,
    out: report.Out = None,
) -> None:
    """Write the windows of a policy folder, or of a revision, as iCalendar, for Argo CD or for GitLab.

    Whatever cannot be expressed is reported, and then nothing is written but with --allow-loss. Exit status: 0 all was
    expressed, or the loss was allowed; 1 something was lost, or nothing found; 2 asked wrongly.
    """
    coordinates = Coordinates.of(coordinate or ())
    with terminal.progress() as tell:
        tell("reading the policy")
        policy = place.PolicyPlace(path, revision, folder).read(assembly_of(context))
    known = Known.of(policy.catalogue, service, environment)
    windows = [each for each in _chosen(policy, known) if each.kind in (kind or _ALL)]
    conversion = _converted(to, windows, known, policy.committed_at_ns, coordinates)
    status = report.told(conversion, len(windows) - len(conversion.lost), allow_loss=allow_loss)
    if status is OK:
        report.write(conversion.made, out)
    raise typer.Exit(status)


def _chosen(policy: PolicySet, known: Known) -> Sequence[Window]:
    return [each for each in policy.calendar.windows if known.within(each.scope) is not Reach.NEVER]


def _converted(
    to: Format, windows: Sequence[Window], known: Known, revised_at_ns: int, coordinates: Coordinates
) -> Conversion[str]:
    now_ns = to_ns(datetime.now(UTC))
    match to:
        case Format.ICS:
            return Conversion(ical_export.written(windows, "Change Gate", revised_at_ns))
        case Format.ARGOCD:
            return argocd_export.written(windows, coordinates, now_ns)
        case Format.GITLAB:
            if known.service is None or known.environment is None:
                return gitlab_export.written(windows, now_ns, of_one_project=False)
            always = [each for each in windows if known.within(each.scope) is Reach.ALWAYS]
            made = gitlab_export.written(always, now_ns, of_one_project=True)
            rest = [each for each in windows if each not in always]
            return replace(made, findings=(*made.findings, *map(_in_part, rest)))


def _in_part(window: Window) -> Finding:
    return Source("", field=f"{window.kind} {window.name}").lost(
        "GitLab cannot have it: it is about some changes of the service only, by their kind or labels"
    )
