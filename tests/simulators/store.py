"""The store in memory. It keeps every promise of the port but one: what it holds is gone with the process."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from gate.domain.access import Token
from gate.domain.change import Change, ChangeState, request_key
from gate.domain.errors import FactsMovedError, StoreError
from gate.domain.facts import Load, TrackRecord
from gate.domain.history import History, HistoryQuestion, Reservation
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.judgement import Judgement, RecordedDecision, StoredChange
from gate.domain.record import Record
from gate.domain.review import Answer, standing

_DAY: Final = 86_400 * NANOSECOND_PER_SECOND
_DAYS: Final = 30
_COUNTED_AT_MOST: Final = 1000


@dataclass(frozen=True)
class _Entry:
    """A change as it stands."""

    stored: StoredChange
    request_key: str | None
    look_again_ns: int | None
    waits_on: tuple[str, ...]
    records: tuple[Record, ...]

    @property
    def change(self) -> Change:
        return self.stored.change

    @property
    def is_open(self) -> bool:
        return self.change.state == "open"

    def due_by(self, at_ns: int) -> "_Entry":
        soonest = at_ns if self.look_again_ns is None else min(at_ns, self.look_again_ns)
        return replace(self, look_again_ns=soonest)


@dataclass
class StoreSimulator:
    """Implements `ports.Store`. No method waits inside, so that each is one transaction."""

    fails_at: int | None = None
    """The how-maniest call raises StoreError and does nothing; None: none does."""
    calls: int = 0
    notes: list[Record] = field(default_factory=list)
    """Records that belong to no change."""
    _closed: bool = False
    _entries: dict[str, _Entry] = field(default_factory=dict)
    _decisions: dict[str, RecordedDecision] = field(default_factory=dict)
    _reservations: dict[str, Reservation] = field(default_factory=dict)
    _bypass_uses: dict[str, int] = field(default_factory=dict)
    _answers: dict[str, tuple[Answer, ...]] = field(default_factory=dict)
    _tokens: dict[str, Token] = field(default_factory=dict)

    async def first_look(self, request_key: str, question: HistoryQuestion) -> StoredChange | History:
        self._answer()
        entry = self._entry_of(request_key)
        return entry.stored if entry else self._history(question)

    async def change(self, change_id: str) -> StoredChange | None:
        self._answer()
        entry = self._entries.get(change_id)
        return entry.stored if entry else None

    async def decision(self, decision_id: str) -> RecordedDecision | None:
        self._answer()
        return self._decisions.get(decision_id)

    async def records(self, change_id: str) -> Sequence[Record]:
        self._answer()
        entry = self._entries.get(change_id)
        return entry.records if entry else ()

    async def history(self, question: HistoryQuestion) -> History:
        self._answer()
        return self._history(question)

    async def record(self, judgement: Judgement, records: Sequence[Record]) -> StoredChange:
        self._answer()
        change, decision = judgement.change, judgement.decision
        before = self._entries.get(change.id)
        if decision.sequence == 1 and (known := self._entry_of(judgement.request_key)) is not None:
            return known.stored
        _demand_succession(judgement, before)
        if decision.outcome == "approved" and not judgement.history.excludes_the_same(
            self._history(judgement.question), judgement.question.contended
        ):
            raise FactsMovedError(f"another decision took something that change {change.id} rests on")
        if judgement.history.approvals != standing(self._answers.get(change.id, ())):
            raise FactsMovedError(f"somebody answered to change {change.id} meanwhile")
        self._use(judgement)
        self._hold(judgement)
        record_id = next(record.id for record in records if record.kind == "decided")
        stored = StoredChange(change, decision, record_id)
        self._decisions[decision.id] = RecordedDecision(
            decision, judgement.facts_bytes, judgement.assessment_bytes, record_id
        )
        self._entries[change.id] = _Entry(
            stored=stored,
            request_key=before.request_key if before else judgement.request_key,
            look_again_ns=self._look_again(judgement),
            waits_on=judgement.waits_on,
            records=(*(before.records if before else ()), *records),
        )
        return stored

    async def answers(self, change_id: str) -> Sequence[Answer]:
        self._answer()
        return tuple(self._answers.get(change_id, ()))

    async def add_answer(self, answer: Answer, record: Record) -> None:
        self._answer()
        before, known = self._entries.get(answer.change), self._answers.get(answer.change, ())
        if before is None or not before.is_open or answer.number != len(known) + 1:
            raise FactsMovedError(f"change {answer.change} is not open any more, or was answered meanwhile")
        self._answers[answer.change] = (*known, answer)
        entry = replace(before, records=(*before.records, record))
        self._entries[answer.change] = entry.due_by(answer.at_ns)

    async def end(self, change: Change, expected: ChangeState, records: Sequence[Record]) -> None:
        self._answer()
        before = self._entries.get(change.id)
        if before is None or before.change.state != expected:
            raise FactsMovedError(f"change {change.id} has moved on meanwhile")
        itself = request_key(change.request, change.requester, None)
        self._entries[change.id] = replace(
            before,
            stored=replace(before.stored, change=change),
            request_key=None if not change.request.run and before.request_key == itself else before.request_key,
            waits_on=(),
            records=(*before.records, *records),
        )
        self._reservations.pop(change.id, None)
        for entry in list(self._entries.values()):
            if entry.is_open and change.id in entry.waits_on:
                self._entries[entry.change.id] = entry.due_by(change.ended_at_ns or 0)

    async def note(self, record: Record) -> None:
        self._answer()
        self.notes.append(record)

    async def due(self, at_ns: int, limit: int) -> Sequence[str]:
        self._answer()
        due = [
            (entry.look_again_ns, change_id)
            for change_id, entry in self._entries.items()
            if entry.is_open and entry.look_again_ns is not None and entry.look_again_ns <= at_ns
        ]
        return [change_id for _, change_id in sorted(due)[:limit]]

    async def postpone(self, change_id: str, until_ns: int) -> None:
        self._answer()
        entry = self._entries.get(change_id)
        if entry is not None and entry.is_open:
            self._entries[change_id] = replace(entry, look_again_ns=until_ns)

    async def make_all_due(self, at_ns: int, asked_since_ns: int) -> None:
        self._answer()
        for change_id, entry in self._entries.items():
            is_recent = entry.stored.change.asked_at_ns >= asked_since_ns
            if entry.is_open and is_recent and entry.stored.decision.outcome != "approved":
                self._entries[change_id] = entry.due_by(at_ns)

    async def tokens(self) -> Sequence[Token]:
        self._answer()
        return sorted(self._tokens.values(), key=lambda token: (token.made_at_ns, token.id))

    async def add_token(self, token: Token, record: Record) -> None:
        self._answer()
        self._tokens[token.id] = token
        self.notes.append(record)

    async def revoke_token(self, token_id: str, at_ns: int, record: Record) -> bool:
        self._answer()
        token = self._tokens.get(token_id)
        if token is not None and token.revoked_at_ns is None:
            self._tokens[token_id] = token.model_copy(update={"revoked_at_ns": at_ns})
            self.notes.append(record)
        return token is not None

    async def ping(self) -> None:
        self._answer()

    async def close(self) -> None:
        self._closed = True

    def _answer(self) -> None:
        self.calls += 1
        if self._closed or self.calls == self.fails_at:
            raise StoreError("the database gave no answer: it was told not to", hint="Ask again.")

    def _entry_of(self, request_key: str | None) -> _Entry | None:
        if request_key is None:
            return None
        return next((entry for entry in self._entries.values() if entry.request_key == request_key), None)

    def _history(self, question: HistoryQuestion) -> History:
        in_flight = [
            held
            for change_id, held in sorted(self._reservations.items())
            if change_id != question.change
            and held.environment == question.environment
            and held.until_ns > question.at_ns
        ]
        near = set(question.resources)
        return History(
            reservations=tuple(held for held in in_flight if near.intersection(held.resources)),
            load=Load(
                team=min(_COUNTED_AT_MOST, sum(held.team == question.team for held in in_flight)),
                environment=min(_COUNTED_AT_MOST, len(in_flight)),
            ),
            track_record=self._track_record(question),
            approvals=standing(self._answers.get(question.change, ())),
            bypass_uses={
                bypass: self._bypass_uses[bypass] for bypass in question.bypasses if bypass in self._bypass_uses
            },
        )

    def _track_record(self, question: HistoryQuestion) -> TrackRecord:
        today = question.at_ns // _DAY
        results = [
            entry.change.result
            for entry in self._entries.values()
            if entry.change.state == "finished"
            and entry.change.request.service == question.service
            and entry.change.request.environment == question.environment
            and today - _DAYS <= (entry.change.ended_at_ns or 0) // _DAY <= today
        ]
        failed = sum(result in {"failed", "rolled_back"} for result in results)
        return TrackRecord(days=_DAYS, finished=len(results), failed=failed)

    def _use(self, judgement: Judgement) -> None:
        known = judgement.history.bypass_uses
        moved = [bypass for bypass in judgement.uses if self._bypass_uses.get(bypass, 0) != known.get(bypass, 0)]
        if moved:
            raise FactsMovedError(f"bypass {moved[0]} was used by another change meanwhile")
        for bypass in judgement.uses:
            self._bypass_uses[bypass] = self._bypass_uses.get(bypass, 0) + 1

    def _hold(self, judgement: Judgement) -> None:
        self._reservations.pop(judgement.change.id, None)
        if judgement.reservation is not None:
            self._reservations[judgement.change.id] = judgement.reservation

    def _look_again(self, judgement: Judgement) -> int | None:
        others = [self._entries[other] for other in judgement.waits_on if other in self._entries]
        return judgement.decision.at_ns if any(o.change.is_over for o in others) else judgement.look_again_ns


def _demand_succession(judgement: Judgement, before: _Entry | None) -> None:
    change, sequence = judgement.change, judgement.decision.sequence
    last = before.stored.decision.sequence if before else 0
    went_back = before is not None and (
        before.change.is_over or (before.change.state, change.state) == ("started", "open")
    )
    if sequence != last + 1 or went_back:
        raise FactsMovedError(f"change {change.id} has moved on meanwhile")
