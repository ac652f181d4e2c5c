"""The frozen document that a policy judges. With the policy revision it determines the assessment, in any year.

Facts hold integers and text only: no float, no local clock, no order that depends on a machine.
"""

from typing import Any, Literal

from pydantic import Field, model_validator

from gate.domain.assessment import ChangeClass
from gate.domain.change import ChangeState, Evidence, Result
from gate.domain.model import Model
from gate.domain.process import Relation
from gate.domain.proof import Proof
from gate.domain.review import Approval

WindowKind = Literal["freeze", "maintenance", "advisory"]
"""How facts and answers call what files of the calendar call Freeze, Maintenance and Advisory."""


class ChangeFacts(Model):
    """The change as policy sees it."""

    id: str
    service: str
    environment: str
    commit: str
    artifact: str | None
    kind: str
    summary: str
    labels: dict[str, str]
    paths: tuple[str, ...]
    files: int
    lines: int
    commits: int
    batch_age_hours: int
    """Since the oldest commit in it was made; 0 if that is not known."""
    requester: str
    author: str | None
    incident: str | None
    implementer: str | None
    duration_ns: int
    start_ns: int
    """When it would start: now, or when it is planned. Windows and other changes are looked at from then on."""
    in_line_since_ns: int
    """Since when it has been waiting for its turn; see `ConflictFacts`."""
    state: Literal["open", "started"]


class ServiceFacts(Model):
    """Its service, from the catalogue."""

    name: str
    tier: int
    owners: str
    reviewers: str
    objective: str
    appetite: str
    exclusive: tuple[str, ...]
    labels: dict[str, str]
    timezone: str


class EnvironmentFacts(Model):
    """Where it goes."""

    name: str
    production: bool


class LocalMoment(Model):
    """The instant at which the change would start, on the clock of the service's zone."""

    weekday: int
    """1 is Monday, 7 Sunday (ISO 8601)."""
    hour: int
    minute: int


class NeighbourFacts(Model):
    """A service near this one in the dependency graph."""

    service: str
    tier: int
    distance: int


class Impact(Model):
    """What it leans on and what leans on it."""

    depends_on: tuple[NeighbourFacts, ...] = ()
    dependents: tuple[NeighbourFacts, ...] = ()


class WindowFacts(Model):
    """A window that touches the change, with the one occurrence that matters.

    Freezes and advisories: those that overlap the time from its start until it would be done. Maintenance, of what
    covers the change: all that is open at its start, the first to open next, and the first of those with the other
    `overrun`; if none will open any more, one of them, with both times null.
    """

    name: str
    kind: WindowKind
    description: str
    start_ns: int | None
    end_ns: int | None
    """Null with a start: no known end."""
    overrun: Literal["finish", "stop"]
    incident: str | None = None
    """For a freeze: the incident that it is for."""
    pressed_by: str | None = None
    """For a freeze that was pressed (red button) rather than committed: who did."""


class ConflictFacts(Model):
    """Another change, in flight or in line, that this one could collide with.

    In flight are those whose time, as it is reserved, overlaps the time that this one would take. In line (`queued`)
    are those that wait for their turn with something that this one needs, and may have come before it.
    """

    change: str
    service: str
    environment: str = ""
    relation: Relation
    resource: str
    """For `exclusive`: the resource that both need. For `same_implementer`: who carries both out."""
    distance: int
    state: Literal["queued", "approved", "started"]
    change_class: ChangeClass | None = Field(default=None, alias="class")
    """For `queued`: an emergency goes before all others;"""
    in_line_since_ns: int | None = None
    """among its like, whoever has been in line for longer."""
    since_ns: int | None = None
    """From when on it needs the time."""
    until_ns: int | None
    """When it is out of the way if nothing is heard of it; null for `queued`."""

    @model_validator(mode="before")
    @classmethod
    def _as_it_once_was(cls, said: Any) -> Any:
        """What was recorded before changes stood in line said only whether the other had started."""
        if isinstance(said, dict) and "started" in said:
            return {name: value for name, value in said.items() if name != "started"} | {
                "state": "started" if said["started"] else "approved"
            }
        return said


class PrerequisiteFacts(Model):
    """A change that this one says must be finished first."""

    name: str
    """As this change calls it: an id, or `service@commit`."""
    change: str | None
    """Its id; null while nobody has asked for it."""
    state: ChangeState | None
    result: Result | None


class BypassGrant(Model):
    """Who let the bypass in, as far as the repository shows it."""

    by: str | None
    """The person of the catalogue; null if the address belongs to nobody known."""
    author: str | None
    robot: bool
    commit: str
    at_ns: int
    proof: Proof = "committer"
    """By what it is shown."""


