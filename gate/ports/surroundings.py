"""Time, chance, figures, and whoever is told something."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from gate.domain.decision import Decision
from gate.domain.notice import Notice


class Clock(Protocol):
    """The only place where time and chance come in."""

    def now_ns(self) -> int:
        """Nanoseconds since the epoch, UTC."""

    def new_id(self, prefix: str) -> str:
        """A new unique identifier that sorts by time, such as `chg_0198…`."""


Stage = Literal["gather", "judge", "decide", "record"]
"""The stages of the one path that are timed."""


class Meter(Protocol):
    """Counts and times, for whoever operates the gate."""

    def stage(self, name: Stage) -> AbstractContextManager[None]:
        """Time a stage, however it ends."""

    def decided(self, decision: Decision, environment: str) -> None:
        """Count a decision that is on record."""

    def revision_rejected(self) -> None:
        """Count a rejected policy revision."""

    def freezes_holding(self, number: int | None) -> None:
        """Show how many pressed freezes hold now; None: nobody knows."""


class Notifier(Protocol):
    """Slack, mail, webhooks: however somebody is told something."""

    @property
    def reachable(self) -> Collection[str]:
        """Groups and people who can be told, and `notice.EVERYTHING` if somebody wants to hear of everything."""

    async def deliver(self, notice: Notice) -> None:
        """Tell it to its addressee, who may hear it again under the same id. NoticeError, in bounded time."""
