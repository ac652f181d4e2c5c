"""One gate on simulators: a house, a policy that is Python, and others who meddle at the worst moment."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import pytest

from gate.application.activation import Activation
from gate.application.active_policy import ActivePolicy
from gate.application.aftercare import AfterCare
from gate.application.break_glass import Broken, GlassBreaking
from gate.application.courier import Courier
from gate.application.filing import Filing, GlassFiling
from gate.application.intake import Intake
from gate.application.news import News
from gate.application.red_button import RedButton
from gate.application.reminders import Reminders
from gate.application.review import Review
from gate.application.running import Running
from gate.application.unmetered import Unmetered
from gate.application.watch import Watch
from gate.domain.assessment import Assessment
from gate.domain.break_glass import BreakGlass, GivenBreakGlass
from gate.domain.bundle import Bundle
from gate.domain.change import Change, ChangeState
from gate.domain.decision import Decision
from gate.domain.facts import Facts
from gate.domain.history import History, HistoryQuestion
from gate.domain.judgement import Judgement, StoredChange
from gate.domain.record import Record
from gate.domain.red_button import FreezeRequest, PressedFreeze
from gate.domain.review import Answer as KeptAnswer
from gate.domain.review import AnswerKind, GivenAnswer
from tests.builders import a_request
from tests.house import FILES, Files
from tests.simulators.clock import FixedClock
from tests.simulators.notifier import NotifierSimulator
from tests.simulators.policy_engine import Answer, PolicyEngineSimulator, SimulatedPolicy
from tests.simulators.policy_source import PolicyRepository
from tests.simulators.proposals import ProposalsSimulator
from tests.simulators.store import StoreSimulator
from tests.unit.application.small_policy import assessment

Meddling = Callable[[], Awaitable[object]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def until(happened: Callable[[], bool]) -> None:
    """Let other tasks go on until it has happened."""
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110 -- what happens here announces itself to nobody
            await asyncio.sleep(0)


class MeddledStore(StoreSimulator):
    """A store in which others do something each time after a gate has asked for the history."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: deque[Meddling] = deque()
        self.before_record: Meddling | None = None
        self.before_end: Meddling | None = None
        self.before_postpone: Meddling | None = None
        self.before_answer: Meddling | None = None
        self.before_glass: Meddling | None = None
        self._undisturbed = False

    async def history(self, question: HistoryQuestion) -> History:
        answer = await super().history(question)
        await self._meddle()
        return answer

    async def first_look(self, request_key: str, question: HistoryQuestion) -> StoredChange | History:
        answer = await super().first_look(request_key, question)
        if isinstance(answer, History):
            await self._meddle()
        return answer

    async def _meddle(self) -> None:
        if self.meanwhile and not self._undisturbed:
            self._undisturbed = True  # nobody meddles with the meddlers
            await self.meanwhile.popleft()()
            self._undisturbed = False

    async def record(self, judgement: Judgement, records: Sequence[Record]) -> StoredChange:
        meddling, self.before_record = self.before_record, None
        if meddling is not None:
            await meddling()
        return await super().record(judgement, records)

    async def postpone(self, change_id: str, until_ns: int | None, *, if_due_at_ns: int | None = None) -> None:
        # A look ends with a postponement on condition; what happens just before it must not be lost.
        if if_due_at_ns is not None:
            meddling, self.before_postpone = self.before_postpone, None
            if meddling is not None:
                await meddling()
        await super().postpone(change_id, until_ns, if_due_at_ns=if_due_at_ns)

    async def add_answer(self, answer: KeptAnswer, record: Record) -> None:
        meddling, self.before_answer = self.before_answer, None
        if meddling is not None:
            await meddling()
        await super().add_answer(answer, record)

    async def break_glass(self, glass: BreakGlass, record: Record) -> None:
        meddling, self.before_glass = self.before_glass, None
        if meddling is not None:
            await meddling()
        await super().break_glass(glass, record)

    async def end(self, change: Change, expected: ChangeState, records: Sequence[Record]) -> None:
        meddling, self.before_end = self.before_end, None
        if meddling is not None:
            await meddling()
        await super().end(change, expected, records)


class MeddledEngine(PolicyEngineSimulator):
    """An engine to which things happen just before it judges."""

    def __init__(self, meaning: Callable[[Bundle], SimulatedPolicy]) -> None:
        super().__init__(meaning)
        self.meanwhile: deque[Meddling] = deque()
        self.discarded: list[str] = []

    async def assess(self, facts: Facts) -> Assessment:
        if self.meanwhile:
            await self.meanwhile.popleft()()
        return await super().assess(facts)

    async def discard(self, revision: str) -> None:
        self.discarded.append(revision)
        await super().discard(revision)


