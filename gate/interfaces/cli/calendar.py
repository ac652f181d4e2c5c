"""`gate calendar`: the commands that ask about time, and that carry calendars in and out."""

from typing import Final

from gate.interfaces.cli.lazy import lazy_app

COMMANDS: Final = {
    "show": ("gate.interfaces.cli.calendar_show:show", "Tell whether a service's time is open, and when that changes."),
    "next": ("gate.interfaces.cli.calendar_next:next_slots", "Find the next times at which a change would pass."),
    "month": ("gate.interfaces.cli.calendar_month:month", "Draw a month."),
    "import": ("gate.interfaces.cli.calendar_import:read_in", "Make windows of an iCalendar, Argo CD or GitLab file."),
    "export": ("gate.interfaces.cli.calendar_export:write_out", "Write the windows as iCalendar, for Argo CD, GitLab."),
}

app = lazy_app(COMMANDS, usual="show", bare={"--month": "month"})


@app.callback()
def _calendar() -> None:
    """Ask when time is open, and when a change would pass. Options alone are those of `show`, and `--month` draws."""
