"""The store in memory. It keeps every promise of the port but one: what it holds is gone with the process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from gate.domain.access import Token
from gate.domain.break_glass import BreakGlass
from gate.domain.change import Change, ChangeState, request_key
from gate.domain.errors import FactsMovedError, StoreError
from gate.domain.facts import TeamBypasses
from gate.domain.history import History, HistoryQuestion
from gate.domain.judgement import Judgement, RecordedDecision, StoredChange
from gate.domain.listing import Listing, Wanted
from gate.domain.notice import Notice
from gate.domain.pir import Pir, WrittenPir
from gate.domain.record import Record
from gate.domain.recurrence import Span
from gate.domain.red_button import PressedFreeze, Thaw
from gate.domain.review import Answer, standing
from gate.domain.token_use import TokenUse
from tests.simulators.bypass_uses import BypassUses
from tests.simulators.entries import Entries, Entry
from tests.simulators.glasses import Glasses
from tests.simulators.outbox import Outbox
from tests.simulators.pirs import Pirs
from tests.simulators.pressed_freezes import PressedFreezes
from tests.simulators.review_loads import ReviewLoads
from tests.simulators.tokens import Tokens
from tests.simulators.turns import Turns

_OPEN_TOLD: Final = 10


@dataclass
class StoreSimulator:
    """Implements `ports.Store`. No method waits inside, so that each is one transaction."""

    fails_at: int | None = None
    """The how-maniest call raises StoreError and does nothing; None: none does."""
    calls: int = 0
    notes: list[Record] = field(default_factory=list)
    """Records that belong to no change."""
    _closed: bool = False
    _entries: Entries = field(default_factory=Entries)
    _decisions: dict[str, RecordedDecision] = field(default_factory=dict)
    _bypass_uses: BypassUses = field(default_factory=BypassUses)
    _freezes: PressedFreezes = field(default_factory=PressedFreezes)
    _answers: dict[str, tuple[Answer, ...]] = field(default_factory=dict)
    _glasses: Glasses = field(default_factory=Glasses)
    _pirs: Pirs = field(default_factory=Pirs)
    _review_loads: ReviewLoads = field(default_factory=ReviewLoads)
    _outbox: Outbox = field(default_factory=Outbox)
    _tokens: Tokens = field(default_factory=Tokens)

    def __post_init__(self) -> None:
        self._turns = Turns(self._entries)

    async def first_look(self, request_key: str, question: HistoryQuestion) -> StoredChange | History:
        self._answer()
        entry = self._entries.of_request(request_key)
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

    async def listed(self, wanted: Wanted) -> Listing | None:
        self._answer()
        return self._entries.listed(wanted)

    async def asked_of(self, groups: Sequence[str], limit: int) -> Sequence[StoredChange]:
        self._answer()
        return self._entries.asked_of(groups, limit)

    async def history(self, question: HistoryQuestion) -> History:
        self._answer()
        return self._history(question)

    async def busy(self, question: HistoryQuestion, until_ns: int) -> Sequence[Span]:
        self._answer()
        return self._turns.reservations.busy(question, until_ns)

    async def named(self, environment: str, names: Sequence[str]) -> Mapping[str, Change]:
        self._answer()
        found = {name: self._entries.named(environment, name) for name in names}
        return {name: change for name, change in found.items() if change is not None}

    async def open_changes(self, service: str, environment: str, commit: str | None) -> Sequence[StoredChange]:
        self._answer()
        return self._entries.open_of(service, environment, commit)[:_OPEN_TOLD]

    async def record(self, judgement: Judgement, records: Sequence[Record]) -> StoredChange:
        self._answer()
        change, decision = judgement.change, judgement.decision
        before = self._entries.get(change.id)
        if decision.sequence == 1 and (asked := self._entries.of_request(judgement.request_key)) is not None:
            return asked.stored
        known = [freeze.id for freeze in judgement.history.freezes]
        if known != [freeze.id for freeze in self._freezes.holding(judgement.question.at_ns)]:
            raise FactsMovedError(f"a freeze was pressed or thawed while change {change.id} was judged")
        self._entries.demand_succession(judgement)
        if decision.outcome == "approved" and not judgement.history.excludes_the_same(
            self._history(judgement.question), judgement.question.contended
        ):
            raise FactsMovedError(f"another decision took something that change {change.id} rests on")
        if judgement.history.approvals != standing(self._answers.get(change.id, ())):
            raise FactsMovedError(f"somebody answered to change {change.id} meanwhile")
        if judgement.history.break_glasses != self._glasses.of(change.id):
            raise FactsMovedError(f"somebody broke the glass for change {change.id} meanwhile")
        self._bypass_uses.use(judgement)
        self._pirs.owe(judgement.pir)
        self._review_loads.count(judgement)
        look_again_ns = self._turns.look_again_ns(judgement)
        self._turns.hold(judgement)
        self._outbox.put(judgement.notices)
        record_id = next(record.id for record in records if record.kind == "decided")
        stored = StoredChange(change, decision, record_id)
        self._decisions[decision.id] = RecordedDecision(
            decision, judgement.facts_bytes, judgement.assessment_bytes, record_id
        )
        self._entries[change.id] = Entry(
            stored=stored,
            request_key=before.request_key if before else judgement.request_key,
            look_again_ns=look_again_ns,
            awaits=(*judgement.waits_on, *judgement.waits_for_asking),
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

    async def break_glasses(self, change_id: str) -> Sequence[BreakGlass]:
        self._answer()
        return self._glasses.of(change_id)

    async def break_glass(self, glass: BreakGlass, record: Record) -> None:
        self._answer()
        before, known = self._entries.get(glass.change), self._glasses.of(glass.change)
        if before is None or not before.is_open or glass.number != len(known) + 1:
            raise FactsMovedError(f"change {glass.change} is not open any more, or its glass was broken meanwhile")
        self._glasses.keep(glass)
        entry = replace(before, records=(*before.records, record))
        self._entries[glass.change] = entry.due_by(glass.at_ns)

    async def unfiled_glasses(self, limit: int) -> Sequence[BreakGlass]:
        self._answer()
        return self._glasses.unfiled(limit)

    async def file_glass(self, glass_id: str, at_ns: int) -> None:
        self._answer()
        self._glasses.file(glass_id, at_ns)

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
            awaits=(),
            records=(*before.records, *records),
        )
        self._turns.let_go(change.id, change.ended_at_ns or 0)

    async def pir(self, change_id: str) -> Pir | None:
        self._answer()
        return self._pirs.one(change_id)

    async def pirs(self, *, overdue_at_ns: int | None = None) -> Sequence[Pir]:
        self._answer()
        return self._pirs.listed(overdue_at_ns)

    async def write_pir(self, change_id: str, written: WrittenPir, record: Record) -> bool:
        self._answer()
        is_new = self._pirs.write(change_id, written)
        if is_new:
            entry = self._entries[change_id]
            self._entries[change_id] = replace(entry, records=(*entry.records, record))
        return is_new

    async def unannounced_pirs(self, overdue_at_ns: int, limit: int) -> Sequence[Pir]:
        self._answer()
        return self._pirs.unannounced(overdue_at_ns, limit)

    async def announce_pir(self, change_id: str, at_ns: int, notices: Sequence[Notice]) -> bool:
        self._answer()
        is_new = self._pirs.announce(change_id, at_ns)
        if is_new:
            self._outbox.put(notices)
        return is_new

    async def take_notices(self, at_ns: int, until_ns: int, limit: int) -> Sequence[Notice]:
        self._answer()
        return self._outbox.take(at_ns, until_ns, limit)

    async def forget_notice(self, notice_id: str) -> None:
        self._answer()
        self._outbox.forget(notice_id)

    async def put_off_notice(self, notice_id: str, until_ns: int) -> None:
        self._answer()
        self._outbox.put_off(notice_id, until_ns)

    async def add_record(self, record: Record) -> None:
        self._answer()
        assert record.change_id is not None
        entry = self._entries[record.change_id]
        self._entries[record.change_id] = replace(entry, records=(*entry.records, record))

    async def note(self, record: Record) -> None:
        self._answer()
        self.notes.append(record)

    async def due(self, at_ns: int, limit: int) -> Sequence[str]:
        self._answer()
        return self._entries.due(at_ns, limit)

    async def postpone(self, change_id: str, until_ns: int | None, *, if_due_at_ns: int | None = None) -> None:
        self._answer()
        entry = self._entries.get(change_id)
        if entry is None or entry.change.is_over:
            return
        if if_due_at_ns in {None, entry.look_again_ns}:
            self._entries[change_id] = replace(entry, look_again_ns=until_ns)

    async def step_aside(self, change_id: str, at_ns: int, until_ns: int) -> None:
        await self.postpone(change_id, until_ns)
        self._turns.step_aside(change_id, at_ns)

    async def make_all_due(self, at_ns: int, asked_since_ns: int) -> None:
        self._answer()
        self._turns.make_all_due(at_ns, asked_since_ns)

    async def press(
        self, freeze: PressedFreeze, press_key: str | None, record: Record, asked_since_ns: int
    ) -> PressedFreeze:
        self._answer()
        pressed = self._freezes.press(freeze, press_key)
        if pressed is freeze:
            self.notes.append(record)
            self._turns.make_due(freeze.scope, freeze.pressed_at_ns, asked_since_ns)
        return pressed

    async def thaw(self, freeze_id: str, thaw: Thaw, record: Record, asked_since_ns: int) -> PressedFreeze | None:
        self._answer()
        freeze = self._freezes.one(freeze_id)
        if freeze is not None and self._freezes.thaw(freeze_id, thaw):
            self.notes.append(record)
            self._turns.make_due(freeze.scope, thaw.at_ns, asked_since_ns)
        return self._freezes.one(freeze_id)

    async def freeze(self, freeze_id: str) -> PressedFreeze | None:
        self._answer()
        return self._freezes.one(freeze_id)

    async def freezes(self, *, holding_at_ns: int | None = None, pressed_since_ns: int = 0) -> Sequence[PressedFreeze]:
        self._answer()
        return self._freezes.newest(holding_at_ns, pressed_since_ns)

    async def file(self, freeze_id: str, at_ns: int) -> None:
        self._answer()
        self._freezes.file(freeze_id, at_ns)

    async def tokens(self) -> Sequence[Token]:
        self._answer()
        return self._tokens.listed()

    async def add_token(self, token: Token, record: Record) -> None:
        self._answer()
        self._tokens.add(token)
        self.notes.append(record)

    async def revoke_token(self, token_id: str, at_ns: int, record: Record) -> bool:
        self._answer()
        is_new = self._tokens.revoke(token_id, at_ns)
        if is_new:
            self.notes.append(record)
        return is_new is not None

    async def use_token(self, use: TokenUse, at_ns: int) -> TokenUse:
        self._answer()
        return self._tokens.use(use, at_ns)

    async def settle_token(self, token: str, change_id: str) -> None:
        self._answer()
        self._tokens.settle(token, change_id)

    async def ping(self) -> None:
        self._answer()

    async def close(self) -> None:
        self._closed = True

    def _answer(self) -> None:
        self.calls += 1
        if self._closed or self.calls == self.fails_at:
            raise StoreError("the database gave no answer: it was told not to", hint="Ask again.")

    def _history(self, question: HistoryQuestion) -> History:
        glasses = self._glasses.of(question.change)
        ways = question.model_copy(update={"bypasses": (*question.bypasses, *(glass.id for glass in glasses))})
        return History(
            reservations=self._turns.reservations.met_by(question),
            queue=self._turns.queue.ahead_of(question),
            load=self._turns.reservations.load(question),
            track_record=self._entries.track_record(question),
            approvals=standing(self._answers.get(question.change, ())),
            break_glasses=glasses,
            bypass_uses=self._bypass_uses.by_others(ways),
            bypasses_taken=self._bypass_uses.taken(ways),
            team_bypasses=self._pirs.standing(question.team, question.at_ns) if ways.bypasses else TeamBypasses(),
            groups=self._review_loads.of(question, (entry.stored for entry in self._entries.values())),
            freezes=self._freezes.holding(question.at_ns),
        )
