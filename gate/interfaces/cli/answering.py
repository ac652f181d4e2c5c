"""What `gate approve`, `gate veto` and `gate take-back` share: look at the change, and answer for what was seen."""

from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer

from gate.domain.errors import CallerError
from gate.domain.review import AnswerKind
from gate.interfaces.cli import render_text, terminal
from gate.interfaces.cli.check_result import Answered
from gate.interfaces.cli.gate_client import GateClient
from gate.interfaces.cli.lines import Line, Style, line
from gate.interfaces.wire import ChangeAnswer

ChangeId = Annotated[str, typer.Argument(metavar="ID", help="Of the change; who is asked is told it.")]
Step = Annotated[
    str | None, typer.Option(metavar="STEP", help="Which step.", show_default="the one that waits for people")
]
Commit = Annotated[
    str | None,
    typer.Option(metavar="ID", help="The commit that you looked at; if the change is of another, no answer."),
]
By = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME", help="Who you are, where the gate is open. Else your token says it."),
]

_TOLD: Final[dict[AnswerKind, tuple[str, Style]]] = {
    "approve": ("you approve", "green"),
    "veto": ("you object to", "red"),
    "withdraw": ("you take back what you said to", "yellow"),
}


def answer(url: str, change_id: str, kind: AnswerKind, step: str | None, **said: str | None) -> None:
    """Answer, and show what it came to. CallerError where several steps wait for people and none is named."""
    with GateClient.at(url) as client:
        seen = client.look(change_id).said
        named = step or _only_step(seen, kind)
        # Bound to what was just shown: if the change is another by the time the answer arrives, it is none.
        asked: dict[str, Any] = {"commit": seen.commit, "artifact": seen.artifact}
        asked |= {name: value for name, value in said.items() if value is not None}
        reply = client.answer(change_id, {"step": named, "answer": kind, **asked})
        result = Answered(reply.said, reply.body, client.url)
    terminal.show(_lines(result, kind, named))


def _only_step(change: ChangeAnswer, kind: AnswerKind) -> str:
    steps = change.decision.steps
    waiting = [each.step for each in steps if each.status == "pending" and any(need.group for need in each.needs)]
    if len(waiting) == 1 and kind != "withdraw":
        return waiting[0]
    told = f"steps {', '.join(waiting)} wait" if waiting else "no step waits"
    raise CallerError(
        f"{told} for people in change {change.id}",
        hint="Say which one with --step; `gate explain` shows them all.",
        field="step",
    )


def _lines(result: Answered, kind: AnswerKind, step: str) -> Iterator[Line]:
    told, style = _TOLD[kind]
    yield line(f"On record: {told} {step} of change {result.change.id}.", style)
    yield from render_text.lines(result, render_text.marks())
