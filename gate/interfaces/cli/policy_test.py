"""`gate policy test`: what a gate does with a new revision before it takes it. Checked, then tests and cases are run.

Exit status: 0 all passed, 1 findings or failures, 2 asked wrongly, 20 nothing could be found out.
"""
# ruff: noqa: PT028 -- this is the command `test`, not a test

from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import typer

from gate.application.policy_check import PolicyReport, try_out
from gate.domain.errors import CallerError
from gate.domain.finding import Finding
from gate.domain.policy_set import PolicySet
from gate.interfaces.cli import policy_place as place
from gate.interfaces.cli import render_policy
from gate.interfaces.cli.assembly import assembly_of
from gate.interfaces.cli.policy_trial import Trial, tried
from gate.interfaces.cli.render_policy import Output
from gate.ports import PolicyEngine


def test(
    context: typer.Context,
    path: place.PathArgument = Path(),
    *,
    revision: place.Revision = None,
    folder: place.Folder = "",
    run: Annotated[str, typer.Option(metavar="PATTERN", help="Only tests and cases with this in their name.")] = "",
    output: Annotated[Output, typer.Option(help="Form of the result.")] = Output.TEXT,
) -> None:
    """Check a policy, then run its own tests (`test_` rules) and cases (cases/*.yaml).

    Exit status: 0 all passed, 1 findings or failures, 2 asked wrongly, 20 nothing could be found out.
    """
    result = tried(place.PolicyPlace(path, revision, folder), assembly_of(context), selecting(run))
    render_policy.show(result, output)
    raise typer.Exit(result.exit_status)


def selecting(pattern: str) -> Trial:
    """A trial of the tests and cases whose path or name the pattern is part of; `*` and `?` are globs."""
    glob = f"*{pattern}*"

    def is_selected(path: str, name: str) -> bool:
        return fnmatchcase(path, glob) or fnmatchcase(name, glob)

    async def trial(policy: PolicySet, engine: PolicyEngine, tell: Callable[[str], None]) -> PolicyReport:
        cases = tuple((path, case) for path, case in policy.cases if is_selected(path, case.note))
        report = await try_out(replace(policy, cases=cases), engine, tell)
        tests = tuple(test for test in report.tests if is_selected(test.path, test.name))
        report = _demand_something(replace(report, tests=tests), pattern)
        return replace(report, findings=(*policy.warnings, *report.findings))

    return trial


def _demand_something(report: PolicyReport, pattern: str) -> PolicyReport:
    """What tested nothing has not passed."""
    if report.findings or report.tests or report.cases:
        return report
    if pattern:
        raise CallerError(f"no test and no case has {pattern!r} in its name", hint="Leave --run out to run all.")
    nothing = Finding(message="there is no test and no case", hint="write rego/**/*_test.rego, or cases/*.yaml")
    return replace(report, findings=(nothing,))
