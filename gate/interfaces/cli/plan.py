"""`gate plan`: a change that has not started gets another start, such as the first slot that it was offered."""

from typing import Annotated

import typer

from gate.domain.errors import CallerError
from gate.domain.instant import rfc3339
from gate.interfaces.cli import render_json, render_text, terminal
from gate.interfaces.cli.asking import Asking
from gate.interfaces.cli.calendar_options import Form, Output, instant_of
from gate.interfaces.cli.check_result import Answered
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Url
from gate.interfaces.cli.named_change import Answer, change_id_of
from gate.interfaces.cli.patience import Patience
from gate.interfaces.cli.span import seconds_of
from gate.interfaces.wire import ChangeAnswer


def plan(  # noqa: PLR0913 -- each option is a parameter
    change_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="Id of the change; or give --answer.", show_default=False)
    ] = None,
    time: Annotated[
        str | None,
        typer.Argument(metavar="TIME", help="When it is to start, such as 2026-11-28T02:00:00Z.", show_default=False),
    ] = None,
    *,
    next_: Annotated[bool, typer.Option("--next", help="Take the first slot that it is offered now.")] = False,
    now: Annotated[bool, typer.Option("--now", help="No time any more: as soon as it may.")] = False,
    answer: Answer = None,
    wait: Annotated[
        str, typer.Option(metavar="SPAN", help="How long to wait for people, time or the gate, such as 15m.")
    ] = "0s",
    url: Url = DEFAULT_URL,
    output: Form = Output.TEXT,
) -> None:
    """Plan a change that has not started for another time: an instant, the next slot (--next) or none (--now).

    It keeps its id and, where it waits, its place in line, and is judged for that time at once. What it held for the
    time before, it gives up, whatever the answer.

    Exit status: 0 approved, 10 refused, 11 review still pending, 12 waiting for time, 20 no answer, 2 asked wrongly.
    """
    if answer is not None and time is None:
        change_id, time = None, change_id
    if [time is not None, next_, now].count(True) != 1:
        raise CallerError("say when: give one of TIME, --next and --now", hint="See `gate plan --help`.")
    planned, start_ns = change_id_of(change_id, answer), instant_of(time, "TIME")
    with terminal.progress(in_logs=True) as tell, GateClient.at(url) as client:
        asking = Asking(client, Patience(seconds_of(wait)), tell)
        start = None if start_ns is None else rfc3339(start_ns)
        if next_:
            start = first_slot(asking.look(planned, 0).said)
        reply = asking.plan(planned, start)
    result = Answered(reply.said, reply.body, client.url)
    if output is Output.TEXT:
        terminal.show(render_text.lines(result, render_text.marks()))
    else:
        terminal.write(render_json.document(result))
    raise typer.Exit(result.exit_status)


def first_slot(change: ChangeAnswer) -> str:
    """When the first slot begins that is offered with an answer. CallerError if none is."""
    if not change.next_slots:
        raise CallerError(
            f"change {change.id} is {change.decision.outcome}, and no slot is offered",
            hint="Slots are offered where closed time or another change is in the way; see `gate calendar next`.",
        )
    return change.next_slots[0].start
