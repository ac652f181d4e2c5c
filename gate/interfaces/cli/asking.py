"""A change asked for and seen through: asked, planned, waited for while people or time decide, started, finished.

Errors never approve.

Every question may be repeated, because the gate answers the same request of the same run from its record.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from gate.domain.errors import CallerError
from gate.interfaces.cli import wording
from gate.interfaces.cli.answer_errors import NoGateError, UnreachableError
from gate.interfaces.cli.gate_client import GateClient, Reply
from gate.interfaces.cli.patience import Patience
from gate.interfaces.wire import ChangeAnswer

LONG_POLL_S: Final = 30
"""How long one look lets the gate hold the answer back; proxies cut off what takes longer than a minute."""

Answer = Reply[ChangeAnswer]
Tell = Callable[[str], None]


class Asking:
    """Asks one gate, as long as patience lasts. `tell` hears what is being waited for."""

    def __init__(self, client: GateClient, patience: Patience, tell: Tell) -> None:
        self._client = client
        self._patience = patience
        self._tell = tell

    def ask(self, document: Mapping[str, Any], key: str | None, *, start: bool) -> Answer:
        """The last answer when it is settled or patience is over. GateError where the gate had none to the last."""
        answer = self._settled(_demand_not_over(self._patiently(lambda: self._client.submit(document, key))))
        while start and _may_start(answer.said):
            # The gate judges once more: it may have to wait again, and then so do we.
            answer = self._settled(self._start(answer.said.id))
        return answer

    def plan(self, change_id: str, planned_start: str | None) -> Answer:
        """The answer to a change for another start, None for as soon as it may. GateError."""
        return self._settled(self._patiently(lambda: self._client.plan(change_id, planned_start)))

    def look(self, change_id: str, wait_s: int) -> Answer:
        """The change as soon as there is word of it, or as it stands when the seconds are over. GateError."""
        return self._patiently(lambda: self._client.look(change_id, wait_s))

    def finish(self, change_id: str, result: str) -> Answer:
        """The change when its result is recorded. GateError where it is not."""
        return self._patiently(lambda: self._client.finish(change_id, result))

    def _start(self, change_id: str) -> Answer:
        answer = self._patiently(lambda: self._client.start(change_id))
        if _may_start(answer.said):
            raise NoGateError(f"the gate neither started change {change_id} nor says why not", hint="Ask its operator.")
        return answer

    def _settled(self, answer: Answer) -> Answer:
        while _is_undecided(answer.said) and self._patience.left_s > 0:
            self._tell(wording.waiting_for(answer.said))
            answer = self._look(answer.said.id)
        return answer

    def _look(self, change_id: str) -> Answer:
        wait_s = min(LONG_POLL_S, math.ceil(self._patience.left_s))
        return self.look(change_id, wait_s)

    def _patiently(self, question: Callable[[], Answer]) -> Answer:
        while True:
            try:
                answer = question()
            except UnreachableError as error:
                if self._patience.left_s <= 0:
                    raise
                self._tell(f"asking again: {error.message}")
                self._patience.pause(error.after_s)
            else:
                self._patience.refresh()
                return answer


def _is_undecided(change: ChangeAnswer) -> bool:
    return change.state == "open" and change.decision.outcome in {"review", "waiting"}


def _may_start(change: ChangeAnswer) -> bool:
    return change.state == "open" and change.decision.outcome == "approved"


def _demand_not_over(answer: Answer) -> Answer:
    """CallerError for a change that is over: its old approval is no approval of what is asked now."""
    change = answer.said
    if change.state in {"finished", "withdrawn"}:
        raise CallerError(
            f"change {change.id} of this run is {change.state} already, so nothing is approved by it",
            hint="Ask for a new run (--run) or with a new --idempotency-key.",
        )
    return answer
