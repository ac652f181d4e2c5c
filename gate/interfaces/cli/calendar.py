"""`gate calendar`: the commands that ask about time."""

from typing import Final

from gate.interfaces.cli.lazy import lazy_app

COMMANDS: Final = {
    "show": ("gate.interfaces.cli.calendar_show:show", "Tell whether a service's time is open, and when that changes."),
    "next": ("gate.interfaces.cli.calendar_next:next_slots", "Find the next times at which a change would pass."),
    "month": ("gate.interfaces.cli.calendar_month:month", "Draw a month."),
}

app = lazy_app(COMMANDS, usual="show")


@app.callback()
def _calendar() -> None:
    """Ask when time is open, and when a change would pass. Options alone are those of `show`."""
