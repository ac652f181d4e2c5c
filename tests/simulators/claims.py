"""What changes hold and stand in line for, in memory: the part of the store's simulator that conflicts rest on."""

from collections.abc import Sequence
from typing import Final

from gate.domain.facts import Load
from gate.domain.history import HistoryQuestion, Reservation
from gate.domain.queue import MOST_TOLD, Place
from gate.domain.recurrence import Span

_COUNTED_AT_MOST: Final = 1000


class Reservations(dict[str, Reservation]):
    """What is held, by the id of the change that holds it."""

    def met_by(self, question: HistoryQuestion) -> tuple[Reservation, ...]:
        """What others hold of what a change has to do with, at its time."""
        near = set(question.resources)
        return tuple(
            held for held in filter(question.meets, self._others(question)) if near.intersection(held.resources)
        )

    def busy(self, question: HistoryQuestion, until_ns: int) -> Sequence[Span]:
        """When others hold what a change needs."""
        contended = set(question.contended)
        return sorted(
            Span(held.since_ns, held.until_ns)
            for held in self._others(question)
            if contended.intersection(held.resources) and held.takes_any_of(question.at_ns, until_ns, question.at_ns)
        )

    def load(self, question: HistoryQuestion) -> Load:
        """How much others have in flight at the time of a change, in its environment and of its team."""
        in_flight = [
            held
            for held in self._others(question)
            if held.environment == question.environment
            and held.since_ns <= question.start_ns < held.until_ns
            and held.lapses_ns > question.at_ns
        ]
        return Load(
            team=min(_COUNTED_AT_MOST, sum(held.team == question.team for held in in_flight)),
            environment=min(_COUNTED_AT_MOST, len(in_flight)),
        )

    def _others(self, question: HistoryQuestion) -> list[Reservation]:
        return [held for _, held in sorted(self.items()) if held.change != question.change]


class Places(dict[str, Place]):
    """Who stands in line, by the id of the change."""

    def ahead_of(self, question: HistoryQuestion) -> tuple[Place, ...]:
        """Those before a change that want what it needs, by turn."""
        contended = set(question.contended)
        ahead = [place for place in self.values() if question.is_behind(place)]
        wanting = (place for place in ahead if contended.intersection(place.resources))
        return tuple(sorted(wanting, key=lambda place: place.turn))[:MOST_TOLD]
