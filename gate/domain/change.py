"""A change request and the life of the change that it asks for."""

import hashlib
import json
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from gate.domain.canonical import canonical_json
from gate.domain.duration import lasting_at_most
from gate.domain.instant import to_ns
from gate.domain.model import Model
from gate.domain.naming import Name

CommitId = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Text = Annotated[str, StringConstraints(max_length=2000)]
Path = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]+$")]
Amount = Annotated[int, Field(ge=0, le=10_000_000)]

Prerequisite = Annotated[
    str,
    StringConstraints(
        pattern=r"^(chg_[A-Za-z0-9_-]{1,76}|[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}@([0-9a-f]{40}|[0-9a-f]{64}))$"
    ),
]
"""A change by its id, or as `service@commit`: the change of that service and commit, asked for already or not yet."""

DiffUrl = Annotated[str, StringConstraints(max_length=2000, pattern=r"^(https?://[!-~]+)?$")]

ChangeState = Literal["open", "started", "finished", "withdrawn"]
Result = Literal["succeeded", "failed", "rolled_back"]


class Evidence(Model):
    """What a pipeline found out about the change: a kind, a result, and where to read it."""

    kind: Name
    status: Literal["passed", "failed", "skipped"]
    url: Annotated[str, StringConstraints(max_length=2000)] = ""


class Size(Model):
    """How large the change is."""

    files: Amount = 0
    lines: Amount = 0


class Batch(Model):
    """What has piled up in it: how many commits, and when the oldest of them was made."""

    commits: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    oldest_commit_at: AwareDatetime | None = None


class ChangeRequest(Model):
    """What a pipeline asks for: this commit (and artifact) of this service into this environment."""

    service: Name
    environment: Name
    commit: CommitId
    artifact: Digest | None = None
    run: Annotated[str, StringConstraints(max_length=200)] = ""
    """The pipeline run; the same request of the same run is answered once."""
    kind: Name = "deploy"
    summary: Text = ""
    diff_url: DiffUrl = ""
    """Where reviewers can read what it changes, such as a merge request: http or https."""
    labels: Annotated[dict[Name, Annotated[str, StringConstraints(max_length=200)]], Field(max_length=50)] = Field(
        default_factory=dict
    )
    paths: Annotated[tuple[Path, ...], Field(max_length=5000)] = ()
    size: Size = Size()
    batch: Batch = Batch()
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=100)] = ()
    requester: Name | None = None
    """Who asks for it; the caller where nobody is named."""
    author: Name | None = None
    """Who wrote the commit."""
    incident: Name | None = None
    """The declared incident that it repairs."""
    duration: Annotated[timedelta, lasting_at_most(timedelta(days=30))] | None = None
    """How long it is expected to take; the service's usual duration where nothing is said."""
    planned_start: AwareDatetime | None = None
    """When it is to start, at most 90 days ahead; as soon as it may where nothing is said."""
    implementer: Name | None = None
    """Who carries it out. Nobody carries out two changes at once."""
    depends_on: Annotated[tuple[Prerequisite, ...], Field(max_length=20)] = ()
    """Changes that must be finished first: each an id, or `service@commit` of a change into the same environment."""


class Plan(Model):
    """Another start than was asked for, planned since."""

    start_ns: int | None
    """None: as soon as it may."""


class StopRequest(Model):
    """A running change was told to stop, because time closed on it. What was told is not taken back."""

    at_ns: int
    reason: str
    window: str
    """Which window closed on it first, and when:"""
    closed_at_ns: int


class Change(Model):
    """A change request that the gate knows, and where it stands."""

    id: str
    request: ChangeRequest
    requester: str
    asked_at_ns: int
    lapsed_at_ns: int | None = None
    """When it was judged again after it had let an approval lapse, or given the time that it held for another; its turn
    counts anew from then."""
    plan: Plan | None = None
    """None as long as it is planned as was asked."""
    state: ChangeState = "open"
    started_at_ns: int | None = None
    ended_at_ns: int | None = None
    result: Result | None = None
    stop: StopRequest | None = None

    @property
    def planned_start_ns(self) -> int | None:
        """When it is planned to start, past or to come; None for as soon as it may."""
        if self.plan is not None:
            return self.plan.start_ns
        return None if self.request.planned_start is None else to_ns(self.request.planned_start)

    @property
    def in_line_since_ns(self) -> int:
        """Since when it has been waiting for its turn: whoever was given one and did not take it begins anew."""
        return self.asked_at_ns if self.lapsed_at_ns is None else self.lapsed_at_ns

    @property
    def name(self) -> str:
        """What other changes into its environment may call it, whether or not it has been asked for."""
        return f"{self.request.service}@{self.request.commit}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.state in {"finished", "withdrawn"}


def request_key(request: ChangeRequest, asker: str, idempotency_key: str | None) -> str:
    """What makes two requests the same: the asker's own key, or what is asked for and the pipeline run that asks.

    Without a run, everything that is said of the change counts: who mends a request and asks again asks anew.
    """
    if idempotency_key is not None:
        parts = ["key", asker, idempotency_key]
    elif request.run:
        parts = ["run", request.service, request.environment, request.commit, request.artifact or "", request.run]
    else:
        # What came to a request later stands in its key only where it is said: the same as before is the same still.
        unsaid = set() if request.diff_url else {"diff_url"}
        parts = ["request", canonical_json(request.model_dump(mode="json", by_alias=True, exclude=unsaid)).decode()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
