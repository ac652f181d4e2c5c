"""What a release request asks of the gate, and the clock that shows the instant at which it asks."""

from itertools import count
from typing import Final

from gate.domain.change import Batch, ChangeRequest, Size
from gate.domain.instant import to_ns
from tests.acceptance.openstack.data import Request

ASKER: Final = "release-queue"


def change_request(request: Request) -> ChangeRequest:
    """The request in the gate's words: a commit of a deliverable into a cycle."""
    return ChangeRequest(
        service=request.deliverable,
        environment=request.series,
        commit=request.commit,
        kind=request.kind,
        summary=request.subject,
        labels={"exception": "yes" if request.speaks_of_exception else "no"},
        paths=tuple(f"deliverables/{request.series}/{name}.yaml" for name in request.deliverables),
        size=Size(files=request.touched),
        batch=Batch(oldest_commit_at=request.written_at),
        requester=request.author,
        author=request.author,
    )


class SetClock:
    """`gate.ports.Clock` that stands where it was last set."""

    def __init__(self) -> None:
        self._instant_ns = 0
        self._numbers = count(1)

    def show(self, request: Request) -> None:
        """The instant at which a request is filed."""
        self.set(to_ns(request.merged_at))

    def set(self, instant_ns: int) -> None:
        """Any instant, in nanoseconds since the epoch."""
        self._instant_ns = instant_ns

    def now_ns(self) -> int:
        """Where it stands."""
        return self._instant_ns

    def new_id(self, prefix: str) -> str:
        """Numbered, so that ids sort in the order in which they were made."""
        return f"{prefix}_{next(self._numbers):08}"
