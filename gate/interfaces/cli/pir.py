"""`gate pir`: post-implementation reviews of what went around the process."""

from typing import Final

from gate.interfaces.cli.lazy import lazy_app

COMMANDS: Final = {
    "new": ("gate.interfaces.cli.pir_new:new", "Write the review that a change owes."),
    "list": ("gate.interfaces.cli.pir_list:list_reviews", "List the reviews that are owed, and those written."),
}

app = lazy_app(COMMANDS)


@app.callback()
def _pir() -> None:
    """Review what went around the process. While one is overdue, its team goes around nothing."""
