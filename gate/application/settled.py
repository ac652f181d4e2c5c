"""Whether somebody who waits for word of a change has it."""

from gate.domain.judgement import StoredChange


class Settled:
    """Looks at a change again and again; its first look says what is waited for.

    One that is open: to be neither in review nor waiting. One that runs: to be over, or told to stop.
    """

    def __init__(self) -> None:
        self._runs: bool | None = None

    def __call__(self, stored: StoredChange) -> bool:
        """Whether waiting longer makes no sense."""
        change = stored.change
        if self._runs is None:
            self._runs = change.state == "started"
        if self._runs:
            return change.is_over or change.stop is not None
        return change.state != "open" or stored.decision.outcome in {"approved", "refused"}
