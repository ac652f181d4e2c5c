"""A case: a row of a policy's own truth table: a request at an instant, what had happened, what must come out."""

from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from gate.domain.assessment import ChangeClass, RiskClass, Status, StepId
from gate.domain.break_glass import BreakGlass, liftable
from gate.domain.bypass import Bypass, Origin
from gate.domain.calendar import Overrun
from gate.domain.catalogue import Catalogue, Positive, Service
from gate.domain.change import Change, ChangeRequest, ChangeState, Prerequisite, Result
from gate.domain.conflict import resources_held
from gate.domain.decision import Outcome
from gate.domain.facts import AskedFacts, Load, PrerequisiteFacts, TeamBypasses, TrackRecord
from gate.domain.given_bypass import GivenBypass
from gate.domain.history import History, HistoryQuestion, Reservation
from gate.domain.instant import duration_ns, to_ns
from gate.domain.model import Model
from gate.domain.naming import Name
from gate.domain.prerequisites import Prerequisites
from gate.domain.process import Process
from gate.domain.queue import Place
from gate.domain.red_button import FreezeScope, PressedFreeze, Why
from gate.domain.review import Approval
from gate.domain.review_load import GroupLoad
from gate.domain.scope import Scope
from gate.domain.written_instant import WrittenInstant

_AN_HOUR: Final = timedelta(hours=1)


class InFlight(Model):
    """Another change that holds its service, or is in line for it, while this one is judged."""

    change: Name = "chg-other"
    service: Name
    environment: Name | None = None
    """Where it goes; where this one goes, if nothing is said."""
    implementer: Name | None = None
    state: Literal["queued", "approved", "started"] = "started"
    begins_in: Positive | None = None
    """How long until it takes its time; it does already, if nothing is said."""
    ends_in: Positive | None = None
    """How long until it is out of the way."""
    change_class: ChangeClass = Field(default="normal", alias="class")
    in_line_for: Positive = timedelta(minutes=1)
    """For `queued`: how long it has been in line."""


class GivenPrerequisite(Model):
    """How a change stands that this one names in `depends_on`; one that is not given is not asked for yet."""

    name: Prerequisite
    state: ChangeState = "open"
    result: Result | None = None


class GivenFreeze(Model):
    """A freeze that was pressed an hour before this change is judged."""

    name: Name = "frz-case"
    scope: FreezeScope = Scope()
    reason: Why = "something is on fire"
    incident: Name | None = None
    overrun: Overrun = "finish"
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


class GivenBrokenGlass(Model):
    """A glass that was broken for this change, of the commit and the artifact of the request if none is named."""

    name: Name = "glass-case"
    by: Name
    reason: Why = "customers are charged twice and no reviewer is awake"
    incident: Name = "INC-1"
    commit: str | None = None
    artifact: str | None = None
    ago: Positive = timedelta(minutes=1)
    """How long before the judgement."""


class GivenAsking(Model):
    """That people were asked to answer a step, some time before this judgement."""

    step: StepId
    groups: Annotated[tuple[Name, ...], Field(min_length=1)]
    ago: Positive


class Given(Model):
    """What had happened before: everything that the store would tell."""

    in_flight: tuple[InFlight, ...] = ()
    freezes: tuple[GivenFreeze, ...] = ()
    prerequisites: tuple[GivenPrerequisite, ...] = ()
    approvals: tuple[GivenApproval, ...] = ()
    asked: tuple[GivenAsking, ...] = ()
    groups: dict[Name, GroupLoad] = Field(default_factory=dict)
    """How loaded groups are that may be asked."""
    track_record: TrackRecord = TrackRecord()
    load: Load = Load()
    bypasses: tuple[GivenBypass, ...] = ()
    """Beside those of the repository."""
    break_glass: GivenBrokenGlass | None = None
    bypass_uses: dict[str, int] = Field(default_factory=dict)
    team_bypasses: TeamBypasses = TeamBypasses()


class Expected(Model):
    """What must come out; what is not named may be anything."""

    outcome: Outcome
    change_class: ChangeClass | None = Field(default=None, alias="class")
    lane: Name | None = None
    risk: RiskClass | None = None
    verdicts: dict[StepId, Status] = Field(default_factory=dict)
    """As policy says them; a step that a bypass lifts keeps its own."""
    bypasses: dict[Name, tuple[str, ...]] = Field(default_factory=dict)
    """The codes of what is said of it: `granted`, or every objection in order; none if it is not for the change.

    Of a broken glass, too, by its name: `broken`, or the objections."""
    lifted: dict[StepId, Name] | None = None
    """All steps that are lifted, and by which bypass. Each of these bypasses is used, if the change starts."""


