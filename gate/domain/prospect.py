"""What lies ahead of a change: of one that was asked for, or of one that somebody thinks of asking for.

Both are told the same way, so that what the calendar says of a service is what a change of it would meet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Final, Self

from gate.domain.calendar import Calendar
from gate.domain.calendar_state import CalendarState, state_at
from gate.domain.catalogue import Service
from gate.domain.change import Change, ChangeRequest
from gate.domain.decision import Decision
from gate.domain.errors import PlannedStartError
from gate.domain.gathering import question_for, subject_of
from gate.domain.history import HistoryQuestion
from gate.domain.instant import duration_ns, to_the_second
from gate.domain.plan import MOST_AHEAD
from gate.domain.policy_set import PolicySet
from gate.domain.recurrence import Span
from gate.domain.red_button import PressedFreeze
from gate.domain.schedule import Occurrence, Schedule, schedules
from gate.domain.scope import Subject
from gate.domain.slots import REACH_NS, SlotSearch, Wish, find_slots

USUAL_KIND: Final = "deploy"
"""The kind of a change of which nothing else is said."""
OFFERED: Final = 3
"""So many slots come with an answer that time stands in the way of."""

_NO_COMMIT: Final = "0" * 40
"""As git writes it: nothing is there yet."""


@dataclass(frozen=True)
class Prospect:
    """A change at a policy revision, as to time."""

    policy: PolicySet
    change: Change

    @classmethod
    def of_service(cls, policy: PolicySet, service: str, environment: str, kind: str = USUAL_KIND) -> Self:
        """A change of a service into an environment that nobody has asked for. UnknownNameError with nearest names."""
        policy.catalogue.service_in(service, environment)
        # Nothing is judged of it, and its names are the catalogue's: it needs no validation.
        request = ChangeRequest.model_construct(service=service, environment=environment, commit=_NO_COMMIT, kind=kind)
        return cls(policy, Change(id="", request=request, requester="", asked_at_ns=0))

    def taking(self, duration: timedelta | None) -> Self:
        """The same change, if it takes so long; None: as long as its service's changes usually take."""
        request = self.change.request.model_copy(update={"duration": duration})
        return replace(self, change=self.change.model_copy(update={"request": request}))

    @cached_property
    def service(self) -> Service:
        """Its service."""
        return self.policy.catalogue.service(self.change.request.service)

    @property
    def duration(self) -> timedelta:
        """How long it is expected to take."""
        return self.change.request.duration or self.service.duration

    def state_at(self, at_ns: int, pressed: Sequence[Occurrence] = ()) -> CalendarState:
        """Whether its time is open or closed, and when that changes. `pressed`: freezes that are in no file."""
        return state_at(self.policy.calendar, self._subject, at_ns, pressed)

    def schedule(self, begin_ns: int, until_ns: int, pressed: Sequence[Occurrence] = ()) -> Schedule:
        """Its open and closed time, to `until_ns` or as far as the calendar is thin enough to look."""
        *_, farthest = schedules(self.policy.calendar, self._subject, begin_ns, until_ns, pressed)
        return farthest

    def wish(self, now_ns: int, count: int, from_ns: int | None = None) -> Wish:
        """So many slots, from an instant on that is not past. PlannedStartError if that is too far ahead."""
        until_ns = now_ns + REACH_NS
        earliest_ns = now_ns if from_ns is None else max(now_ns, from_ns)
        if earliest_ns > until_ns:
            raise PlannedStartError(
                f"no slots are looked for from {to_the_second(earliest_ns)} on, more than {MOST_AHEAD.days} days ahead",
                hint=f"Look from an instant before {to_the_second(until_ns)}, or ask nearer to it.",
                field="from",
            )
        lasts_ns = duration_ns(self.duration)
        takes_ns = max(lasts_ns, duration_ns(self.policy.settings.pass_lifetime))
        return Wish(earliest_ns, until_ns, lasts_ns, takes_ns, count, self._passes)

    def slots(self, wish: Wish, busy: Iterable[Span], pressed: Sequence[Occurrence] = ()) -> SlotSearch:
        """The next slots, if it must pass both windows and other changes. `busy`: when others hold what it needs."""
        return find_slots(self.policy.calendar, self._subject, wish, busy, pressed)

    def slots_after(
        self, decision: Decision, wish: Wish, busy: Iterable[Span], pressed: Sequence[Occurrence] = ()
    ) -> SlotSearch:
        """The slots to offer with a decision: only what it demands, and no bypass lifts, is kept clear of."""
        demanded = {step.step for step in decision.steps if step.lifted_by is None}
        minded = busy if "conflict" in demanded else ()
        if "freeze" in demanded:
            return find_slots(self.policy.calendar, self._subject, wish, minded, pressed)
        return find_slots(Calendar(()), self._subject, wish, minded)

    def closed_by(self, freezes: Iterable[PressedFreeze], now_ns: int) -> tuple[Occurrence, ...]:
        """The pressed freezes that are for it, but those that it passes as their repair. `now_ns`: when it is asked."""
        concerned = (freeze for freeze in freezes if freeze.scope.matches(self._subject))
        return tuple(
            Occurrence(
                # As it is judged: a clock that is behind does not open what was pressed by another.
                Span(min(freeze.pressed_at_ns, now_ns), freeze.ends_ns),
                "freeze",
                freeze.id,
                f"{freeze.reason} (pressed by {freeze.pressed_by})",
                freeze.overrun,
            )
            for freeze in concerned
            if self._passes is None or freeze.incident != self._passes
        )

    def question(self, at_ns: int) -> HistoryQuestion:
        """What to ask the store about it."""
        return question_for(self.change, self.policy, at_ns)

    @property
    def _passes(self) -> str | None:
        """The incident whose freezes it passes as the repair, where the process lets it."""
        return self.change.request.incident if self.policy.process.red_button.incident_fix == "pass" else None

    @cached_property
    def _subject(self) -> Subject:
        return subject_of(self.change.request, self.service)


def waits_for_time(decision: Decision) -> bool:
    """Whether closed time or another change stands in its way, so that another time may let it pass."""
    return decision.outcome in {"waiting", "refused"} and any(
        step.step in {"freeze", "conflict"} and step.status != "satisfied" for step in decision.steps
    )
