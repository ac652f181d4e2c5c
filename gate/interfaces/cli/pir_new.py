"""`gate pir new`: what came of a change that went around the process."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from gate.domain.errors import CallerError
from gate.domain.pir import Wrong
from gate.interfaces.cli import terminal
from gate.interfaces.cli.answering import By
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Url
from gate.interfaces.cli.lines import Line, line
from gate.interfaces.pir_wire import PirAnswer

_WRONG: dict[str, Wrong] = {"process": "process_wrong", "bypass": "bypass_wrong", "neither": "neither"}


def new(
    change_id: Annotated[str, typer.Argument(metavar="ID", help="Of the change; `gate pir list` shows what is owed.")],
    *,
    happened: Annotated[str, typer.Option(metavar="TEXT", help="What happened.")],
    wrong: Annotated[
        str, typer.Option(metavar="WHAT", help="What ought to be otherwise: process, bypass, or neither.")
    ],
    follow_up: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="What is done about it; several are allowed.")
    ] = None,
    by: By = None,
    url: Url = DEFAULT_URL,
) -> None:
    """Write the review that a change owes because it used a bypass. It is on record, and never changed.

    If it was overdue, its team may go around the process again at once.

    Exit status: 0 it is on record, 2 none is owed or it is written already, 20 no answer.
    """
    document: dict[str, Any] = {"happened": happened, "wrong": _meant(wrong), "follow_ups": follow_up or []}
    with GateClient.at(url) as client:
        reply = client.review(change_id, document | ({} if by is None else {"by": by}))
    terminal.show(_lines(reply.said))


def _meant(wrong: str) -> Wrong:
    if wrong in _WRONG:
        return _WRONG[wrong]
    raise CallerError(
        f"{wrong!r} is none of {', '.join(_WRONG)}", hint="Say what ought to be otherwise.", field="wrong"
    )


def _lines(pir: PirAnswer) -> Iterator[Line]:
    yield line(f"On record: {pir.by} reviewed change {pir.change} of {pir.service} ({pir.wrong}).", "green")
    for each in pir.follow_ups:
        yield line(f"to do: {each}", indent=1)