class LackingProof(Model):
    """A proof that policy accepts, and why it shows nobody."""

    proof: Proof
    why: str


class NeedFacts(Model):
    """How many approvals of which group a one-time step takes, and for how long each is worth something."""

    group: str
    or_groups: tuple[str, ...] = Field(default=(), alias="or")
    ask: Literal["first", "least_loaded"] = "least_loaded"
    approvals: int
    expires_ns: int | None = None


class AddedStepFacts(Model):
    """A one-time step that a bypass takes instead of what it skips."""

    step: str
    needs: tuple[NeedFacts, ...]
    description: str = ""


class BreakGlassFacts(Model):
    """Who broke the glass for this change, when, and for which commit and artifact of it."""

    by: str
    robot: bool
    at_ns: int
    commit: str
    artifact: str | None


class BypassFacts(Model):
    """A bypass file that names this change; or a glass that was broken for it, which is granted by nobody else."""

    id: str
    skip: tuple[str, ...]
    add: tuple[AddedStepFacts, ...]
    reason: str
    ticket: str
    requested_by: str
    expires_ns: int
    names_commit: bool
    uses: int
    used: int
    """By other changes."""
    review_within_ns: int = 432_000_000_000_000
    """So long after its use a review is owed; five days where the file says nothing."""
    taken: bool = False
    """This change has used it: what it let start, it lets run on, whenever it expires and however often it was good."""
    grant: BypassGrant | None
    break_glass: BreakGlassFacts | None = None
    """For a glass that was broken: by whom. Its `ticket` is the incident, `skip` what policy lets it lift."""
    lacking: tuple[LackingProof, ...] = ()
    """Where nobody is shown to have granted it: why not, by each proof that policy accepts."""


class TeamBypasses(Model):
    """How the owning team stands with going around the process. Asked only where something would lift a step."""

    days: int = 30
    used: int = 0
    """Grants that its changes used up in the last `days` days."""
    broken: int = 0
    """Glasses that were broken for its changes which started in that time."""
    pirs_overdue: int = 0
    """Reviews that it owes and that are overdue."""


class AskedFacts(Model):
    """A step that people have been asked to answer, by the decision before."""

    step: str
    since_ns: int
    groups: tuple[str, ...]


class GroupFacts(Model):
    """A group that policy may ask: how much it has to do, and how soon it is likely to answer."""

    name: str
    waiting: int
    """Other changes that wait for it. Counted up to a limit."""
    limit: int | None
    """Its work in progress, at most; null where `groups.yaml` states none."""
    waiting_per_thousand: int
    """The same for a thousand of its people: by it, small groups compare with large ones."""
    expected_wait_ns: int | None
    """Null while too little is known to say."""


class TrackRecord(Model):
    """How changes of this service into this environment went in the last `days` days."""

    days: int = 30
    finished: int = 0
    failed: int = 0


class Load(Model):
    """Other changes in flight in the environment: of the owning team, and of all. Counted up to a limit."""

    team: int = 0
    environment: int = 0


class IncidentFacts(Model):
    """An incident that is open and touches the service."""

    name: str
    description: str
    start_ns: int


class Facts(Model):
    """Everything that policy may look at."""

    format: Literal[1] = 1
    revision: str
    at_ns: int
    sequence: int
    """The how-maniest decision about this change this is, from 1."""
    valid_for_ns: int
    """How long an approval may be used."""
    local: LocalMoment
    change: ChangeFacts
    service: ServiceFacts
    environment: EnvironmentFacts
    impact: Impact
    lanes: tuple[str, ...]
    """Names of the lanes whose scope matches; whether their conditions hold is for policy to say."""
    windows: tuple[WindowFacts, ...]
    conflicts: tuple[ConflictFacts, ...]
    prerequisites: tuple[PrerequisiteFacts, ...]
    circle: tuple[str, ...]
    """Changes that would wait for each other in a circle, from this one back to it; empty where there is none."""
    evidence: tuple[Evidence, ...]
    approvals: tuple[Approval, ...]
    asked: tuple[AskedFacts, ...] = ()
    groups: tuple[GroupFacts, ...] = ()
    """Those whose people the process may ask about a change of this service."""
    bypasses: tuple[BypassFacts, ...]
    team_bypasses: TeamBypasses = TeamBypasses()
    track_record: TrackRecord
    load: Load
    incidents: tuple[IncidentFacts, ...]
