"""The frozen document that a policy judges. With the policy revision it determines the assessment, in any year.

Facts hold integers and text only: no float, no local clock, no order that depends on a machine.
"""

from typing import Literal

from gate.domain.change import Evidence
from gate.domain.model import Model
from gate.domain.process import Relation
from gate.domain.review import Approval


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
    duration_ns: int
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
    """The instant of judging on the clock of the service's zone."""

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

    Freezes and advisories: those that overlap the time from now until the change would be done. Maintenance: every one
    that covers the change, open now or next; if none will open any more, one of them, with both times null.
    """

    name: str
    kind: Literal["freeze", "maintenance", "advisory"]
    description: str
    start_ns: int | None
    end_ns: int | None
    """Null with a start: no known end."""
    overrun: Literal["finish", "stop"]


class ConflictFacts(Model):
    """Another change in flight that this one could collide with."""

    change: str
    service: str
    relation: Relation
    resource: str
    """For `exclusive`: the resource that both need."""
    distance: int
    started: bool
    until_ns: int
    """When it is expected to be out of the way."""


class BypassGrant(Model):
    """Who let the bypass in, as far as the repository shows it."""

    by: str | None
    """The person of the catalogue; null if the address belongs to nobody known."""
    author: str | None
    robot: bool
    commit: str
    at_ns: int


class NeedFacts(Model):
    """How many approvals of which group a one-time step takes, and for how long each is worth something."""

    group: str
    approvals: int
    expires_ns: int | None = None


class AddedStepFacts(Model):
    """A one-time step that a bypass takes instead of what it skips."""

    step: str
    needs: tuple[NeedFacts, ...]
    description: str = ""


class BypassFacts(Model):
    """A bypass file that names this change."""

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
    grant: BypassGrant | None


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
    evidence: tuple[Evidence, ...]
    approvals: tuple[Approval, ...]
    bypasses: tuple[BypassFacts, ...]
    track_record: TrackRecord
    load: Load
    incidents: tuple[IncidentFacts, ...]
