"""Everybody who has to do with two gates, and what they may do next: the rules by which lives are made up."""

from collections import Counter
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from gate.domain.change import Change, Result
from gate.domain.pir import Pir, PirFindings
from gate.domain.review import AnswerKind
from tests.builders import a_request
from tests.unit.application.life_auditor import EVERYTHING, HOUR, TEAMS, Grant
from tests.unit.application.life_gates import Gates

PEOPLE: Final = ("jan", "lena", "maria", "mei", "ruth", "mallory", "joris", "rob")
AUTHORS: Final = ("maria", "lena", "ruth")
SERVICES: Final = ("payments", "payments", "payments", "ledger")
SKIPS: Final = [EVERYTHING, frozenset({"peer_review"}), frozenset({"freeze"}), EVERYTHING]
RIGHTLY: Final = ("maria", "ruth")
DIGEST: Final = "sha256:" + "ab" * 32
HAPPENED: Counter[str] = Counter()
EITHER: Final = st.sampled_from([0, 1])


class Lives(RuleBasedStateMachine):
    """Two gates, and everybody who has to do with them."""

    changes = Bundle("changes")
    bypasses = Bundle("bypasses")

    def __init__(self) -> None:
        super().__init__()
        self.gates = Gates(HAPPENED)
        self.made = 0
        self.requests: dict[str, Change] = {}

    def teardown(self) -> None:
        self.gates.demand_nothing_lost()
        self.gates.close()

    @initialize(target=changes, frozen=st.booleans(), service=st.sampled_from(SERVICES))
    def begin(self, service: str, *, frozen: bool) -> MultipleResults[str]:
        if frozen:
            self.gates.freeze(frozenset(TEAMS))
            self.gates.look(0, 1)
        usual = self._submit(0, service=service, author="maria", requester="pipeline", commit="a" * 40)
        own = self._submit(1, service=service, author="ruth", requester="rob", commit="b" * 40, artifact=DIGEST)
        return multiple(usual, own)

    # What pipelines do

    @rule(
        target=changes,
        service=st.sampled_from(SERVICES),
        author=st.sampled_from(AUTHORS),
        requester=st.sampled_from(("pipeline", "pipeline", "jan", "rob")),
        gate=EITHER,
    )
    def submit(self, service: str, author: str, requester: str, gate: int) -> str:
        return self._submit(gate, service=service, author=author, requester=requester, commit=f"{self.made + 1:040x}")

    @rule(target=changes, change=changes, how=st.sampled_from(["new commit", "same commit", "rebuilt"]))
    def submit_anew(self, change: str, how: str) -> str:
        before = self.requests[change]
        again = {"service": before.request.service, "author": before.request.author, "requester": before.requester}
        commit = f"{self.made + 1:040x}" if how == "new commit" else before.request.commit
        return self._submit(0, **again, commit=commit, artifact=DIGEST if how == "rebuilt" else None)

    def _submit(self, gate: int, **fields: Any) -> str:
        self.made += 1
        request = a_request(run=f"r{self.made}", **fields)
        bench = self.gates.benches[gate]
        stored = self.gates.run(bench.intake.submit(request, "pipeline")).stored
        self.gates.told.append(stored)
        self.requests[stored.change.id] = stored.change
        return stored.change.id

    @rule(change=changes, gate=EITHER, is_let_go=st.booleans())
    def start(self, change: str, gate: int, *, is_let_go: bool) -> None:
        if is_let_go:
            self.answer(change, self._another(change), "approve", gate)
        self.gates.do(self.gates.benches[gate].intake.start(change))

    @rule(
        target=changes,
        bypass=bypasses,
        times=st.integers(1, 2),
        after=st.sampled_from(["nothing", "hours", "its revocation", "days", "nothing"]),
        between=st.sampled_from([0, 5]),
        gate=EITHER,
    )
    def lean_on(self, bypass: Grant, times: int, after: str, between: int, gate: int) -> MultipleResults[str]:
        """Changes that may have nothing but this bypass."""
        if after == "its revocation":
            self.revoke(bypass, comes_back=False)
        self.gates.wait({"hours": 4, "days": 72}.get(after, 0) * HOUR)
        if bypass.name not in self.gates.law.grants:
            HAPPENED["bypass kept from counting: revoked"] += 1
        asked = {"service": bypass.service, "author": "joris", "requester": "pipeline"}
        changes = []
        for _ in range(times):
            changes.append(self._submit(gate, **asked, commit=bypass.commit or f"{self.made + 1:040x}"))
            self.gates.do(self.gates.benches[gate].intake.start(changes[-1]))
            self.gates.wait(between * HOUR)
        return multiple(*changes)

    @rule(one=changes, other=changes)
    def race(self, one: str, other: str) -> None:
        first, second = self.gates.benches

        async def overtake() -> None:
            if (await second.intake.change(other)).change.state == "open":
                await second.intake.start(other)

        first.store.meanwhile.append(overtake)
        self.gates.do(first.intake.start(one))

    @rule(change=changes, kind=st.sampled_from(["veto", "withdraw"]))
    def start_while_somebody_objects(self, change: str, kind: AnswerKind) -> None:
        person = self._another(change)
        self.answer(change, person, "approve", 0)
        first, second = self.gates.benches

        async def object_to_it() -> None:
            await second.say(change, kind, person)

        first.store.meanwhile.append(object_to_it)
        self.gates.do(first.intake.start(change))

    @rule(change=changes, thawed=st.sampled_from([True, True, False]))
    def start_while_all_is_frozen(self, change: str, *, thawed: bool) -> None:
        self.answer(change, self._another(change), "approve", 0)
        first, second = self.gates.benches
        first.store.meanwhile.append(second.press)
        self.gates.do(first.intake.start(change))
        if thawed:
            self.gates.thaw_all()

    @rule(change=changes, what=st.sampled_from(["start", "answer", "glass"]), after=st.integers(1, 9))
    def trouble(self, change: str, what: str, after: int) -> None:
        bench = self.gates.benches[0]
        if what == "start":
            self.gates.failing(bench.intake.start(change), after)
        elif what == "answer":
            self.gates.failing(bench.say(change, "approve", self._another(change)), after)
        else:
            self.gates.failing(bench.break_glass(change), after)
        self.gates.audit()
        self.gates.restart(0)

    @rule(change=changes, result=st.sampled_from(["succeeded", "failed", "rolled_back"]))
    def finish(self, change: str, result: Result) -> None:
        self.gates.do(self.gates.benches[1].intake.finish(change, result))

    @rule(change=changes)
    def withdraw(self, change: str) -> None:
        self.gates.do(self.gates.benches[0].intake.withdraw(change))

    # What people do

    @rule(
        change=changes,
        by=st.sampled_from(("jan", "nobody", *PEOPLE, "joris")),
        kind=st.sampled_from(["approve", "approve", "veto", "withdraw"]),
        gate=EITHER,
    )
    def answer(self, change: str, by: str, kind: AnswerKind, gate: int) -> None:
        self.gates.do(self.gates.benches[gate].say(change, kind, by))

    @rule(change=changes, is_author=st.booleans())
    def speak_for_themselves(self, change: str, *, is_author: bool) -> None:
        """Whoever made a change says all that would help it."""
        asked = self.requests[change]
        maker = (asked.request.author if is_author else asked.requester) or ""
        self.answer(change, maker, "approve", 0)
        self.break_glass(change, maker, 0)

    def _another(self, change: str) -> str:
        """Somebody who counts."""
        asked = self.requests[change]
        return min(TEAMS[asked.request.service] - {asked.requester, asked.request.author})

    @rule(change=changes, by=st.sampled_from(("ruth", "jan", *PEOPLE)), goes=st.sampled_from([0, None, 5]))
    def break_glass(self, change: str, by: str, goes: int | None) -> None:
        bench = self.gates.benches[0]
        broken = self.gates.do(bench.break_glass(change, by))
        if broken is None:
            return
        self.gates.told.append(broken.stored)
        if goes is not None:
            self.gates.wait(goes * HOUR)
            self.gates.do(bench.intake.start(change))

    @rule(change=changes)
    def write_pir(self, change: str) -> None:
        findings = PirFindings(happened="It went well.", wrong="neither")
        pir: Pir | None = self.gates.do(self.gates.benches[1].aftercare.write(change, findings, "maria", ""))
        assert (pir is not None) == (change in self.gates.auditor.owed)

    @rule()
    def press_or_thaw(self) -> None:
        if not self.gates.thaw_all():
            self.gates.do(self.gates.benches[0].press(scope={"services": ["payments"]}))

    # What comes onto the branch

    @rule(
        target=bypasses,
        change=changes,
        terms=st.fixed_dictionaries(
            {
                "skips": st.sampled_from(SKIPS),
                "uses": st.integers(1, 3),
                "review_ns": st.sampled_from([4 * HOUR, 48 * HOUR]),
                "pushed": st.sampled_from([False] * 4 + [True] + [False] * 4),
            }
        ),
        hours=st.sampled_from([60, 3, 240]),
        let_in=st.sampled_from(
            [RIGHTLY] * 4 + [("ruth", "ruth"), ("maria", "jan"), ("maria", "unknown")] + [RIGHTLY] * 4
        ),
        seen_by=st.sampled_from([(0, 1), (0, 1), (0,), (1,)]),
        names_commit=st.booleans(),
        goes=st.booleans(),
    )
    def grant(
        self,
        change: str,
        terms: dict[str, Any],
        hours: int,
        let_in: tuple[str, str],
        seen_by: tuple[int, ...],
        *,
        names_commit: bool,
        goes: bool,
    ) -> Grant:
        self.made += 1
        request = self.requests[change].request
        grant = Grant(
            name=f"b{self.made}",
            service=request.service,
            commit=request.commit if names_commit else None,
            expires_ns=self.gates.now_ns() + hours * HOUR,
            asked_by=let_in[0],
            granted_by=let_in[1],
            **terms,
        )
        self.gates.grant(grant)
        self.gates.look(*seen_by)
        if goes:
            self.start(change, seen_by[0], is_let_go=grant.skips == {"freeze"})
        return grant

    @rule(bypass=bypasses, comes_back=st.booleans())
    def revoke(self, bypass: Grant, *, comes_back: bool) -> None:
        if bypass.name in self.gates.law.grants:
            self.gates.revoke(bypass)
        if comes_back:
            self.gates.grant(bypass)
        self.gates.look(0, 1)

    @rule(services=st.sampled_from([frozenset(TEAMS), frozenset({"payments"}), frozenset[str]()]))
    def freeze(self, services: frozenset[str]) -> None:
        self.gates.freeze(services)
        self.gates.look(0, 1)
        self.watch(1)

    # What happens besides

    @rule(hours=st.sampled_from([1, 4, 72]), seconds=st.booleans())
    def time_passes(self, hours: int, *, seconds: bool) -> None:
        self.gates.wait(hours * (HOUR // 3600 if seconds else HOUR))

    @rule(gate=EITHER)
    def watch(self, gate: int) -> None:
        self.gates.run(self.gates.benches[gate].watch.judge_due())

    @rule(gate=EITHER)
    def restart(self, gate: int) -> None:
        self.gates.restart(gate)
        self.gates.demand_nothing_lost()

    # What must be so

    @invariant()
    def the_auditor_finds_nothing(self) -> None:
        self.gates.audit()
        self.gates.demand_reviews()
