"""The command line `gate`: which commands there are, and how it ends. Each command is a file of its own."""

import sys
from typing import Annotated, Final

import typer

from gate import __version__
from gate.interfaces.cli.assembly import Load
from gate.interfaces.cli.lazy import lazy_app

COMMANDS: Final = {
    "check": ("gate.interfaces.cli.check:check", "Ask a gate whether a change may go ahead."),
    "plan": ("gate.interfaces.cli.plan:plan", "Give a change that waits another time, such as one it was offered."),
    "watch": ("gate.interfaces.cli.watch:watch", "Watch a change that runs; end when it is over, or is to stop."),
    "finish": ("gate.interfaces.cli.finish:finish", "Say how a started change went."),
    "approve": ("gate.interfaces.cli.approve:approve", "Approve a step that waits for you."),
    "veto": ("gate.interfaces.cli.veto:veto", "Object to a step that waits for you."),
    "take-back": ("gate.interfaces.cli.take_back:take_back", "Take back your approval or veto."),
    "bypass": ("gate.interfaces.cli.bypass:app", "Ask to go around the process; see and revoke what is granted."),
    "break-glass": (
        "gate.interfaces.cli.break_glass:break_glass",
        "Go around the process at once, by name and on record.",
    ),
    "pir": ("gate.interfaces.cli.pir:app", "Review what went around the process, and see what is owed."),
    "explain": ("gate.interfaces.cli.explain:explain", "Tell the story of a change or a decision."),
    "calendar": ("gate.interfaces.cli.calendar:app", "Ask when time is open, and when a change would pass."),
    "freeze": ("gate.interfaces.cli.freeze:app", "Press the red button, see what is pressed, thaw it."),
    "policy": ("gate.interfaces.cli.policy:app", "Check, test and show policy."),
    "token": ("gate.interfaces.cli.token:app", "Make, list and revoke API tokens."),
    "init": ("gate.interfaces.cli.init:init", "Make a policy repository from the default pack."),
    "serve": ("gate.interfaces.cli.serve:serve", "Run a gate."),
}

app = lazy_app(COMMANDS)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 -- Typer calls it with the flag's value
    if wanted:
        typer.echo(f"gate {__version__}")
        raise typer.Exit


@app.callback()
def _gate(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Change Gate: pipelines ask before they deploy; policy in git answers.

    Commands that ask a gate find it at GATE_URL, and show it the token in GATE_TOKEN or GATE_ID_TOKEN, if there is one;
    a job of GitHub Actions that may ask for an identity token shows that.
    """


def run(load: Load) -> None:
    """Run the command line, and end the process with its exit status."""
    try:
        app(prog_name="gate", obj=load)
    except Exception as error:  # noqa: BLE001 -- whatever it is, no answer came of it, and the exit status must say so
        from gate.interfaces.cli.failure import report  # noqa: PLC0415 -- only failures pay for knowing the error tree

        sys.exit(report(error))
