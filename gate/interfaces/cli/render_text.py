"""A check's result for someone in a hurry: the outcome first, then the steps as a ticked list, then what to do."""

from collections.abc import Iterator, Mapping
from typing import Final

from gate.interfaces.cli import failure, wording
from gate.interfaces.cli.check_result import Answered, CheckResult
from gate.interfaces.cli.lines import Line, Style, line
from gate.interfaces.cli.terminal import can_show
from gate.interfaces.step_wire import StepAnswer
from gate.interfaces.wire import DecisionAnswer

Marks = Mapping[wording.Standing, str]

UNICODE: Final[Marks] = {"satisfied": "✓", "lifted": "↷", "pending": "…", "waiting": "⏳", "failed": "✗"}
ASCII: Final[Marks] = {
    "satisfied": "[ok]",
    "lifted": "[bypassed]",
    "pending": "[pending]",
    "waiting": "[waiting]",
    "failed": "[failed]",
}

STYLES: Final[Mapping[str, Style]] = {
    "approved": "green",
    "satisfied": "green",
    "lifted": "yellow",
    "review": "yellow",
    "pending": "yellow",
    "waiting": "cyan",
    "refused": "red",
    "failed": "red",
}


def marks() -> Marks:
    """Those that standard output can show."""
    return UNICODE if can_show("".join(UNICODE.values())) else ASCII


def lines(result: CheckResult, marks: Marks) -> list[Line]:
    """The result as lines."""
    return list(_answered(result, marks)) if isinstance(result, Answered) else failure.told(result.error)


def steps(decision: DecisionAnswer, marks: Marks) -> Iterator[Line]:
    """The ticked list."""
    for step in decision.steps:
        yield from _step(step, marks)


def spoken(decision: DecisionAnswer) -> Iterator[Line]:
    """What else had a say: windows, conflicts, and bypasses that lift nothing."""
    for text in (*map(wording.window, decision.windows), *map(wording.conflict, decision.conflicts)):
        yield line(text, "dim", indent=1)
    for text in wording.idle_bypasses(decision):
        yield line(text, "yellow", indent=1)


def _answered(result: Answered, marks: Marks) -> Iterator[Line]:
    change, decision = result.change, result.change.decision
    if change.state == "started" and change.stop_requested:
        yield line(f"STOP: {wording.headline(change)} is to stop, {wording.stop(change.stop_requested)}", "red")
    started = ", started" if change.state == "started" else ""
    yield line(f"{decision.outcome.upper()}{started}: {wording.headline(change)}", STYLES[decision.outcome])
    yield line(wording.ruling(decision), indent=1)
    yield from steps(decision, marks)
    yield from spoken(decision)
    yield line(wording.next_step(decision), "bold", indent=1)
    yield from (line(text, "bold", indent=1) for text in wording.next_slot(change))
    yield line(wording.policy(change), "dim", indent=1)
    yield line(f"more: gate explain {change.id}, or {result.place}", "dim", indent=1)


def _step(step: StepAnswer, marks: Marks) -> Iterator[Line]:
    state = wording.standing(step)
    yield line(f"{marks[state]} {step.step}", STYLES[state], indent=1)
    for text in wording.details(step):
        yield line(text, indent=3)
