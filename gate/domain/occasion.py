"""One occasion on which a change is judged: at which instant and revision, and why. What is gathered and recorded then.

Asking the store and the engine in between happens in the application.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from gate.domain.assessment import Assessment
from gate.domain.change import Change
from gate.domain.decision import Decision
from gate.domain.edge import Edge
from gate.domain.facts import Facts
from gate.domain.gathering import gather, question_for
from gate.domain.history import History, HistoryQuestion, Reservation
from gate.domain.in_flight import first_look, stop_request
from gate.domain.judgement import Judgement
from gate.domain.outlook import (
    has_its_turn,
    has_let_lapse,
    kept_reservation,
    look_again,
    place_of,
    reservation_of,
)
from gate.domain.pir import owed_by
from gate.domain.policy_set import PolicySet
from gate.domain.prerequisites import Prerequisites
from gate.domain.review_load import answered
from gate.domain.waiting import waits_for_asking, waits_on


@dataclass(frozen=True)
class Occasion:
    """Why a change is judged: it was asked for or planned, wants to start, may pass by now, or time closes on it."""

    change: Change
    policy: PolicySet
    at_ns: int
    last: Decision | None = None
    """The latest decision about it; None the first time."""
    starting: bool = False
    """It is to start now."""
    planning: bool = False
    """It has just been planned for another start; what it held for the one before, it gives up."""
    edge: Edge | None = None
    """The time that closed on it as it runs."""

    @property
    def is_first(self) -> bool:
        """Whether it has just been asked for."""
        return self.last is None

    @cached_property
    def question(self) -> HistoryQuestion:
        """What to ask the store. UnknownNameError for a service nobody knows."""
        has_turn = not self.planning and has_its_turn(self.change, self.last, self.at_ns, starting=self.starting)
        return question_for(self._in_line, self.policy, self.at_ns, starting=self.starting, has_its_turn=has_turn)

    def facts(self, history: History, prerequisites: Prerequisites) -> Facts:
        """What policy judges. UnknownNameError for a service or environment nobody knows."""
        return gather(
            self._in_line,
            self.policy,
            history,
            self.at_ns,
            last=self.last,
            starting=self.starting,
            prerequisites=prerequisites,
        )

    def judgement(
        self, key: str | None, history: History, facts: Facts, assessment: Assessment, decision: Decision
    ) -> Judgement | None:
        """What is recorded of it; None where a change runs on, by the decision that let it start."""
        change = self._as_decided(facts, decision)
        if change is None:
            return None
        kept = self._kept(change)
        reservation = reservation_of(change, decision, self.policy) or kept
        judgement = Judgement(
            change=change,
            request_key=key,
            facts=facts,
            assessment=assessment,
            decision=decision,
            question=self.question,
            history=history,
            reservation=reservation,
            answered=answered(facts, decision, self.last),
        )
        if change.state == "started":
            uses = decision.uses_of_bypasses if self.starting else ()
            pir = owed_by(change, facts, uses) if self.starting else None
            return replace(judgement, uses=uses, pir=pir, look_again_ns=first_look(change, facts, reservation))
        return replace(
            judgement,
            place=None if kept else place_of(change, decision, self.policy),
            look_again_ns=self.at_ns if kept else look_again(decision),
            waits_on=waits_on(facts, decision),
            waits_for_asking=waits_for_asking(facts, decision),
        )

    @cached_property
    def _in_line(self) -> Change:
        """The change; if it let an approval lapse or gives it up, its turn counts anew from now."""
        gives_up = self.planning and self.last is not None and self.last.valid_until_ns is not None
        if not gives_up and not has_let_lapse(self.change, self.last, self.at_ns):
            return self.change
        return self.change.model_copy(update={"lapsed_at_ns": self.at_ns})

    def _as_decided(self, facts: Facts, decision: Decision) -> Change | None:
        if self.starting and decision.outcome == "approved":
            return self._in_line.model_copy(update={"state": "started", "started_at_ns": self.at_ns})
        if self.edge is None:
            return self._in_line
        stop = stop_request(facts, decision, self.edge)
        return None if stop is None else self._in_line.model_copy(update={"stop": stop})

    def _kept(self, change: Change) -> Reservation | None:
        """Who may not start before the planned time keeps that time, and is judged for it again at once."""
        if not self.starting or change.state == "started":
            return None
        return kept_reservation(change, self.last, self.at_ns, self.policy)