class Case(Model):
    """One row of `cases/*.yaml`."""

    note: str
    at: WrittenInstant
    just_before: bool = False
    """The last nanosecond before `at`, when what ends then still holds."""
    request: ChangeRequest
    given: Given = Given()
    expect: Expected

    @property
    def at_ns(self) -> int:
        """The instant of judging."""
        return to_ns(self.at) - int(self.just_before)

    def change(self) -> Change:
        """The change that the request asks for."""
        return Change(
            id="chg-case", request=self.request, requester=self.request.requester or "pipeline", asked_at_ns=self.at_ns
        )

    def bypasses(self) -> tuple[list[Bypass], dict[str, Origin]]:
        """The bypasses that are given, and by their ids where they came from."""
        origins = {given.id: given.origin(self.at_ns) for given in self.given.bypasses}
        known = {bypass: origin for bypass, origin in origins.items() if origin is not None}
        return [given.file() for given in self.given.bypasses], known

    def history(self, question: HistoryQuestion, catalogue: Catalogue, process: Process) -> History:
        """What a store would have answered, had it seen what is given. UnknownNameError for an unknown service."""
        held = [self._reservation(other, catalogue) for other in self.given.in_flight if other.state != "queued"]
        queued = [self._place(other, catalogue) for other in self.given.in_flight if other.state == "queued"]
        return History(
            reservations=tuple(r for r in filter(question.meets, held) if set(r.resources) & set(question.resources)),
            queue=tuple(p for p in filter(question.is_behind, queued) if set(p.resources) & set(question.contended)),
            load=self.given.load,
            track_record=self.given.track_record,
            approvals=tuple(self._approval(given) for given in self.given.approvals),
            bypass_uses=self.given.bypass_uses,
            team_bypasses=self.given.team_bypasses,
            groups=self.given.groups,
            freezes=tuple(self._freeze(given) for given in self.given.freezes),
            break_glasses=() if self.given.break_glass is None else (self._glass(self.given.break_glass, process),),
        )

    def asked(self) -> tuple[AskedFacts, ...]:
        """Whom a decision before this one asked."""
        return tuple(
            AskedFacts(step=each.step, since_ns=self.at_ns - duration_ns(each.ago), groups=each.groups)
            for each in self.given.asked
        )

    def prerequisites(self) -> Prerequisites:
        """How the changes stand that must be finished first."""
        given = {each.name: each for each in self.given.prerequisites}
        return Prerequisites(tuple(_standing(name, given.get(name)) for name in dict.fromkeys(self.request.depends_on)))

    def _reservation(self, other: InFlight, catalogue: Catalogue) -> Reservation:
        service = catalogue.service(other.service)
        since_ns, until_ns = self._times(other)
        return Reservation(
            change=other.change,
            environment=other.environment or self.request.environment,
            service=service.name,
            team=service.owners,
            resources=self._resources(other, service),
            state="started" if other.state == "started" else "approved",
            since_ns=since_ns,
            until_ns=until_ns,
            lapses_ns=until_ns,
        )

    def _place(self, other: InFlight, catalogue: Catalogue) -> Place:
        service = catalogue.service(other.service)
        start_ns, until_ns = self._times(other)
        return Place(
            change=other.change,
            environment=other.environment or self.request.environment,
            service=service.name,
            resources=self._resources(other, service),
            change_class=other.change_class,
            in_line_since_ns=self.at_ns - duration_ns(other.in_line_for),
            start_ns=start_ns,
            until_ns=until_ns,
        )

    def _times(self, other: InFlight) -> tuple[int, int]:
        begins_in = 0 if other.begins_in is None else duration_ns(other.begins_in)
        ends_in = begins_in + duration_ns(_AN_HOUR) if other.ends_in is None else duration_ns(other.ends_in)
        return self.at_ns + begins_in, self.at_ns + ends_in

    def _resources(self, other: InFlight, service: Service) -> tuple[str, ...]:
        of_other = {
            "service": other.service,
            "environment": other.environment or self.request.environment,
            "implementer": other.implementer,
        }
        return resources_held(service, self.request.model_copy(update=of_other))

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

    def _glass(self, given: GivenBrokenGlass, process: Process) -> BreakGlass:
        """As it would be kept; where the policy knows of no break-glass, as under one that did."""
        terms, at_ns = process.break_glass, self.at_ns - duration_ns(given.ago)
        return BreakGlass(
            id=given.name,
            change="chg-case",
            number=1,
            service=self.request.service,
            environment=self.request.environment,
            by=given.by,
            shown_by="token",
            reason=given.reason,
            incident=given.incident,
            at_ns=at_ns,
            commit=given.commit or self.request.commit,
            artifact=given.artifact or self.request.artifact,
            lifts=liftable(process),
            expires_ns=at_ns + duration_ns(terms.holds if terms else _AN_HOUR),
            review_within_ns=duration_ns(terms.review_due if terms else _AN_HOUR),
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


def _standing(name: str, given: GivenPrerequisite | None) -> PrerequisiteFacts:
    if given is None:
        return PrerequisiteFacts(name=name, change=None, state=None, result=None)
    return PrerequisiteFacts(name=name, change=name, state=given.state, result=given.result)


class CaseTable(Model):
    """One document of `cases/*.yaml`."""

    kind: Literal["Cases"]
    cases: tuple[Case, ...]
