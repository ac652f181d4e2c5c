"""A case: a row of a policy's own truth table: a request at an instant, what had happened, what must come out."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from gate.domain.assessment import ChangeClass, RiskClass, Status, StepId
from gate.domain.catalogue import Catalogue, Positive
from gate.domain.change import Change, ChangeRequest
from gate.domain.conflict import resources_held
from gate.domain.decision import Outcome
from gate.domain.facts import Load, TrackRecord
from gate.domain.history import History, HistoryQuestion, Reservation
from gate.domain.instant import duration_ns, to_ns
from gate.domain.model import Model
from gate.domain.naming import Name
from gate.domain.review import Approval
from gate.domain.written_instant import WrittenInstant


class InFlight(Model):
    """Another change that holds its service while this one is judged."""

    change: Name = "chg-other"
    service: Name
    started: bool = True
    ends_in: Positive | None = None


class GivenApproval(Model):
    """Somebody's answer to a step, given for the commit and the artifact of the request where no other is named."""

    step: StepId
    by: Name
    answer: Literal["approve", "veto"] = "approve"
    commit: str | None = None
    artifact: str | None = None
    ago: Positive | None = None
    """How long before the judgement; at its very instant where nothing is said."""


class Given(Model):
    """What had happened before: everything that the store would tell."""

    in_flight: tuple[InFlight, ...] = ()
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
        )

    def _reservation(self, other: InFlight, catalogue: Catalogue) -> Reservation:
        service = catalogue.service(other.service)
        ends_in = duration_ns(other.ends_in or timedelta(hours=1))
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

    def _approval(self, given: GivenApproval) -> Approval:
        return Approval(
            step=given.step,
            by=given.by,
            answer=given.answer,
            at_ns=self.at_ns - duration_ns(given.ago or timedelta(0)),
            commit=given.commit or self.request.commit,
            artifact=given.artifact or self.request.artifact,
        )


class CaseTable(Model):
    """One document of `cases/*.yaml`."""

    kind: Literal["Cases"]
    cases: tuple[Case, ...]
