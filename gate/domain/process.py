"""The process as the policy repository states it: classes, steps, lanes, risk weights, bypass rules, settings."""

from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, computed_field

from gate.domain.assessment import ChangeClass, RiskClass, StepId
from gate.domain.catalogue import Environment, Positive
from gate.domain.instant import duration_ns
from gate.domain.model import Model
from gate.domain.naming import Name
from gate.domain.proof import Proof
from gate.domain.scope import Scope
from gate.domain.signer import Signers

GroupReference = Annotated[str, Field(pattern=r"^(\$service\.(owners|reviewers)|[a-zA-Z0-9][a-zA-Z0-9._-]{0,99})$")]
"""A group by name, or the service's own: `$service.owners`, `$service.reviewers`."""

Relation = Literal["same_service", "exclusive", "same_implementer", "depends_on", "dependent"]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Points = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
PathGlob = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""As `rego/lib/paths.rego` reads it; how long matching takes depends on how long it is."""


class Needs(Model):
    """How many approvals of which group satisfy a step, and for how long each is worth something."""

    group: GroupReference
    or_groups: Annotated[tuple[GroupReference, ...], Field(alias="or", max_length=4)] = ()
    """Groups whose people may give them as well."""
    ask: Literal["first", "least_loaded"] = "least_loaded"
    """Which of these groups is asked: the first that has room for more, or the one that has least to do."""
    approvals: Annotated[int, Field(ge=1, le=20)] = 1
    expires: Positive | None = None
    """How long an approval counts; as long as the change is open where nothing is said."""

    @computed_field  # type: ignore[prop-decorator]  # as pydantic documents it
    @property
    def expires_ns(self) -> int | None:
        """`expires` in nanoseconds, as Rego reckons."""
        return None if self.expires is None else duration_ns(self.expires)


def _as_several(written: Any) -> Any:
    return [written] if isinstance(written, dict | Needs) else written


MOST_NEEDS: Final = 4
"""Of one step. How long it takes to find out who counts for what depends on how many there are."""

_List = Annotated[tuple[Needs, ...], Field(min_length=1, max_length=MOST_NEEDS)]
SeveralNeeds = Annotated[_List, BeforeValidator(_as_several, json_schema_input_type=Needs | _List)]
"""One, or a list of which each must be met, by different people."""


class BypassRight(Model):
    """Who may grant that a step is skipped."""

    by: GroupReference


class Escalation(Model):
    """Who is asked beside the others when nobody has answered for so long. Once: there is no third."""

    after: Positive
    to: GroupReference

    @computed_field
    def after_ns(self) -> int:
        """`after` in nanoseconds, as Rego reckons."""
        return duration_ns(self.after)


class TimeOut(Model):
    """What becomes of a step that nobody has answered for so long."""

    after: Positive
    then: Literal["fail", "pass"]
    """`pass` is lazy consensus: silence consents. One veto, at any time before, still fails the step."""

    @computed_field
    def after_ns(self) -> int:
        """`after` in nanoseconds, as Rego reckons."""
        return duration_ns(self.after)


class StepRule(Model):
    """What `process.yaml` says of one step. A step whose bypass is not written is never bypassed."""

    description: str = ""
    needs: SeveralNeeds | None = None
    escalate: Escalation | None = None
    time_out: TimeOut | None = None
    bypass: BypassRight | Literal["never"] = "never"


class Capacity(Model):
    """How many changes may be in flight at once, in one environment."""

    per_team: Annotated[int, Field(ge=1, le=1000)] = 5
    per_environment: Annotated[int, Field(ge=1, le=1000)] = 50


class BypassTerms(Model):
    """What every bypass must keep to."""

    max_life: Positive = timedelta(days=3)
    max_uses: Annotated[int, Field(ge=1, le=100)] = 3
    min_reason_words: Count = 6
    no_reasons: tuple[str, ...] = ("asap", "blocker", "critical", "immediately", "important", "now", "please", "urgent")
    """Words that are no reason, in whatever case: `gate policy check` warns of a bypass that says too little beside."""
    max_hours_without_commit: Annotated[int, Field(ge=1, le=720)] = 8
    budget: Annotated[int, Field(ge=0, le=1000)] | None = None
    """So many grants a team may use up in 30 days; as many as it gets where nothing is said."""

    @computed_field
    def max_life_ns(self) -> int:
        """`max_life` in nanoseconds, as Rego reckons."""
        return duration_ns(self.max_life)


class BreakGlassTerms(Model):
    """Who may break the glass when a pull request takes too long, and what that lifts."""

    group: GroupReference
    lifts: Annotated[tuple[StepId, ...], Field(min_length=1)] | None = None
    """The steps that it may lift; all that can be bypassed where nothing is said."""
    holds: Positive = timedelta(hours=4)
    """How long after it was broken a change may start on it."""
    min_reason_words: Count = 6
    review_due: Positive = timedelta(days=2)
    """How long after the start a review is owed."""
    own_changes: Literal["refuse", "allow"] = "refuse"
    """Whether somebody may break the glass for a change that they asked for or wrote."""
    while_review_overdue: Literal["allow", "refuse"] = "allow"
    """Whether a team that owes a review which is overdue keeps this way; it is the emergency path."""
    counts: bool = False
    """Whether a broken glass counts as a grant of the team's `budget` in `bypass`."""

    @computed_field
    def holds_ns(self) -> int:
        """`holds` in nanoseconds, as Rego reckons."""
        return duration_ns(self.holds)


