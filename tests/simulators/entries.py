"""Changes in memory, each as it stands: the part of the store's simulator that knows when to look at them again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from gate.domain.asked import groups_asked
from gate.domain.change import Change
from gate.domain.errors import FactsMovedError
from gate.domain.facts import TrackRecord
from gate.domain.history import HistoryQuestion
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.judgement import Judgement, StoredChange
from gate.domain.listing import LOOKED_THROUGH, ListedChange, Listing, Wanted, folded, title_of, words_of
from gate.domain.prerequisites import is_id
from gate.domain.record import Record

_DAY: Final = 86_400 * NANOSECOND_PER_SECOND
_DAYS: Final = 30


@dataclass(frozen=True)
class Entry:
    """A change as it stands."""

    stored: StoredChange
    request_key: str | None
    look_again_ns: int | None
    awaits: tuple[str, ...]
    """Changes, and what is not asked for yet."""
    records: tuple[Record, ...]

    @property
    def change(self) -> Change:
        """What was asked for, and what became of it."""
        return self.stored.change

    @property
    def is_open(self) -> bool:
        """Whether it has neither started nor ended."""
        return self.change.state == "open"

    @property
    def runs(self) -> bool:
        """Whether it is in flight, and nobody has told it to stop."""
        return self.change.state == "started" and self.change.stop is None

    def is_open_since(self, asked_since_ns: int) -> bool:
        """Whether it is open, and was not asked for before."""
        return self.is_open and self.change.asked_at_ns >= asked_since_ns

    def due_by(self, at_ns: int) -> "Entry":
        """The same, looked at again by then at the latest."""
        soonest = at_ns if self.look_again_ns is None else min(at_ns, self.look_again_ns)
        return replace(self, look_again_ns=soonest)


class Entries(dict[str, Entry]):
    """All changes, by id."""

    def of_request(self, request_key: str | None) -> Entry | None:
        """The one that was asked for by a key."""
        if request_key is None:
            return None
        return next((entry for entry in self.values() if entry.request_key == request_key), None)

    def named(self, environment: str, name: str) -> Change | None:
        """The change of an id, or of a `service@commit`: of several, the newest that was not withdrawn."""
        if is_id(name):
            entry = self.get(name)
            return entry.change if entry else None
        of_commit = [
            entry.change
            for entry in self.values()
            if entry.change.request.environment == environment and entry.change.name == name
        ]
        return max(of_commit, key=lambda each: (each.state != "withdrawn", each.asked_at_ns, each.id), default=None)

    def open_of(self, service: str, environment: str, commit: str | None) -> Sequence[StoredChange]:
        """The open ones of a service into an environment, of one commit or of any, newest first."""
        asked = [
            entry.stored
            for entry in self.values()
            if entry.is_open
            and (entry.change.request.service, entry.change.request.environment) == (service, environment)
            and commit in {None, entry.change.request.commit}
        ]
        return sorted(asked, key=lambda each: (each.change.asked_at_ns, each.change.id), reverse=True)

    def due(self, at_ns: int, limit: int) -> Sequence[str]:
        """Those to look at, the longest due first."""
        due = [
            (entry.look_again_ns, entry.change.asked_at_ns, change_id)
            for change_id, entry in self.items()
            if not entry.change.is_over and entry.look_again_ns is not None and entry.look_again_ns <= at_ns
        ]
        return [change_id for *_, change_id in sorted(due)[:limit]]

    def listed(self, wanted: Wanted) -> Listing | None:
        """A page of those that somebody looks for, the newest first."""
        if wanted.before is not None and wanted.before not in self:
            return None
        ordered = sorted(self.values(), key=lambda entry: (entry.change.asked_at_ns, entry.change.id), reverse=True)
        if wanted.before is not None:
            place = (self[wanted.before].change.asked_at_ns, wanted.before)
            ordered = [entry for entry in ordered if (entry.change.asked_at_ns, entry.change.id) < place]
        if wanted.service:
            ordered = [entry for entry in ordered if entry.change.request.service == wanted.service]
        elif wanted.requester:
            ordered = [entry for entry in ordered if entry.change.requester == wanted.requester]
        looked = ordered[:LOOKED_THROUGH]
        found = [listed for listed in (_listed(entry.stored, wanted) for entry in looked) if listed]
        if len(found) > wanted.limit:
            return Listing(changes=tuple(found[: wanted.limit]), next=found[wanted.limit - 1].id)
        return Listing(changes=tuple(found), next=looked[-1].change.id if len(looked) == LOOKED_THROUGH else None)

    def asked_of(self, groups: Sequence[str], limit: int) -> Sequence[StoredChange]:
        """Those that wait for any of these groups, the oldest first."""
        stored = [entry.stored for entry in self.values()]
        asked = [each for each in stored if set(groups) & set(groups_asked(each.change, each.decision))]
        return sorted(asked, key=lambda each: (each.change.asked_at_ns, each.change.id))[:limit]

    def wake(self, awaited: str, at_ns: int) -> None:
        """Those that wait for a change are due."""
        for entry in list(self.values()):
            if entry.is_open and awaited in entry.awaits:
                self[entry.change.id] = entry.due_by(at_ns)

    def track_record(self, question: HistoryQuestion) -> TrackRecord:
        """How changes of the service went there lately."""
        today = question.at_ns // _DAY
        results = [
            entry.change.result
            for entry in self.values()
            if entry.change.state == "finished"
            and entry.change.request.service == question.service
            and entry.change.request.environment == question.environment
            and today - _DAYS <= (entry.change.ended_at_ns or 0) // _DAY <= today
        ]
        failed = sum(result in {"failed", "rolled_back"} for result in results)
        return TrackRecord(days=_DAYS, finished=len(results), failed=failed)

    def demand_succession(self, judgement: Judgement) -> None:
        """FactsMovedError unless the judgement follows on what is known of its change."""
        change, before = judgement.change, self.get(judgement.change.id)
        last = before.stored.decision.sequence if before else 0
        went_back = before is not None and (
            before.change.is_over or (before.change.state, change.state) == ("started", "open")
        )
        if judgement.decision.sequence != last + 1 or went_back:
            raise FactsMovedError(f"change {change.id} has moved on meanwhile")


def _listed(stored: StoredChange, wanted: Wanted) -> ListedChange | None:
    """What a list tells of a change; None if it is not wanted."""
    change, decision = stored.change, stored.decision
    request = change.request
    listed = ListedChange(
        id=change.id,
        service=request.service,
        environment=request.environment,
        commit=request.commit,
        title=title_of(request),
        requester=change.requester,
        asked_at_ns=change.asked_at_ns,
        state=change.state,
        result=change.result,
        outcome=decision.outcome,
        change_class=decision.change_class,
        risk_class=decision.risk.risk_class,
    )
    demanded = ("service", "environment", "requester", "state", "outcome")
    is_wanted = all(getattr(wanted, name) in {None, getattr(listed, name)} for name in demanded)
    return listed if is_wanted and folded(wanted.text) in words_of(change) else None
