"""Who holds what and whose turn it is, in memory: the part of the store's simulator that knows who waits on whom."""

from dataclasses import dataclass, field

from gate.domain.judgement import Judgement
from gate.domain.prerequisites import unasked
from gate.domain.red_button import literal_names
from gate.domain.scope import Scope
from gate.domain.waiting import Standing, has_moved
from tests.simulators.claims import Places, Reservations
from tests.simulators.entries import Entries, Entry


@dataclass(frozen=True)
class Turns:
    """Reservations and places in line of these changes, and whom it concerns when one of them moves."""

    entries: Entries
    reservations: Reservations = field(default_factory=Reservations)
    queue: Places = field(default_factory=Places)

    def hold(self, judgement: Judgement) -> None:
        """Keep what a judgement reserves or lines up for; those who waited on what it gives up are due."""
        change, at_ns = judgement.change, judgement.decision.at_ns
        held, place = self.reservations.pop(change.id, None), self.queue.pop(change.id, None)
        if judgement.decision.sequence == 1:
            self.entries.wake(unasked(change.request.environment, change.name), at_ns)
        gives_up = held is not None and judgement.gives_up(held.since_ns, held.until_ns)
        now = judgement.place
        moves = place is not None and (now is None or (now.turn, now.start_ns) != (place.turn, place.start_ns))
        if gives_up or moves:
            self.entries.wake(change.id, at_ns)
        if judgement.reservation is not None:
            self.reservations[change.id] = judgement.reservation
        if judgement.place is not None:
            self.queue[change.id] = judgement.place

    def let_go(self, change_id: str, at_ns: int) -> None:
        """A change is over: nothing is held for it, and those who waited on it are due."""
        self.reservations.pop(change_id, None)
        self.queue.pop(change_id, None)
        self.entries.wake(change_id, at_ns)

    def step_aside(self, change_id: str, at_ns: int) -> None:
        """It stands in line no more; if it did, those who waited on it are due."""
        if self.queue.pop(change_id, None) is not None:
            self.entries.wake(change_id, at_ns)

    def make_all_due(self, at_ns: int, asked_since_ns: int) -> None:
        """What runs, and what is open and asked for since then, but for what is approved to start now."""
        for change_id, entry in self.entries.items():
            held = self.reservations.get(change_id)
            may_start = entry.stored.decision.outcome == "approved" and not (held and held.since_ns > at_ns)
            waits = entry.is_open_since(asked_since_ns) and not may_start
            if waits or self._holds_on(entry, at_ns):
                self.entries[change_id] = entry.due_by(at_ns)

    def make_due(self, scope: Scope, at_ns: int, asked_since_ns: int) -> None:
        """What the scope may concern. Of owners, objectives and labels, a store knows nothing."""
        for change_id, entry in self.entries.items():
            request = entry.change.request
            concerned = all(
                (names := literal_names(patterns)) is None or name in names
                for patterns, name in ((scope.services, request.service), (scope.environments, request.environment))
            )
            if concerned and (entry.is_open_since(asked_since_ns) or self._holds_on(entry, at_ns)):
                self.entries[change_id] = entry.due_by(at_ns)

    def look_again_ns(self, judgement: Judgement) -> int | None:
        """When the change is looked at again: at once, if what it waits for has moved while it was judged."""
        standings = {other: self._standing(other) for other in judgement.waits_on if other in self.entries}
        is_asked = any(self.entries.named(*each.split("/", 1)) for each in judgement.waits_for_asking)
        if is_asked or has_moved(judgement.facts, judgement.waits_on, standings):
            return judgement.decision.at_ns
        return judgement.look_again_ns

    def _holds_on(self, entry: Entry, at_ns: int) -> bool:
        held = self.reservations.get(entry.change.id)
        return entry.runs and held is not None and held.until_ns > at_ns

    def _standing(self, change_id: str) -> Standing:
        stored = self.entries[change_id].stored
        held, place = self.reservations.get(change_id), self.queue.get(change_id)
        if stored.change.is_over:
            return Standing("over")
        if stored.change.state == "started":
            return Standing("started", held.since_ns if held else None)
        if stored.decision.outcome == "approved":
            return Standing("approved", held.since_ns if held else None)
        return Standing("queued", place.start_ns) if place else Standing("open")