class RedButtonRules(Model):
    """What a freeze that is there for an incident lets through."""

    incident_fix: Literal["pass", "wait"] = "wait"
    """A change that names the freeze's own incident passes it, or waits like all others."""


class Process(Model):
    """Which steps a change of a class and risk must pass, in order."""

    kind: Literal["Process"]
    classes: dict[ChangeClass, Annotated[tuple[StepId, ...], Field(min_length=1)]]
    risk: dict[RiskClass, tuple[StepId, ...]] = Field(default_factory=dict)
    steps: dict[StepId, StepRule] = Field(default_factory=dict)
    distinct: bool = True
    """Whether different steps need different people. One person's approvals of several steps then count for one."""
    evidence: dict[str, tuple[Name, ...]] = Field(default_factory=dict)
    """Environment (or `*` for those not named) → the kinds of evidence that a change into it must bring."""
    capacity: Capacity = Capacity()
    conflicts: dict[Relation, Literal["wait", "fail", "risk"]] = Field(default_factory=dict)
    """What a change in flight of that relation does: makes this one wait, fails it, or only raises its risk."""
    dependency_depth: Annotated[int, Field(ge=0, le=5)] = 1
    bypass: BypassTerms = BypassTerms()
    break_glass: BreakGlassTerms | None = None
    """Without it, there is no break-glass."""
    red_button: RedButtonRules = RedButtonRules()

    def needs_of(self, step: str) -> tuple[Needs, ...]:
        """Whose approvals a step takes; nobody's where the process says nothing."""
        rule = self.steps.get(step)
        return (rule.needs or ()) if rule else ()

    def named_steps(self) -> list[StepId]:
        """Every step that the process can demand, in order of first mention."""
        lists = [*self.classes.values(), *self.risk.values()]
        return list(dict.fromkeys(step for steps in lists for step in steps))


class RiskModel(Model):
    """Integer points per named factor, and the scores at which a risk class begins. `rego/risk.rego` adds them up."""

    kind: Literal["Risk"]
    factors: dict[str, dict[PathGlob, Points]]
    thresholds: dict[Literal["medium", "high", "critical"], Count]


class LaneConditions(Model):
    """What a change must bring and must not exceed to take a lane."""

    evidence: tuple[Name, ...] = ()
    max_files: Count | None = None
    max_lines: Count | None = None
    failures_30d: Count | None = None
    max_risk: RiskClass | None = None


class Lane(Model):
    """A pre-authorised kind of standard change: approved with no human when everything about it holds."""

    kind: Literal["Lane"]
    name: Name
    description: str = ""
    scope: Scope
    paths: Annotated[tuple[PathGlob, ...], Field(min_length=1, max_length=1000)]
    """Globs; every path that the change touches must match one of them. A change that touches no path matches none."""
    requires: LaneConditions = LaneConditions()


def _as_proofs(written: Any) -> Any:
    if written == "none":
        return []
    return [written] if isinstance(written, str) else written


def _each_once(proofs: tuple[Proof, ...]) -> tuple[Proof, ...]:
    if len(set(proofs)) != len(proofs):
        msg = "names a proof twice"
        raise ValueError(msg)
    return proofs


Grants = Annotated[
    tuple[Proof, ...],
    BeforeValidator(_as_proofs, json_schema_input_type=Literal["none"] | Proof | tuple[Proof, ...]),
    AfterValidator(_each_once),
]


class GateSettings(Model):
    """`gate.yaml`: what holds for the whole repository."""

    kind: Literal["Gate"]
    format: Literal[1]
    environments: Annotated[dict[Name, Environment], Field(min_length=1)]
    staleness: Positive = timedelta(minutes=10)
    pass_lifetime: Positive = timedelta(minutes=15)
    """How long an approval may be used to start."""
    started_hold: Positive = timedelta(hours=4)
    """How long a started change that nobody finishes keeps others of its service away."""
    longest_freeze: Positive = timedelta(days=35)
    """How long a freeze may close without a break. One that is longer is nearly always a slip of the pen."""
    grants: Grants = ()
    """What shows who granted a bypass, the first that shows somebody: `forge` is a review there of what was merged,
    `signature` the commit's signature by one of `signers`, `committer` the committer of a merge on bare git."""
    signers: Signers = ()
    """Keys of people who sign. Those count that the revision before a merge names, as far as they are named still."""
