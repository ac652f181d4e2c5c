"""The first time at which time closed on a change that runs: by the active calendar, and the freezes pressed since."""

from gate.application.active_policy import ActivePolicy
from gate.domain.change import Change
from gate.domain.edge import Edge
from gate.domain.gathering import subject_of, windows_between
from gate.domain.in_flight import first_edge
from gate.domain.instant import duration_ns, rfc3339
from gate.domain.judgement import StoredChange
from gate.ports import Store


class Edges:
    """Looks from the start of a change on."""

    def __init__(self, active: ActivePolicy, store: Store) -> None:
        self._active = active
        self._store = store

    async def first(self, stored: StoredChange, until_ns: int) -> Edge | None:
        """The first edge between its start and an instant. None, too, where no policy knows its service any more."""
        change, policy = stored.change, self._active.policy
        if policy is None or change.started_at_ns is None:
            return None
        service = policy.catalogue.services.get(change.request.service)
        if service is None:
            return None
        subject = subject_of(change.request, service)
        pressed = await self._store.freezes(pressed_since_ns=change.asked_at_ns)
        return first_edge(
            change,
            stored.decision,
            windows_between(policy, subject, change.started_at_ns, until_ns),
            [freeze for freeze in pressed if freeze.scope.matches(subject)],
        )

    async def told_at_the_end(self, stored: StoredChange, ended: Change) -> dict[str, object]:
        """What the record of its end says: whether it had been told to stop, and on which side of the edge it ended."""
        ended_at_ns = ended.ended_at_ns or 0
        edge = _that_stopped(ended) or await self.first(stored, max(ended_at_ns + 1, self._expected_end_ns(ended)))
        return {
            "stop_requested": None if ended.stop is None else rfc3339(ended.stop.at_ns),
            "edge": None if edge is None else {"window": edge.window, "at": rfc3339(edge.at_ns)},
            "ended": None if edge is None else "before the edge" if ended_at_ns < edge.at_ns else "after the edge",
        }

    def _expected_end_ns(self, change: Change) -> int:
        policy, request = self._active.policy, change.request
        service = policy and policy.catalogue.services.get(request.service)
        expected = request.duration or (service and service.duration)
        return (change.started_at_ns or 0) + (duration_ns(expected) if expected else 0)


def _that_stopped(change: Change) -> Edge | None:
    return None if change.stop is None else Edge(at_ns=change.stop.closed_at_ns, window=change.stop.window)
