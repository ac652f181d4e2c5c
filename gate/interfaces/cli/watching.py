"""A running change looked at until it is over, or is told to stop. Errors never say that it may run on."""

from collections.abc import Callable

from gate.domain.errors import CallerError
from gate.interfaces.cli import wording
from gate.interfaces.cli.asking import LONG_POLL_S, Asking, Tell
from gate.interfaces.cli.gate_client import GateClient
from gate.interfaces.cli.patience import Patience
from gate.interfaces.wire import ChangeAnswer


class Watching:
    """Watches one change at a time. `patience` makes one anew for each time that the gate does not answer."""

    def __init__(self, client: GateClient, patience: Callable[[], Patience], tell: Tell) -> None:
        self._client = client
        self._patience = patience
        self._tell = tell

    def until_over_or_stopped(self, change_id: str) -> ChangeAnswer:
        """The change as it stands then. CallerError if it has not started; WorldError once patience is over."""
        change = self._look(change_id, wait_s=0)
        if change.state == "open":
            raise CallerError(
                f"change {change_id} has not started, so there is nothing to watch",
                hint="Start it with `gate check --start`.",
            )
        while change.state == "started" and change.stop_requested is None:
            self._tell(f"watching: {wording.headline(change)} runs")
            change = self._look(change_id, wait_s=LONG_POLL_S)
        return change

    def _look(self, change_id: str, *, wait_s: int) -> ChangeAnswer:
        return Asking(self._client, self._patience(), self._tell).look(change_id, wait_s).said
