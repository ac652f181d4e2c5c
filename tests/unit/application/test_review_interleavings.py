"""Whatever people, pipelines and policy owners do, and in whatever order: nothing goes that its people did not let go.

The policy here is lax on purpose: it counts whoever is in the group, the author too, and looks at no commit. So what it
never sees is kept from it by the gate. A model that knows nothing of how the gate works says what may be.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from gate.domain.bundle import Bundle as PolicyBundle
from gate.domain.change import Result
from gate.domain.errors import CallerError
from gate.domain.facts import Facts
from gate.domain.judgement import StoredChange
from gate.domain.review import AnswerKind
from tests.builders import DAY, MINUTE, a_request
from tests.house import FILES, Files
from tests.simulators.policy_engine import SimulatedPolicy
from tests.unit.application.conftest import Bench
from tests.unit.application.small_policy import assessment

PEOPLE: Final = ("maria", "jan", "joris", "mei", "lena")
"""Lena is of another team."""
TEAMS: Final = [frozenset(PEOPLE[:size]) for size in (4, 4, 3, 2, 1)] + [frozenset(PEOPLE[1:4])]
STRANGERS: Final = ("nobody", "pipeline")
EXPIRES: Final = "P5D"
_EXPIRES_NS: Final = 5 * DAY
SERVICES: Final = ("payments", "ledger", "checkout")


def house(members: frozenset[str], approvals: int) -> Files:
    """A policy in which these people review everything."""
    teams = [
        {"kind": "Group", "name": f"team-{service}", "members": sorted(members)}
        for service in (*SERVICES, "status-page")
    ]
    others = [each for each in FILES["groups.yaml"] if not str(each["name"]).startswith("team-")]
    everybody = {"kind": "Group", "name": "everybody", "members": [*PEOPLE]}
    needs = {"group": "$service.reviewers", "approvals": approvals, "expires": EXPIRES}
    process = {**FILES["process.yaml"][0], "steps": {"peer_review": {"needs": needs}}}
    return {"groups.yaml": [*others, *teams, everybody], "process.yaml": [process]}


def lax(bundle: PolicyBundle) -> SimulatedPolicy:
    """Peer review by so many of the group as the process says, and by nobody else's leave."""
    [need] = bundle.data["process"]["steps"]["peer_review"]["needs"]
    members = set(bundle.data["groups"]["team-payments"]["members"])

    def judge(facts: Mapping[str, Any]) -> dict[str, Any]:
        said = [each for each in facts["approvals"] if each["by"] in members]
        lasting = [each for each in said if facts["at_ns"] < each["at_ns"] + need["expires_ns"]]
        given = sum(each["answer"] == "approve" for each in lasting)
        vetoed = any(each["answer"] == "veto" for each in said)
        status = "failed" if vetoed else "satisfied" if given >= need["approvals"] else "pending"
        needs = [{"group": "team-payments", "approvals": need["approvals"], "given": given}]
        told = assessment(facts)
        told["verdicts"] = {**told["verdicts"], "peer_review": {"status": status, "needs": needs}}
        told["required"] = list(told["verdicts"])
        return told

    return SimulatedPolicy(judge)


@dataclass
class Rules:
    """What a revision says."""

    members: frozenset[str]
    approvals: int


@dataclass
class Asked:
    """What the model knows of a change."""

    makers: frozenset[str]
    commit: str
    answers: dict[str, tuple[AnswerKind, int]] = field(default_factory=dict)
    """Of each person, what they said last, and when."""

    def may_go(self, rules: Rules, at_ns: int) -> bool:
        """Whether enough of the right people let it go, and none of them objects."""
        told = {person: said for person, said in self.answers.items() if person in rules.members - self.makers}
        approving = [p for p, (kind, when) in told.items() if kind == "approve" and at_ns < when + _EXPIRES_NS]
        return len(approving) >= rules.approvals and all(kind != "veto" for kind, _ in told.values())


