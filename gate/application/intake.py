"""The one path of a change: receive → gather → judge → decide → record → answer.

Every entry point (HTTP, CLI, forge webhook, web page) comes here, and so does every later look at the same change.
The steps carry the numbers of the design's section on the path, so that they can be ticked off.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from gate.application.active_policy import ActivePolicy
from gate.application.edges import Edges
from gate.application.news import News
from gate.application.perseverance import persevering
from gate.application.prerequisites import look_up
from gate.application.record_of import Said, record_of, records_of
from gate.application.settled import Settled
from gate.application.unmetered import Unmetered
from gate.domain.alarm import alarms_of
from gate.domain.assessment import Assessment
from gate.domain.change import Change, ChangeRequest, ChangeState, Plan, Result, request_key
from gate.domain.decision import Decision, decide
from gate.domain.edge import Edge
from gate.domain.errors import (
    ConflictingRequestError,
    EngineBehindError,
    FactsMovedError,
    UnknownNameError,
    WrongStateError,
)
from gate.domain.facts import Facts
from gate.domain.history import History, HistoryQuestion
from gate.domain.instant import rfc3339, to_ns
from gate.domain.judgement import StoredChange
from gate.domain.notice import notices_of
from gate.domain.occasion import Occasion
from gate.domain.outlook import has_let_lapse
from gate.domain.plan import demand_in_reach, demand_to_come, is_for_later
from gate.domain.policy_set import PolicySet
from gate.domain.prerequisites import NO_PREREQUISITES, Prerequisites, demand_known, demand_no_circle
from gate.domain.record import RecordKind
from gate.ports import Clock, Meter, PolicyEngine, Store

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Submitted:
    """The answer to a request, and whether it had been asked before."""

    stored: StoredChange
    asked_before: bool


class Intake:
    """Takes changes in and sees them through."""

    def __init__(
        self,
        active: ActivePolicy,
        engine: PolicyEngine,
        store: Store,
        clock: Clock,
        news: News,
        meter: Meter | None = None,
        reachable: Collection[str] = (),
    ) -> None:
        """`reachable`: who can be told of decisions (`Notifier.reachable`)."""
        self._active = active
        self._engine = engine
        self._store = store
        self._clock = clock
        self._news = news
        self._meter = meter or Unmetered()
        self._reachable = reachable
        self._edges = Edges(active, store)

    async def submit(self, request: ChangeRequest, asker: str, idempotency_key: str | None = None) -> Submitted:
        """Judge a change, or return the recorded answer to the same request. CallerError, PolicyError, WorldError."""
        # (1) Receive.
        at_ns = self._clock.now_ns()
        demand_in_reach(request.planned_start, at_ns)
        self._active.pinned(request.environment, at_ns).catalogue.service_in(request.service, request.environment)
        key = request_key(request, asker, idempotency_key)
        change = Change(
            id=self._clock.new_id("chg"), request=request, requester=request.requester or asker, asked_at_ns=at_ns
        )
        stored = await self._judge_first(change, key, asker)
        if stored.change.id != change.id:  # the same was asked before, however short a while ago
            return await self._answer_again(stored, request, idempotency_key, at_ns)
        return Submitted(stored, asked_before=False)

    async def _answer_again(
        self, known: StoredChange, request: ChangeRequest, idempotency_key: str | None, at_ns: int
    ) -> Submitted:
        if known.change.request != request:
            # An answer to other facts is no answer: what was approved for one description is not for another.
            name = "run" if idempotency_key is None else "Idempotency-Key"
            raise ConflictingRequestError(
                f"this {name} already stands for a request that says otherwise, change {known.change.id}",
                hint=f"Withdraw that change, or ask with another {name}.",
                field=name,
            )
        try:
            return Submitted(await self._in_force(known, at_ns), asked_before=True)
        except WrongStateError:  # it started or ended between the look-up and now
            return Submitted(await self.change(known.change.id), asked_before=True)

    async def _in_force(self, known: StoredChange, at_ns: int) -> StoredChange:
        """The same, judged again if it let its approval lapse."""
        return await self.judge_again(known.change.id) if has_let_lapse(known.change, known.decision, at_ns) else known

    async def _judge_first(self, change: Change, key: str, asker: str) -> StoredChange:
        return await persevering(change.id, lambda: self._judge(change, key=key, asker=asker))

    async def _judge(
        self,
        change: Change,
        last: Decision | None = None,
        *,
        key: str | None = None,
        starting: bool = False,
        asker: str = "",
        edge: Edge | None = None,
        planned: Said | None = None,
    ) -> StoredChange:
        # (2) Gather. The clock is read once and the revision pinned: everything below is of that instant and commit.
        at_ns = self._clock.now_ns()
        policy = self._active.pinned(change.request.environment, at_ns)
        occasion = Occasion(change, policy, at_ns, last, starting, planned is not None, edge)
        with self._meter.stage("gather"):
            history = await self._history(occasion.question, key)
            if isinstance(history, StoredChange):
                return history
            facts = occasion.facts(history, await self._prerequisites(occasion))
        # (3) Judge.
        with self._meter.stage("judge"):
            assessment = await self._assess(facts, policy)
        # (4) Decide.
        with self._meter.stage("decide"):
            decision = decide(facts, assessment)
        # (5) Record, before the answer leaves.
        judgement = occasion.judgement(key, history, facts, assessment, decision)
        if judgement is None:
            return await self.change(change.id)
        told = notices_of(judgement.change, decision, last, policy.catalogue, self._reachable)
        alarms = alarms_of(judgement.change, decision, last, policy, self._reachable)
        judgement = replace(judgement, notices=(*told, *alarms))
        with self._meter.stage("record"):
            starts = starting and judgement.change.state == "started"
            records = records_of(judgement, self._clock, asker, starts=starts, planned=planned)
            stored = await self._store.record(judgement, records)
        if stored.change.id == change.id:
            self._tell(decision, change)
            await self._catch_up(stored)
        return stored

    async def _history(self, question: HistoryQuestion, key: str | None) -> History | StoredChange:
        """What happened so far; or the change that the same request became before, which then is the answer."""
        return await (self._store.history(question) if key is None else self._store.first_look(key, question))

    async def _prerequisites(self, occasion: Occasion) -> Prerequisites:
        """What must be finished first. PlannedStartError, CircularError, UnknownNameError for what cannot be asked."""
        change = occasion.change
        if occasion.is_first:
            demand_to_come(change.request.planned_start, occasion.at_ns)
        if not change.request.depends_on:
            return NO_PREREQUISITES
        found = await look_up(change, self._store)
        if occasion.is_first:
            # Two that name each other may be asked for at the same moment; when they are judged again, policy sees it.
            demand_no_circle(found)
            demand_known(found, occasion.policy.catalogue)
        return found

    async def _catch_up(self, stored: StoredChange) -> None:
        """A revision that became active while this one was recorded has not made it due; now it is."""
        active, decision = self._active.policy, stored.decision
        may_start = decision.outcome == "approved" and not is_for_later(stored.change, decision.at_ns)
        if active and decision.revision != active.revision and not may_start:
            await self._store.postpone(stored.change.id, decision.at_ns)

    def _tell(self, decision: Decision, change: Change) -> None:
        self._news.tell(change.id)
        self._meter.decided(decision, change.request.environment)
        said = {"decision": decision.id, "service": change.request.service, "environment": change.request.environment}
        logger.info("decided: %s", decision.outcome, extra=said)

    async def _assess(self, facts: Facts, policy: PolicySet) -> Assessment:
        try:
            return await self._engine.assess(facts)
        except EngineBehindError as error:
            if self._active.policy is policy:
                raise
            # A new revision was swapped in while this one was gathering: judge anew at the new one.
            raise FactsMovedError("the policy revision was replaced meanwhile") from error

    async def plan(self, change_id: str, start: datetime | None, asker: str = "") -> StoredChange:
        """Plan an open change for another start, None for as soon as it may, and judge it for that.

        The same again changes nothing. PlannedStartError, WrongStateError.
        """
        to = Plan(start_ns=None if start is None else to_ns(start))

        async def attempt() -> StoredChange:
            stored, at_ns = await self.change(change_id), self._clock.now_ns()
            change, from_ns = stored.change, stored.change.planned_start_ns
            _demand_state(change, "open", "Only what has not started can be planned for another time.")
            if from_ns == to.start_ns:
                return await self._in_force(stored, at_ns)
            demand_to_come(start, at_ns)
            demand_in_reach(start, at_ns)
            said = {"by": asker, "from": _said(from_ns), "to": _said(to.start_ns)}
            return await self._judge(change.model_copy(update={"plan": to}), stored.decision, planned=said)

        return await persevering(change_id, attempt)

    async def start(self, change_id: str, asker: str = "") -> StoredChange:
        """Judge once more, and start the change if it is approved. The answer's state says whether it started."""
        return await self._judge_again(change_id, starting=True, asker=asker)

    async def judge_again(self, change_id: str) -> StoredChange:
        """Judge an open change once more, because something that it rests on may have changed."""
        return await self._judge_again(change_id, starting=False)

    async def judge_running(self, stored: StoredChange, edge: Edge) -> StoredChange:
        """Judge a change that runs, as time closed on it, and tell it to stop if it may not run on. FactsMovedError."""
        return await self._judge(stored.change, stored.decision, edge=edge)

    async def _judge_again(self, change_id: str, *, starting: bool, asker: str = "") -> StoredChange:
        async def attempt() -> StoredChange:
            stored = await self.change(change_id)
            if stored.change.state == "started" and starting:
                return stored
            _demand_state(stored.change, "open", "Submit the change anew with `POST /v1/changes`.")
            return await self._judge(stored.change, stored.decision, starting=starting, asker=asker)

        return await persevering(change_id, attempt)

    async def finish(self, change_id: str, result: Result, asker: str = "") -> StoredChange:
        """Say how a started change went. The same result again changes nothing."""

        async def attempt() -> StoredChange:
            stored = await self.change(change_id)
            if stored.change.state == "finished" and stored.change.result == result:
                return stored
            _demand_state(stored.change, "started", "Only a started change can be finished; start or withdraw it.")
            ended = {"state": "finished", "ended_at_ns": self._clock.now_ns(), "result": result}
            return await self._end(stored, stored.change.model_copy(update=ended), asker)

        return await persevering(change_id, attempt)

    async def withdraw(self, change_id: str, asker: str = "") -> StoredChange:
        """Take an open change back. Again changes nothing."""

        async def attempt() -> StoredChange:
            stored = await self.change(change_id)
            if stored.change.state == "withdrawn":
                return stored
            _demand_state(stored.change, "open", "A started change is finished, with its result, not withdrawn.")
            ended = {"state": "withdrawn", "ended_at_ns": self._clock.now_ns()}
            return await self._end(stored, stored.change.model_copy(update=ended), asker)

        return await persevering(change_id, attempt)

    async def _end(self, stored: StoredChange, ended: Change, asker: str) -> StoredChange:
        at_ns = ended.ended_at_ns or 0
        kind: RecordKind = "finished" if ended.state == "finished" else "withdrawn"
        said: dict[str, object] = {"by": asker}
        if kind == "finished":
            said |= {"result": ended.result} | await self._edges.told_at_the_end(stored, ended)
        await self._store.end(ended, stored.change.state, [record_of(kind, self._clock, at_ns, ended, **said)])
        self._news.tell(ended.id)
        return StoredChange(ended, stored.decision, stored.record_id)

    async def change(self, change_id: str) -> StoredChange:
        """A change with its latest decision. UnknownNameError."""
        if (stored := await self._store.change(change_id)) is not None:
            return stored
        raise UnknownNameError(
            f"no change is called {change_id!r}", hint="Whoever asks is told its id; the list of changes has them all."
        )

    async def settled(self, change_id: str, seconds: float) -> StoredChange:
        """The change as soon as there is an answer to what it waits for, or as it stands when the seconds are over.

        One that is open waits to be neither in review nor waiting; one that runs, to be over or told to stop.
        """
        return await self._news.when(change_id, lambda: self.change(change_id), Settled(), seconds)

    async def moved_on(self, change_id: str, seen: str, seconds: float) -> StoredChange:
        """The change as soon as its latest decision or its state is another than `seen`, or the seconds are over."""
        return await self._news.when(
            change_id, lambda: self.change(change_id), lambda stored: stored.standing != seen, seconds
        )

    def let_go(self) -> None:
        """Answer everybody who waits with how things stand: the gate is being stopped."""
        self._news.end()


def _demand_state(change: Change, state: ChangeState, hint: str) -> None:
    if change.state != state:
        raise WrongStateError(f"change {change.id} is {change.state}, not {state}", hint=hint)


def _said(instant_ns: int | None) -> str | None:
    return None if instant_ns is None else rfc3339(instant_ns)
