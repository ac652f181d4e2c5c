"""Two gates on one store and repository, and an auditor who is shown everything that they put on record."""

import asyncio
import json
from collections import Counter
from collections.abc import Coroutine
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Final, TypeVar

from gate.domain.assessment import Assessment
from gate.domain.canonical import canonical, digest
from gate.domain.decision import decide
from gate.domain.errors import CallerError, StoreError
from gate.domain.facts import Facts
from gate.domain.judgement import RecordedDecision, StoredChange
from gate.domain.policy_set import PolicySet
from gate.domain.record import Record
from tests.house import FILES
from tests.simulators.policy_source import PolicyRepository
from tests.unit.application.conftest import Bench
from tests.unit.application.life_auditor import TEAMS, Auditor, Grant, Law
from tests.unit.application.life_house import HOUSE, LAX, deleted, frozen, lax, origin, written

T = TypeVar("T")
_STATES: Final = {"open": 0, "started": 1, "finished": 2, "withdrawn": 2}


class ReadOnce(PolicyRepository):
    """A repository each of whose revisions is understood once, however many gates ask for it."""

    first: ClassVar[dict[str, PolicySet]] = {}
    """The same in every life."""

    async def load(self, revision: str) -> PolicySet:
        kept = self.first if self._commits[revision].note == "the house" else self._understood
        if revision not in kept:
            kept[revision] = await super().load(revision)
        return kept[revision]

    @cached_property
    def _understood(self) -> dict[str, PolicySet]:
        return {}


