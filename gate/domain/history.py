"""What the store is asked before a judgement, and what it answers. Asking happens in the application."""

from collections.abc import Collection, Iterable

from pydantic import Field

from gate.domain.facts import Load, TrackRecord
from gate.domain.model import Model
from gate.domain.red_button import PressedFreeze
from gate.domain.review import Approval


class HistoryQuestion(Model):
    """Everything the store needs to answer in a few index look-ups, whatever its size."""

    change: str
    environment: str
    team: str
    service: str
    resources: tuple[str, ...]
    """Of this change and of those near it; see `conflict.resources_near`."""
    contended: tuple[str, ...]
    """Those of them whose holder can stand in the way; the others only raise the risk."""
    bypasses: tuple[str, ...]
    at_ns: int


class Reservation(Model):
    """What a change that is approved or started holds: its service and its exclusive resources in one environment."""

    change: str
    environment: str
    service: str
    team: str
    resources: tuple[str, ...]
    started: bool
    since_ns: int
    until_ns: int


class History(Model):
    """What has happened so far, as far as it matters to this change. Reservations are of other changes, by id."""

    reservations: tuple[Reservation, ...] = ()
    load: Load = Load()
    track_record: TrackRecord = TrackRecord()
    approvals: tuple[Approval, ...] = ()
    bypass_uses: dict[str, int] = Field(default_factory=dict)
    """Of each bypass, how often other changes used it."""
    bypasses_taken: tuple[str, ...] = ()
    """Those that this change itself has used, because it has started."""
    freezes: tuple[PressedFreeze, ...] = ()
    """Every pressed freeze that holds, of whatever scope, by id."""

    def excludes_the_same(self, other: "History", contended: Collection[str]) -> bool:
        """Whether two answers agree on everything that one decision can take away from another.

        Reservations count that hold something contended. Load is left out on purpose: capacity steers the flow, and
        one change too many for a moment costs less than every decision in a busy environment being judged again.
        """
        return (
            _in_the_way(self.reservations, contended) == _in_the_way(other.reservations, contended)
            and self.bypass_uses == other.bypass_uses
            and self.approvals == other.approvals
        )


def _in_the_way(reservations: Iterable[Reservation], contended: Collection[str]) -> list[Reservation]:
    return [held for held in reservations if not set(contended).isdisjoint(held.resources)]
