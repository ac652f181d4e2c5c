"""A case: a row of a policy's own truth table: a request at an instant, what had happened, what must come out."""

from datetime import timedelta
from typing import Final, Literal

from pydantic import Field

from gate.domain.assessment import ChangeClass, RiskClass, Status, StepId
from gate.domain.calendar import Overrun
from gate.domain.catalogue import Catalogue, Positive
from gate.domain.change import Change, ChangeRequest
from gate.domain.conflict import resources_held
from gate.domain.decision import Outcome
from gate.domain.facts import Load, TrackRecord
from gate.domain.history import History, HistoryQuestion, Reservation
from gate.domain.instant import duration_ns, to_ns
from gate.domain.model import Model
from gate.domain.naming import Name
from gate.domain.red_button import FreezeScope, PressedFreeze, Why
from gate.domain.review import Approval
from gate.domain.scope import Scope
from gate.domain.written_instant import WrittenInstant

_AN_HOUR: Final = timedelta(hours=1)


class InFlight(Model):
    """Another change that holds its service while this one is judged."""

    change: Name = "chg-other"
    service: Name
    started: bool = True
    ends_in: Positive | None = None


class GivenFreeze(Model):
    """A freeze that was pressed an hour before this change is judged."""

    name: Name = "frz-case"
    scope: FreezeScope = Scope()
    reason: Why = "something is on fire"
    incident: Name | None = None
    overrun: Overrun = "finish"
    ends_in: Positive | None = None


class GivenApproval(Model):
    """Somebody's answer to a step, given for the commit of the request."""

    step: StepId
    by: Name
    answer: Literal["approve", "veto"] = "approve"
    commit: str | None = None


class Given(Model):
    """What had happened before: everything that the store would tell."""

    in_flight: tuple[InFlight, ...] = ()
    freezes: tuple[GivenFreeze, ...] = ()
    approvals: tuple[GivenApproval, ...] = ()
    track_record: TrackRecord = TrackRecord()
    load: Load = Load()
    bypass_uses: dict[str, int] = Field(default_factory=dict)


class Expected(Model):
    """What must come out; what is not named may be anything."""

    outcome: Outcome
    change_class: ChangeClass | None = Field(default=None, alias="class")
    lane: Name | None = None
    risk: RiskClass | None = None
    verdicts: dict[StepId, Status] = Field(default_factory=dict)


class Case(Model):
    """One row of `cases/*.yaml`."""

    note: str
    at: WrittenInstant
    request: ChangeRequest
    given: Given = Given()
    expect: Expected

    @property
    def at_ns(self) -> int:
        """The instant of judging."""
        return to_ns(self.at)

    def change(self) -> Change:
        """The change that the request asks for."""
        return Change(
            id="chg-case", request=self.request, requester=self.request.requester or "pipeline", asked_at_ns=self.at_ns
        )

    def history(self, question: HistoryQuestion, catalogue: Catalogue) -> History:
        """What a store would have answered, had it seen what is given. UnknownNameError for an unknown service."""
        reservations = (self._reservation(other, catalogue) for other in self.given.in_flight)
        return History(
            reservations=tuple(r for r in reservations if set(r.resources) & set(question.resources)),
            load=self.given.load,
            track_record=self.given.track_record,
            approvals=tuple(self._approval(given) for given in self.given.approvals),
            bypass_uses=self.given.bypass_uses,
            freezes=tuple(self._freeze(given) for given in self.given.freezes),
        )

    def _reservation(self, other: InFlight, catalogue: Catalogue) -> Reservation:
        service = catalogue.service(other.service)
        ends_in = duration_ns(other.ends_in or _AN_HOUR)
        return Reservation(
            change=other.change,
            environment=self.request.environment,
            service=service.name,
            team=service.owners,
            resources=resources_held(service),
            started=other.started,
            since_ns=self.at_ns,
            until_ns=self.at_ns + ends_in,
        )

    def _freeze(self, given: GivenFreeze) -> PressedFreeze:
        return PressedFreeze(
            id=given.name,
            scope=given.scope,
            reason=given.reason,
            incident=given.incident,
            overrun=given.overrun,
            pressed_by="somebody",
            pressed_at_ns=self.at_ns - duration_ns(_AN_HOUR),
            until_ns=None if given.ends_in is None else self.at_ns + duration_ns(given.ends_in),
        )

    def _approval(self, given: GivenApproval) -> Approval:
        commit = given.commit or self.request.commit
        return Approval(step=given.step, by=given.by, answer=given.answer, at_ns=self.at_ns, commit=commit)


class CaseTable(Model):
    """One document of `cases/*.yaml`."""

    kind: Literal["Cases"]
    cases: tuple[Case, ...]
