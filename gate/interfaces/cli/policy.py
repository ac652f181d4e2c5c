"""`gate policy`: the commands that look at policy before it is in force, or while it is."""

from typing import Final

from gate.interfaces.cli.lazy import lazy_app

COMMANDS: Final = {
    "check": ("gate.interfaces.cli.policy_check:check", "Look for whatever would get a revision rejected."),
    "test": ("gate.interfaces.cli.policy_test:test", "Check, then run the policy's own tests and cases."),
    "show": ("gate.interfaces.cli.policy_show:show", "Show the process, steps, lanes, windows and services."),
}

app = lazy_app(COMMANDS)


@app.callback()
def _policy() -> None:
    """Check, test and show policy."""