class CountingMeter(Unmetered):
    """A meter that keeps what it was told: decisions, and how many freezes held."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.frozen: list[int | None] = []

    def decided(self, decision: Decision, environment: str) -> None:
        self.told.append(f"{decision.id} {decision.outcome} {environment}")

    def freezes_holding(self, number: int | None) -> None:
        self.frozen.append(number)


@dataclass
class Bench:
    """Everything that one gate is made of. `another()` is a second gate process on the same store and repository."""

    repository: PolicyRepository = field(default_factory=lambda: PolicyRepository(FILES))
    store: MeddledStore = field(default_factory=MeddledStore)
    clock: FixedClock = field(default_factory=FixedClock)
    answer: Answer = assessment
    meaning: Callable[[Bundle], SimulatedPolicy] | None = None
    proposals: ProposalsSimulator | None = None
    notifier: NotifierSimulator = field(default_factory=NotifierSimulator)

    def __post_init__(self) -> None:
        self.active = ActivePolicy()
        self.engine = MeddledEngine(self._means)
        self.news = News()
        self.activation = Activation(self.active, self.repository, self.engine, self.store, self.clock)
        self.meter = CountingMeter()
        self.intake = Intake(
            self.active, self.engine, self.store, self.clock, self.news, self.meter, self.notifier.reachable
        )
        self.courier = Courier(self.store, self.notifier, self.clock)
        self.running = Running(self.intake, self.active, self.store, self.clock)
        self.watch = Watch(self.intake, self.running, self.store, self.clock)
        self.filing = Filing(self.active, self.store, self.clock, self.proposals)
        self.red_button = RedButton(self.active, self.store, self.clock, self.filing, self.meter)
        glass_filing = GlassFiling(self.active, self.store, self.clock, self.proposals)
        self.glass_breaking = GlassBreaking(self.active, self.intake, self.store, self.clock, glass_filing)
        self.reminders = Reminders(self.active, self.store, self.clock, self.notifier.reachable)
        self.aftercare = AfterCare(self.active, self.store, self.clock)
        self.review = Review(self.active, self.intake, self.store, self.clock)

    def _means(self, bundle: Bundle) -> SimulatedPolicy:
        return self.meaning(bundle) if self.meaning else SimulatedPolicy(self._answers)

    def _answers(self, facts: Mapping[str, Any]) -> object:
        return self.answer(facts)

    async def begun(self) -> Self:
        """The same, with the policy loaded."""
        await self.activation.begin()
        return self

    async def another(self) -> "Bench":
        """A second gate, begun. It is a restart of this one as well, where this one is not used any more."""
        other = Bench(self.repository, self.store, self.clock, self.answer, self.meaning, self.proposals, self.notifier)
        return await other.begun()

    async def merge(self, note: str, files: Files, *, modules: Mapping[str, str] | None = None) -> str:
        """Merge and look. The new revision."""
        revision = self.repository.merge(note, files, modules=modules)
        await self.activation.look()
        return revision

    async def later(self, by_ns: int) -> None:
        """Time passes, and the repository still answers."""
        self.clock.advance(by_ns)
        await self.activation.look()

    async def submit(self, **fields: Any) -> StoredChange:
        """A request by Maria; each says its own `run` or is the same."""
        return (await self.intake.submit(a_request(**fields), "maria")).stored

    async def risky(self, **fields: Any) -> StoredChange:
        """A change that a pipeline asks for and Maria wrote, and that Jan can approve."""
        request = a_request(**{"labels": {"risk": "high"}, "author": "maria"} | fields)
        return (await self.intake.submit(request, "pipeline")).stored

    async def say(self, change_id: str, answer: AnswerKind = "approve", by: str = "jan") -> StoredChange:
        """What somebody answers to the peer review of a change."""
        comment = "It locks the table." if answer == "veto" else ""
        given = GivenAnswer(step="peer_review", answer=answer, by=by, shown_by="token", comment=comment)
        return await self.review.answer(change_id, given, "a token")

    async def break_glass(self, change_id: str, by: str = "ruth", **fields: Any) -> Broken:
        """Somebody breaks the glass for a change."""
        usual = {"reason": "customers are charged twice right now", "incident": "INC-7", "shown_by": "token"}
        given = GivenBreakGlass.model_validate(usual | {"by": by} | fields)
        return await self.glass_breaking.break_glass(change_id, given, "a token")

    async def started(self, **fields: Any) -> StoredChange:
        """A change that has started."""
        return await self.intake.start((await self.submit(**fields)).change.id)

    async def press(self, key: str | None = None, **fields: Any) -> PressedFreeze:
        """A freeze pressed by Ruth; of everything, where no scope is said."""
        request = FreezeRequest.model_validate({"scope": {}, "reason": "something is on fire"} | fields)
        return (await self.red_button.press(request, "ruth", key)).freeze

    async def thaw(self, freeze: PressedFreeze) -> PressedFreeze:
        """Thawed by Ruth."""
        return await self.red_button.thaw(freeze.id, "it is out now", "ruth")

    @property
    def revision(self) -> str | None:
        """The active one."""
        return self.active.policy.revision if self.active.policy else None

    def noted(self, kind: str) -> list[dict[str, Any]]:
        """What was recorded that belongs to no change."""
        return [json.loads(record.body) for record in self.store.notes if record.kind == kind]

    async def kinds(self, change_id: str) -> list[str]:
        """What happened to a change."""
        return [record.kind for record in await self.store.records(change_id)]


@pytest.fixture
async def bench() -> Bench:
    """A gate with the house's policy active."""
    return await Bench().begun()
