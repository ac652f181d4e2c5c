"""`gate freeze`: the red button. Windows that are planned are files of the policy repository, not commands."""

from typing import Final

from gate.interfaces.cli.lazy import lazy_app

COMMANDS: Final = {
    "now": ("gate.interfaces.cli.freeze_now:now", "Press the red button: freeze at once."),
    "list": ("gate.interfaces.cli.freeze_list:list_freezes", "List the freezes that were pressed."),
    "thaw": ("gate.interfaces.cli.freeze_thaw:thaw", "Let go of a pressed freeze."),
}

app = lazy_app(COMMANDS)


@app.callback()
def _freeze() -> None:
    """Press the red button, see what is pressed, thaw it.

    A token needs the scope freeze or admin, and every service and environment that is frozen.
    """