class Gates:
    """They, their policy, and what their callers were told."""

    def __init__(self, happened: Counter[str]) -> None:
        self.happened = happened
        self._loop = asyncio.new_event_loop()
        self.auditor = Auditor(happened)
        first = Bench(repository=ReadOnce({**FILES, **HOUSE}), meaning=lambda _bundle: LAX)
        self.benches = [first, first]
        self.law = Law()
        self.auditor.laws[first.repository.tip] = self.law
        self.run(first.begun())
        self.benches[1] = self.run(first.another())
        self.told: list[StoredChange] = []
        self.known: dict[str, Record] = {}
        """Records that the auditor has read."""

    def close(self) -> None:
        """The end."""
        self._loop.close()

    def run(self, asked: Coroutine[Any, Any, T]) -> T:
        """What it comes to."""
        # Not by a Runner, which spends more time on signals than the gates do on all that is asked of them.
        return self._loop.run_until_complete(asked)

    def now_ns(self) -> int:
        """What the clock of both shows."""
        return self.benches[0].clock.now_ns()

    # What is done to them

    def do(self, asked: Coroutine[Any, Any, T]) -> T | None:
        """What a caller is told; None for a refusal, or if the store failed."""
        try:
            told = self.run(asked)
        except CallerError:
            self.happened["refusal"] += 1
            return None
        except StoreError:
            self.happened["no answer"] += 1
            return None
        finally:
            self.benches[0].store.meanwhile.clear()
        if isinstance(told, StoredChange):
            self.told.append(told)
        return told

    def failing(self, asked: Coroutine[Any, Any, T], after: int) -> T | None:
        """The same while a call of the store fails."""
        store = self.benches[0].store
        store.fails_at = store.calls + after
        try:
            return self.do(asked)
        finally:
            store.fails_at = None

    def wait(self, by_ns: int) -> None:
        """Time passes, and both hear of the repository."""
        self.benches[0].clock.advance(by_ns)
        self.look(0, 1)

    def look(self, *gates: int) -> None:
        """These hear of the repository. What was judged by the policy before is read while it is still known."""
        self.audit()
        for gate in gates:
            self.run(self.benches[gate].activation.look())

    def restart(self, gate: int) -> None:
        """One of them is another process."""
        self.benches[gate] = self.run(self.benches[gate].another())

    def thaw_all(self) -> bool:
        """Whether anything was frozen."""
        pressed = self.run(self.benches[1].red_button.freezes(holding=True))
        for freeze in pressed:
            self.do(self.benches[1].thaw(freeze))
        return bool(pressed)

    # Its policy

    def grant(self, grant: Grant) -> None:
        """Its file comes onto the branch."""
        self.benches[0].repository.merge(f"{len(self.auditor.laws)}", written(grant), origin=origin(grant))
        self._enact(replace(self.law, grants={**self.law.grants, grant.name: grant}))

    def revoke(self, grant: Grant) -> None:
        """Its file is deleted."""
        self.benches[0].repository.merge(f"{len(self.auditor.laws)}", deleted(grant))
        left = {name: other for name, other in self.law.grants.items() if name != grant.name}
        self._enact(replace(self.law, grants=left))

    def freeze(self, services: frozenset[str]) -> None:
        """Just these are frozen by the calendar."""
        self.benches[0].repository.merge(f"{len(self.auditor.laws)}", frozen(services))
        self._enact(replace(self.law, frozen=services))

    def _enact(self, law: Law) -> None:
        self.law = law
        self.auditor.laws[self.benches[0].repository.tip] = law

    # What is seen of them

    def audit(self) -> None:
        """Show the auditor what is new on record, in the order in which it was made, and derive it again."""
        new = [record for record in self._records() if record.id not in self.known]
        for record in new:
            if record.kind == "decided" and record.change_id is not None:
                self.auditor.judged(record.change_id, self._derived_again(record))
            self.auditor.read(record.body, record.at_ns)
        self.known |= {record.id: record for record in new}

    def _records(self) -> list[Record]:
        store = self.benches[0].store
        entries = store._entries.values()  # noqa: SLF001 -- no question of the port lists the records of every change
        return sorted(
            [*(record for entry in entries for record in entry.records), *store.notes], key=lambda each: each.id
        )

    def _derived_again(self, record: Record) -> dict[str, Any]:
        body = json.loads(record.body)
        recorded = self.run(self.benches[0].store.decision(body["decision"]))
        assert isinstance(recorded, RecordedDecision)
        facts = Facts.model_validate_json(recorded.facts)
        assessment = Assessment.model_validate_json(recorded.assessment)
        assert facts.revision in {bench.revision for bench in self.benches}, "it was judged by an older policy"
        assert (body["facts"], body["assessment"]) == (digest(recorded.facts), digest(recorded.assessment))
        told = facts.model_dump(mode="json", by_alias=True)
        assert Assessment.model_validate(lax(told)) == assessment
        assert decide(facts, assessment) == recorded.decision
        assert body["decided"] == digest(canonical(recorded.decision))
        return told

    def demand_reviews(self) -> None:
        """Just those are owed that the auditor counts, each once, and not by what has not started."""
        pirs = self.run(self.benches[0].store.pirs())
        assert len({pir.change for pir in pirs}) == len(pirs)
        owed = {pir.change: (pir.team, pir.due_ns, set(pir.bypasses), pir.written is not None) for pir in pirs}
        counted = {
            change: (f"team-{each.team}", each.due_ns, set(each.names), each.written)
            for change, each in self.auditor.owed.items()
        }
        assert owed == counted, "other reviews are owed than ought to be"
        now_ns = self.now_ns()
        overdue = self.run(self.benches[1].aftercare.reviews(overdue=True))
        late = {team for team in TEAMS if self.auditor.is_overdue(team, now_ns)}
        assert {pir.team.removeprefix("team-") for pir in overdue} == late, "other reviews are overdue"

    def demand_nothing_lost(self) -> None:
        """Whatever callers were told, and was on record, still is, whichever gate is asked."""
        on_record = {record.id: record for record in self._records()}
        assert all(on_record[record.id] == record for record in self.known.values())
        for number, told in enumerate(self.told):
            bench = self.benches[number % 2]
            kept = self.run(bench.intake.change(told.change.id))
            recorded = self.run(bench.store.decision(told.decision.id))
            assert recorded is not None
            assert recorded.decision == told.decision
            assert kept.decision.sequence >= told.decision.sequence
            assert _STATES[kept.change.state] >= _STATES[told.change.state]
            assert told.record_id in on_record
