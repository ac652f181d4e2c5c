"""`gate check`: a pipeline asks whether its change may go ahead, and learns it from the exit status.

    0 approved · 10 refused · 11 review pending · 12 waiting for time · 20 no answer · 2 asked wrongly

Asking is in `asking`, what is asked in `asked`, how the result looks in the renderers.
"""
# ruff: noqa: ARG001 -- the options that describe the change are read together, from the context's parameters

import os
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from gate.domain.errors import CallerError, GateError
from gate.interfaces.cli import change_options as option
from gate.interfaces.cli import render_github, render_json, render_junit, render_text, terminal
from gate.interfaces.cli.asked import Document, read_given, request_document
from gate.interfaces.cli.asking import Asking
from gate.interfaces.cli.check_result import Answered, CheckResult, Unanswered
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Url
from gate.interfaces.cli.git import Checkout
from gate.interfaces.cli.lines import line
from gate.interfaces.cli.patience import Patience
from gate.interfaces.cli.span import seconds_of


class Output(StrEnum):
    """Forms of a result."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    JUNIT = "junit"


def check(  # noqa: PLR0913 -- each option is a parameter
    context: typer.Context,
    *,
    service: option.Service = None,
    environment: option.Environment = None,
    commit: option.Commit = None,
    artifact: option.Artifact = None,
    run: option.Run = None,
    kind: option.Kind = None,
    paths: option.Paths = None,
    paths_from: option.PathsFrom = None,
    lines: option.Lines = None,
    evidence: option.Evidence = None,
    author: option.Author = None,
    requester: option.Requester = None,
    labels: option.Labels = None,
    incident: option.Incident = None,
    summary: option.Summary = None,
    diff_url: option.DiffUrl = None,
    planned_start: option.PlannedStart = None,
    duration: option.Duration = None,
    implementer: option.Implementer = None,
    depends_on: option.DependsOn = None,
    request: option.RequestFile = None,
    idempotency_key: Annotated[str | None, typer.Option(metavar="KEY", help="Your own name for this request.")] = None,
    wait: Annotated[
        str, typer.Option(metavar="SPAN", help="How long to wait for people, time or the gate, such as 15m.")
    ] = "0s",
    start: Annotated[bool, typer.Option("--start", help="Start the change when it is approved.")] = False,
    url: Url = DEFAULT_URL,
    output: Annotated[Output, typer.Option(help="Form of the result.")] = Output.TEXT,
) -> None:
    """Ask a gate whether a change may go ahead.

    Exit status: 0 approved, 10 refused, 11 review still pending, 12 waiting for time, 20 no answer, 2 asked wrongly.
    """
    with terminal.progress(in_logs=True) as tell:
        result = _result(context.params, tell)
    _render(result, output)
    raise typer.Exit(result.exit_status)


def _result(chosen: Mapping[str, Any], tell: terminal.Progress) -> CheckResult:
    try:
        asked = request_document(
            option.ChangeOptions.of(chosen), _given(chosen["request"]), Checkout(Path.cwd()), os.environ
        )
        with GateClient.at(chosen["url"]) as client:
            asking = Asking(client, Patience(seconds_of(chosen["wait"])), tell)
            answer = asking.ask(asked, chosen["idempotency_key"], start=chosen["start"])
    except GateError as error:
        return Unanswered(error)
    return Answered(answer.said, answer.body, client.url)


def _given(source: str | None) -> Document:
    if source is None:
        return {}
    if source == "-":
        return read_given(sys.stdin.read(), "standard input")
    try:
        return read_given(Path(source).read_text("utf-8"), source)
    except (OSError, UnicodeDecodeError) as error:
        raise CallerError(
            f"--request {source} cannot be read: {error}", hint="Give a file, or - for standard input."
        ) from error


def _render(result: CheckResult, output: Output) -> None:
    if output is Output.TEXT:
        terminal.show(render_text.lines(result, render_text.marks()), error=isinstance(result, Unanswered))
    elif output is Output.GITHUB:
        terminal.write(render_github.annotations(result))
        _append("GITHUB_STEP_SUMMARY", render_github.summary(result))
        _append("GITHUB_OUTPUT", render_github.outputs(result))
    else:
        terminal.write(render_json.document(result) if output is Output.JSON else render_junit.report(result))


def _append(variable: str, text: str) -> None:
    """Add to a file that the runner names. What cannot be written changes nothing about the answer."""
    place = os.environ.get(variable)
    if not place:
        return
    try:
        with Path(place).open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        terminal.show([line(f"{variable} cannot be written: {error}", "yellow")], error=True)