class Interleavings(RuleBasedStateMachine):
    """One house, two gates."""

    changes = Bundle("changes")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.asked: dict[str, Asked] = {}
        self.houses: dict[str, Rules] = {}
        self.commits = 0

    def teardown(self) -> None:
        self.runner.close()

    @initialize(members=st.sampled_from(TEAMS), approvals=st.sampled_from([1, 1, 2]))
    def begin(self, members: frozenset[str], approvals: int) -> None:
        self.bench = Bench(meaning=lax)
        self.bench.repository.merge("its people", house(members, approvals))
        self.runner.run(self.bench.begun())
        self.other = self.runner.run(self.bench.another())
        self._know(members, approvals)

    def _know(self, members: frozenset[str], approvals: int) -> None:
        self.houses[self.bench.repository.tip] = Rules(members, approvals)

    # What people and pipelines do

    @rule(
        target=changes,
        service=st.sampled_from(SERVICES),
        author=st.sampled_from(PEOPLE),
        requester=st.sampled_from(("pipeline", "pipeline", *PEOPLE)),
    )
    def submit(self, service: str, author: str, requester: str) -> str:
        self.commits += 1
        commit = f"{self.commits:040x}"
        request = a_request(service=service, commit=commit, author=author, requester=requester, run=f"r{self.commits}")
        change = self.runner.run(self.bench.intake.submit(request, "pipeline")).stored.change
        self.asked[change.id] = Asked(frozenset({author, requester}), commit)
        return change.id

    @rule(
        change=changes, by=st.sampled_from((*PEOPLE, *STRANGERS)), kind=st.sampled_from(["approve", "approve", "veto"])
    )
    def answer(self, change: str, by: str, kind: AnswerKind) -> None:
        self._say(change, by, kind)

    @rule(change=changes)
    def enough_people_approve(self, change: str) -> None:
        for person in self._able(change):
            self._say(change, person, "approve")

    def _able(self, change: str) -> list[str]:
        """Those whose word counts at the moment."""
        return sorted(self.houses[self.bench.repository.tip].members - self.asked[change].makers)

    @rule(change=changes, by=st.sampled_from(PEOPLE))
    def take_back(self, change: str, by: str) -> None:
        self._say(change, by, "withdraw")

    def _say(self, change: str, by: str, kind: AnswerKind) -> None:
        kept = len(self.runner.run(self.bench.store.answers(change)))
        at_ns = self.bench.clock.now_ns()
        try:
            self.runner.run(self.bench.say(change, kind, by))
        except CallerError:
            assert len(self.runner.run(self.bench.store.answers(change))) == kept
            return
        assert by not in self.asked[change].makers
        if len(self.runner.run(self.bench.store.answers(change))) > kept:
            self.asked[change].answers[by] = (kind, at_ns)

    @rule(change=changes, approved_first=st.booleans())
    def start(self, change: str, *, approved_first: bool) -> None:
        if approved_first:
            self.enough_people_approve(change)
        if not self._is_open(change):
            return
        try:
            stored = self.runner.run(self.bench.intake.start(change))
        except CallerError:
            return
        self._demand_let_go(stored)

    @rule(change=changes, kind=st.sampled_from(["veto", "withdraw"]))
    def start_while_everybody_objects(self, change: str, kind: AnswerKind) -> None:
        self.enough_people_approve(change)

        async def object_to_it() -> None:
            for person in self._able(change):
                try:
                    await self.other.say(change, kind, person)
                except CallerError:
                    continue
                self.asked[change].answers[person] = (kind, self.bench.clock.now_ns())

        if not self._is_open(change):
            return
        self.bench.store.meanwhile.append(object_to_it)
        try:
            stored = self.runner.run(self.bench.intake.start(change))
        except CallerError:
            self.bench.store.meanwhile.clear()
            return
        self.bench.store.meanwhile.clear()
        self._demand_let_go(stored)

    def _is_open(self, change: str) -> bool:
        return self.runner.run(self.bench.intake.change(change)).change.state == "open"

    def _demand_let_go(self, stored: StoredChange) -> None:
        """A change that has just been started was so on a decision of now, and on what people say now."""
        if stored.change.state == "started":
            assert stored.decision.outcome == "approved"
            assert stored.decision.revision == self.bench.revision
            assert self.asked[stored.change.id].may_go(self.houses[stored.decision.revision], stored.decision.at_ns)

    @rule(change=changes, result=st.sampled_from(["succeeded", "failed"]))
    def finish(self, change: str, result: Result) -> None:
        try:
            self.runner.run(self.bench.intake.finish(change, result))
        except CallerError:
            return

    @rule(change=consumes(changes))
    def withdraw(self, change: str) -> None:
        try:
            self.runner.run(self.bench.intake.withdraw(change))
        except CallerError:
            return

    # What happens besides

    @rule(members=st.sampled_from(TEAMS), approvals=st.sampled_from([1, 1, 2]))
    def policy_changes(self, members: frozenset[str], approvals: int) -> None:
        self.bench.repository.merge(f"policy {len(self.houses)}", house(members, approvals))
        self._know(members, approvals)
        self.runner.run(self.bench.activation.look())

    @rule(minutes=st.sampled_from([1, 20, 60 * 24 * 3]))
    def time_passes(self, minutes: int) -> None:
        self.runner.run(self.bench.later(minutes * MINUTE))
        self.runner.run(self.other.activation.look())

    @rule()
    def watch(self) -> None:
        self.runner.run(self.other.activation.look())
        self.runner.run(self.bench.watch.judge_due())

    # What must be so

    @invariant()
    def nothing_is_approved_that_its_people_did_not_let_go(self) -> None:
        for change_id, asked in self.asked.items():
            stored = self.runner.run(self.bench.intake.change(change_id))
            decision = stored.decision
            if decision.outcome == "approved" and stored.change.state == "open":
                assert asked.may_go(self.houses[decision.revision], decision.at_ns), change_id

    @invariant()
    def no_decision_rests_on_an_answer_to_something_else_or_of_who_made_it(self) -> None:
        for change_id, asked in self.asked.items():
            decision = self.runner.run(self.bench.intake.change(change_id)).decision
            recorded = self.runner.run(self.bench.store.decision(decision.id))
            assert recorded is not None
            approvals = Facts.model_validate_json(recorded.facts).approvals
            assert all(each.commit == asked.commit and each.by not in asked.makers for each in approvals)
            holding = {(by, kind) for by, (kind, _) in asked.answers.items() if kind != "withdraw"}
            assert {(each.by, each.answer) for each in approvals} == holding


Interleavings.TestCase.settings = settings(
    max_examples=200, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestInterleavings = Interleavings.TestCase
