"""A check's result for GitHub Actions: annotations, a summary of the job, and outputs for later steps.

Escapes are those that the runner takes back: in the text of a command `%`, CR and LF; in its properties `:` and `,`
too. Everything is on one line besides, so that no text of others can begin a command or an output of its own.
"""

import re
from collections.abc import Iterator
from typing import Final

from gate.interfaces.cli import wording
from gate.interfaces.cli.check_result import Answered, CheckResult
from gate.interfaces.cli.lines import clean
from gate.interfaces.step_wire import StepAnswer

Level = str
_LEVELS: Final = {"failed": "error", "pending": "warning", "waiting": "warning", "lifted": "warning"}
_TITLE: Final = "Change Gate"
_MARKS: Final = {"satisfied": "✅", "lifted": "↷", "pending": "💬", "waiting": "⏳", "failed": "❌"}
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()#+!|~>-])")


def annotation(level: str, title: str, message: str, **place: str | int) -> str:
    """One workflow command that shows up beside the job, or at a `file` and `line`."""
    properties = {**place, "title": title}
    stated = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{level} {stated}::{_data(clean(message))}\n"


def annotations(result: CheckResult) -> str:
    """What is printed."""
    if not isinstance(result, Answered):
        error = result.error
        return annotation("error", f"{_TITLE}: no answer", f"{error.message}. {error.hint}".strip())
    decision = result.change.decision
    level = "notice" if decision.outcome == "approved" else "error"
    text = f"{wording.headline(result.change)}: {wording.ruling(decision)}; {wording.next_step(decision)}"
    head = annotation(level, f"{_TITLE}: {decision.outcome}", text)
    steps = "".join(_of_step(step) for step in decision.steps if wording.standing(step) != "satisfied")
    idle = "".join(annotation("notice", f"{_TITLE}: nothing lifted", text) for text in wording.idle_bypasses(decision))
    return head + steps + idle


def summary(result: CheckResult) -> str:
    """Markdown for `GITHUB_STEP_SUMMARY`."""
    if not isinstance(result, Answered):
        return f"### {_TITLE}: no answer\n\n{_markdown(result.error.message)}\n\n{_markdown(result.error.hint)}\n"
    return "\n".join(_summary(result)) + "\n"


def outputs(result: CheckResult) -> str:
    """Lines for `GITHUB_OUTPUT`. Without an answer the outcome is empty, which equals no outcome."""
    values = {"outcome": "", "exit-status": str(int(result.exit_status))}
    if isinstance(result, Answered):
        change, decision = result.change, result.change.decision
        values |= {
            "outcome": decision.outcome,
            "change": change.id,
            "decision": decision.id,
            "class": decision.change_class,
            "risk": decision.risk.risk_class,
            "valid-until": decision.valid_until or "",
            "passes-at": decision.passes_at or "",
            "revision": decision.revision,
            "url": result.place,
        }
    return "".join(f"{name}={clean(value)}\n" for name, value in values.items())


def _of_step(step: StepAnswer) -> str:
    state = wording.standing(step)
    return annotation(_LEVELS[state], f"{_TITLE}: {step.step} {state}", "; ".join(wording.details(step)) or state)


def _summary(result: Answered) -> Iterator[str]:
    change, decision = result.change, result.change.decision
    yield f"### {_TITLE}: {decision.outcome}"
    yield f"\n**{_markdown(wording.headline(change))}** · {_markdown(wording.ruling(decision))}\n"
    yield "| | step | |\n|---|---|---|"
    for step in decision.steps:
        said = "<br>".join(_markdown(text) for text in wording.details(step))
        yield f"| {_MARKS[wording.standing(step)]} | {_markdown(step.step)} | {said} |"
    others = (
        *map(wording.window, decision.windows),
        *map(wording.conflict, decision.conflicts),
        *wording.idle_bypasses(decision),
    )
    yield from (f"\n- {_markdown(text)}" for text in others)
    for text in (wording.next_step(decision), *wording.next_slot(change)):
        yield f"\n**{_markdown(text)}**"
    yield f"\n{_markdown(wording.policy(change))} · {_markdown(change.id)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(clean(text)).replace(":", "%3A").replace(",", "%2C")


def _markdown(text: str) -> str:
    """Text that Markdown and the HTML in it leave alone."""
    harmless = clean(text).replace("&", "&amp;").replace("<", "&lt;")
    return _MARKDOWN.sub(r"\\\1", harmless)
