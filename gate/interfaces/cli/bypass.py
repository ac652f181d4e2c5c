"""`gate bypass`: files of the policy repository that let one change go around the process."""

from typing import Final

from gate.interfaces.cli.lazy import lazy_app

COMMANDS: Final = {
    "new": ("gate.interfaces.cli.bypass_new:new", "Write a bypass on a branch, ready to push."),
    "list": ("gate.interfaces.cli.bypass_list:list_bypasses", "List the bypasses that a gate knows."),
    "revoke": ("gate.interfaces.cli.bypass_revoke:revoke", "Delete a bypass on a branch, ready to push."),
}

app = lazy_app(COMMANDS)


@app.callback()
def _bypass() -> None:
    """Ask to go around the process, see what is granted, take it back. Whoever may grants by merging."""
