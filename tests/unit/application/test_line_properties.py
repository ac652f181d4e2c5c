"""Whatever is asked, planned, started, finished, withdrawn or forgotten, in any order: exclusion, fairness, an end.

Exclusion: what excludes each other is never approved for the same time. Fairness: nobody is approved while somebody who
comes before is in line for the same. An end: once everybody does what is left to do, every change gets its turn.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from itertools import combinations, count
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gate.domain.change import Change, Result
from gate.domain.history import Reservation
from gate.domain.instant import from_ns
from gate.domain.judgement import Judgement, StoredChange
from gate.domain.plan import is_for_later
from gate.domain.record import Record
from tests.builders import COMMIT, MINUTE
from tests.house import FILES
from tests.simulators.policy_source import PolicyRepository
from tests.unit.application.conftest import Bench, MeddledStore

T = TypeVar("T")

SERVICES = ("payments", "ledger", "checkout", "status-page")
TAKES = 30 * MINUTE
"""As long as the catalogue says of each of them."""
WAITS = {"same_service": "wait", "exclusive": "wait", "same_implementer": "wait"}
PROCESS = {**FILES["process.yaml"][0], "conflicts": {**WAITS, "depends_on": "risk", "dependent": "risk"}}


class WatchedStore(MeddledStore):
    """A store that looks who is in line when somebody is approved."""

    async def record(self, judgement: Judgement, records: Sequence[Record]) -> StoredChange:
        stored = await super().record(judgement, records)
        held = judgement.reservation
        if judgement.decision.outcome == "approved" and held and judgement.question.in_line_since_ns is not None:
            overtaken = [
                p for p in self._turns.queue.values() if self.is_before(p.change, judgement) and shares(held, p)
            ]
            times = [p for p in overtaken if p.claims(held.since_ns, held.since_ns + TAKES, judgement.decision.at_ns)]
            assert not times, f"{held.change} overtook {[place.change for place in times]}"
        return stored

    def is_before(self, other: str, judgement: Judgement) -> bool:
        """By the order as the documents tell it."""
        theirs, own = self._turns.queue[other], judgement.change
        ranks = [each == "emergency" for each in (theirs.change_class, judgement.decision.change_class)]
        if ranks[0] != ranks[1]:
            return ranks[0]
        return (theirs.in_line_since_ns, other) < (own.in_line_since_ns, own.id)

    def in_flight(self, at_ns: int) -> list[Reservation]:
        """What has not lapsed."""
        return [held for held in self._turns.reservations.values() if held.lapses_ns > at_ns]

    def changes(self) -> list[StoredChange]:
        """Every change that was ever asked for, in order."""
        return [entry.stored for _, entry in sorted(self._entries.items())]

    def in_line(self) -> set[str]:
        """Who stands in line."""
        return set(self._turns.queue)

    def holding(self) -> set[str]:
        """Who holds anything; also who might not start before the planned time, and holds that."""
        return set(self._turns.reservations)

    def dues_ns(self) -> list[int]:
        """When there is something to look at again."""
        return [e.look_again_ns for e in self._entries.values() if e.is_open and e.look_again_ns is not None]


def shares(one: Any, other: Any) -> bool:
    return not set(one.resources).isdisjoint(other.resources)


class Line(RuleBasedStateMachine):
    """One house, and everything that may happen in it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.numbers = count()
        self.abandoned: set[str] = set()
        """Nobody will start or finish these, or take them back."""
        self.store = WatchedStore()
        self.bench = Bench(PolicyRepository({**FILES, "process.yaml": [PROCESS]}), self.store)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize()
    def begin(self) -> None:
        self.do(self.bench.begun())

    @rule(
        service=st.sampled_from(SERVICES),
        environment=st.sampled_from(["production", "production", "staging"]),
        implementer=st.sampled_from([None, None, "jan", "mei"]),
        incident=st.sampled_from([None, None, None, "inc-1"]),
        minutes_ahead=st.sampled_from([None, None, 10, 30, 60, 180]),
        first=st.sampled_from([None, None, 0, 1, 2]),
        is_abandoned=st.sampled_from([False, False, False, True]),
    )
    def ask(self, minutes_ahead: int | None, first: int | None, *, is_abandoned: bool, **fields: Any) -> None:
        number = next(self.numbers)
        planned = None if minutes_ahead is None else from_ns(self.bench.clock.now_ns() + minutes_ahead * MINUTE)
        known = [each.change.id for each in self.store.changes() if each.change.id not in self.abandoned]
        depends_on = () if first is None else tuple(known[first : first + 1])
        commit = f"{number:02x}" + COMMIT[2:]
        asked = self.bench.submit(
            run=f"run-{number}", commit=commit, planned_start=planned, depends_on=depends_on, **fields
        )
        stored = self.do(asked)
        if is_abandoned:
            self.abandoned.add(stored.change.id)

    @precondition(lambda self: self.may_start())
    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        self.do(self.bench.intake.start(data.draw(st.sampled_from(self.may_start())).id))

    @precondition(lambda self: self.of("started"))
    @rule(data=st.data(), result=st.sampled_from(["succeeded", "succeeded", "failed"]))
    def finish(self, data: st.DataObject, result: Result) -> None:
        self.do(self.bench.intake.finish(data.draw(st.sampled_from(self.of("started"))).id, result))

    @precondition(lambda self: self.of("open"))
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        self.do(self.bench.intake.withdraw(data.draw(st.sampled_from(self.of("open"))).id))

    @precondition(lambda self: self.of("open"))
    @rule(data=st.data())
    def judge_again(self, data: st.DataObject) -> None:
        self.do(self.bench.intake.judge_again(data.draw(st.sampled_from(self.of("open"))).id))

    @precondition(lambda self: self.of("open"))
    @rule(data=st.data(), minutes_ahead=st.sampled_from([None, None, 0, 10, 30, 60, 180]))
    def plan(self, data: st.DataObject, minutes_ahead: int | None) -> None:
        planned = None if minutes_ahead is None else from_ns(self.bench.clock.now_ns() + minutes_ahead * MINUTE)
        before = data.draw(st.sampled_from(self.of("open")))
        after = self.do(self.bench.intake.plan(before.id, planned)).change
        assert after.request == before.request
        assert after.in_line_since_ns in {before.in_line_since_ns, self.bench.clock.now_ns()}

    @rule(minutes=st.sampled_from([1, 5, 15, 45, 240]))
    def time_passes(self, minutes: int) -> None:
        self.do(self.bench.later(minutes * MINUTE))

    @rule()
    def look(self) -> None:
        self.do(self.bench.watch.judge_due())

    @rule()
    def restart(self) -> None:
        other = Bench(self.bench.repository, self.store, self.bench.clock, self.bench.answer)
        self.bench = self.do(other.begun())

    @invariant()
    def what_excludes_each_other_is_never_approved_for_the_same_time(self) -> None:
        for one, other in combinations(self.store.in_flight(self.bench.clock.now_ns()), 2):
            assert not shares(one, other) or are_apart(one, other), f"{one.change} and {other.change} collide"

    @invariant()
    def only_those_are_in_line_who_wait_for_others_and_nothing_else(self) -> None:
        waiting = {each.change.id for each in self.store.changes() if is_waiting_its_turn(each)}
        assert self.store.in_line() == waiting - self.store.holding()

    def teardown(self) -> None:
        try:
            self.everybody_gets_a_turn()
        finally:
            self.loop.close()

    def everybody_gets_a_turn(self) -> None:
        for _ in range(10 * len(self.store.changes()) + 20):
            if not self.of("open") and not self.of("started"):
                return
            self.go_on()
        raise AssertionError(f"nobody lets these go: {self.ids()}")

    def go_on(self) -> None:
        """Everybody does what is left to do; only when nobody can do anything, time passes."""
        for change in self.of("started"):
            self.do(self.bench.intake.finish(change.id, "succeeded"))
        before = [each.decision.id for each in self.store.changes()]
        self.look()
        for each in self.store.changes():
            if each.change in self.of("open") and each.decision.outcome == "refused":
                self.do(self.bench.intake.withdraw(each.change.id))
        for change in self.may_start():
            if not is_for_later(change, self.bench.clock.now_ns()):
                self.do(self.bench.intake.start(change.id))
        if before == [each.decision.id for each in self.store.changes()]:
            self.wait_for_what_comes_next()

    def wait_for_what_comes_next(self) -> None:
        planned = [change.planned_start_ns for change in self.may_start() if change.planned_start_ns]
        coming = [*planned, *self.store.dues_ns()]
        assert coming or not self.of("open"), f"nobody looks at these any more: {self.ids()}"
        self.do(self.bench.later(max(MINUTE, min(coming, default=0) - self.bench.clock.now_ns())))

    def ids(self) -> list[str]:
        return [change.id for change in (*self.of("open"), *self.of("started"))]

    def of(self, state: str) -> list[Change]:
        """Those in that state, but for the abandoned ones."""
        changes = [each.change for each in self.store.changes() if each.change.id not in self.abandoned]
        return [change for change in changes if change.state == state]

    def may_start(self) -> list[Change]:
        approved = {each.change.id for each in self.store.changes() if each.decision.outcome == "approved"}
        return [change for change in self.of("open") if change.id in approved]


def is_waiting_its_turn(stored: StoredChange) -> bool:
    decision = stored.decision
    in_the_way = {step.step for step in decision.steps if step.status != "satisfied"}
    return stored.change.state == "open" and decision.outcome == "waiting" and in_the_way == {"conflict"}


def are_apart(one: Reservation, other: Reservation) -> bool:
    """Whether one is over before the other begins. What has started is over when it was expected to be, or, for those
    that started after it, when its hold ran out."""
    first, second = sorted((one, other), key=lambda held: held.since_ns)
    ends_ns = first.until_ns if second.state == "started" else first.since_ns + TAKES
    return ends_ns <= second.since_ns


TestLine = Line.TestCase
TestLine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
