"""`gate policy check`: whatever would get a revision rejected, but for tests and cases; those are `gate policy test`'s.

What may be wrong is told too, as warnings.
Exit status: 0 nothing but warnings found, 1 findings, 2 asked wrongly, 20 nothing could be found out.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from gate.application.policy_check import PolicyReport
from gate.domain.policy_set import PolicySet
from gate.interfaces.cli import policy_place as place
from gate.interfaces.cli import render_policy
from gate.interfaces.cli.assembly import assembly_of
from gate.interfaces.cli.bypass_news import BypassNews
from gate.interfaces.cli.policy_base import PolicyBase
from gate.interfaces.cli.policy_trial import tried
from gate.interfaces.cli.render_policy import Output
from gate.ports import PolicyEngine


def check(
    context: typer.Context,
    path: place.PathArgument = Path(),
    *,
    revision: place.Revision = None,
    folder: place.Folder = "",
    base: Annotated[
        str | None,
        typer.Option(
            metavar="REF",
            help="The branch in force; a bypass is new if it was not there where this left it.",
            show_default="origin/HEAD, or main",
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(envvar="GATE_URL", metavar="URL", help="A gate that knows the changes which new bypasses name."),
    ] = None,
    output: Annotated[Output, typer.Option(help="Form of the result.")] = Output.TEXT,
) -> None:
    """Look for whatever would get a revision rejected: schema, references, calendar, Rego that does not compile.

    What may be wrong, such as a freeze that nobody has ended for months, is told as a warning. Of each new bypass it
    says what it would let through, which steps it skips and what they say, who may grant it, and what forbids it; one
    that could never be honoured is a finding, one that is only not granted yet is none.

    Exit status: 0 nothing but warnings found, 1 findings, 2 asked wrongly, 20 nothing could be found out.
    """
    where, assembly = place.PolicyPlace(path, revision, folder), assembly_of(context)
    news = BypassNews(PolicyBase(where, base), url, assembly)

    async def looked_at(policy: PolicySet, engine: PolicyEngine, tell: Callable[[str], None]) -> PolicyReport:
        report = await compiled(policy, engine, tell)
        if not report.passed:
            return report
        await news.look(policy, engine, tell)
        said = tuple(finding for new in news.told for finding in new.findings())
        return replace(report, findings=(*report.findings, *said))

    result = replace(tried(where, assembly, looked_at), bypasses=tuple(news.told))
    render_policy.show(result, output)
    raise typer.Exit(result.exit_status)


async def compiled(policy: PolicySet, engine: PolicyEngine, tell: Callable[[str], None]) -> PolicyReport:
    """What speaks against a policy that could be read, and what may be wrong with it. EngineError."""
    tell(f"compiling {len(policy.modules)} Rego modules")
    return PolicyReport((*policy.warnings, *await engine.prepare(policy.bundle)))
