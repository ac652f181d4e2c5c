"""What the store is asked before a judgement, and what it answers. Asking happens in the application."""

from collections.abc import Collection, Iterable
from typing import Final, Literal, TypeVar

from pydantic import Field

from gate.domain.break_glass import BreakGlass
from gate.domain.facts import Load, TeamBypasses, TrackRecord
from gate.domain.model import Model
from gate.domain.queue import Place, Turn
from gate.domain.red_button import PressedFreeze
from gate.domain.review import Approval
from gate.domain.review_load import GroupLoad

_AS_LATE_AS_ANY: Final = 1
"""The priority of whoever has none."""


class Reservation(Model):
    """What a change that is approved or started keeps others away from, and when."""

    change: str
    environment: str
    service: str
    team: str
    resources: tuple[str, ...]
    state: Literal["approved", "started"]
    since_ns: int
    until_ns: int
    """The end of the time that it takes: that instant belongs to others."""
    lapses_ns: int
    """From then on it keeps nobody away any more, unless it is told otherwise: approved, it had to start before."""

    def takes_any_of(self, start_ns: int, end_ns: int, at_ns: int) -> bool:
        """Whether it still stands at an instant, and shares any time with `[start_ns, end_ns)`."""
        return self.lapses_ns > at_ns and self.since_ns < end_ns and start_ns < self.until_ns


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
    groups: tuple[str, ...] = ()
    """Whom the process may ask."""
    at_ns: int
    start_ns: int
    """The time that the change would take: `[start_ns, end_ns)`."""
    end_ns: int
    in_line_since_ns: int | None
    """Since when the change waits for its turn; None if it has been given it, and waits behind nobody."""

    @property
    def last_turn(self) -> Turn:
        """The turn that it has at worst: its class is not known before it is judged."""
        if self.in_line_since_ns is None:
            return Turn(-1, 0, "")
        return Turn(_AS_LATE_AS_ANY, self.in_line_since_ns, self.change)

    def meets(self, held: Reservation) -> bool:
        """Whether a reservation of something near concerns this change."""
        return held.change != self.change and held.takes_any_of(self.start_ns, self.end_ns, self.at_ns)

    def is_behind(self, other: Place) -> bool:
        """Whether somebody in line for something contended may go before this change."""
        is_before = other.change != self.change and other.turn < self.last_turn
        return is_before and other.claims(self.start_ns, self.end_ns, self.at_ns)


class History(Model):
    """What has happened so far, as far as it matters to this change. Everything is of other changes."""

    reservations: tuple[Reservation, ...] = ()
    """By change id."""
    queue: tuple[Place, ...] = ()
    """Those in line for something contended that may go before this change, the next first."""
    load: Load = Load()
    track_record: TrackRecord = TrackRecord()
    approvals: tuple[Approval, ...] = ()
    bypass_uses: dict[str, int] = Field(default_factory=dict)
    """Of each bypass, how often other changes used it."""
    bypasses_taken: tuple[str, ...] = ()
    """Those that this change itself has used, because it has started."""
    team_bypasses: TeamBypasses = TeamBypasses()
    """Of the owning team; all zero where no bypass names the change and no glass was broken for it."""
    break_glasses: tuple[BreakGlass, ...] = ()
    """Those that were broken for this change, oldest first."""
    groups: dict[str, GroupLoad] = Field(default_factory=dict)
    """How loaded those are that the process may ask; who is not named has nothing to do."""
    freezes: tuple[PressedFreeze, ...] = ()
    """Every pressed freeze that holds, of whatever scope, by id."""

    def excludes_the_same(self, other: "History", contended: Collection[str]) -> bool:
        """Whether two answers agree on everything that one decision can take away from another.

        Reservations and places in line count that are of something contended. Load, of the
        environment and of groups, is left out on purpose: it steers the flow, and one change too many for a moment
        costs less than every decision in a busy environment being judged again.
        """
        return (
            _in_the_way(self.reservations, contended) == _in_the_way(other.reservations, contended)
            and _in_the_way(self.queue, contended) == _in_the_way(other.queue, contended)
            and self.bypass_uses == other.bypass_uses
            and self.team_bypasses == other.team_bypasses
            and self.approvals == other.approvals
            and self.break_glasses == other.break_glasses
        )


W = TypeVar("W", Reservation, Place)


def _in_the_way(others: Iterable[W], contended: Collection[str]) -> list[W]:
    return [other for other in others if not set(contended).isdisjoint(other.resources)]
