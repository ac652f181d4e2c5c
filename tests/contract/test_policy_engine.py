"""What every policy engine promises: simulator, embedded OPA, opa executables, and a served OPA that pulls bundles."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from gate.adapters.opa.engine import LocalEngine
from gate.adapters.opa.limits import Limits
from gate.domain.assessment import Assessment
from gate.domain.bundle import Bundle
from gate.domain.errors import AssessmentError, EngineBehindError
from gate.ports import PolicyEngine
from tests.contract import policies
from tests.contract.facts import FREEZE, facts_at
from tests.contract.opa_binaries import MISSING, OPA_BINARIES
from tests.contract.policies import Policy
from tests.contract.served_opa import served_engine
from tests.simulators.policy_engine import PolicyEngineSimulator

pytestmark = pytest.mark.anyio

LIMITS = Limits(linger_s=0)

_revisions = (f"{number:040x}" for number in count(1))


@dataclass(frozen=True)
class Kind:
    """One implementation of the port."""

    name: str
    program: Path = Path()

    async def open(self, stack: AsyncExitStack, folder: Path) -> PolicyEngine:
        """A fresh engine, ended with the stack."""
        if self.name == "served":
            return await stack.enter_async_context(served_engine(self.program, folder, LIMITS))
        engine = self._local()
        stack.push_async_callback(engine.close)
        return engine

    def _local(self) -> PolicyEngine:
        if self.name == "simulator":
            return PolicyEngineSimulator(policies.meaning)
        return LocalEngine.embedded(LIMITS) if self.name == "embedded" else LocalEngine.of_binary(self.program, LIMITS)


KINDS = [
    pytest.param(Kind("simulator"), id="simulator"),
    pytest.param(Kind("embedded"), id="embedded"),
    *(
        pytest.param(Kind(name, program), id=f"{name}-{program.name}", marks=pytest.mark.opa)
        for program in OPA_BINARIES
        for name in ("binary", "served")
    ),
]
if not OPA_BINARIES:
    KINDS.append(pytest.param(Kind("binary"), id="binary", marks=[pytest.mark.opa, pytest.mark.skip(reason=MISSING)]))


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module", params=KINDS)
async def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[PolicyEngine]:
    """One engine a kind: each test brings revisions of its own."""
    async with AsyncExitStack() as stack:
        yield await request.param.open(stack, tmp_path_factory.mktemp("opa"))


async def prepared(engine: PolicyEngine, policy: Policy) -> str:
    """A new revision with this policy, prepared; the revision."""
    bundle = policy.at(next(_revisions))
    assert await engine.prepare(bundle) == ()
    return bundle.revision


def expected(revision: str, *windows: object) -> Assessment:
    facts = facts_at(revision, *([FREEZE] if windows else []))
    return Assessment.model_validate(policies.assessed(facts.model_dump(mode="json", by_alias=True)))


async def test_a_prepared_revision_judges_before_it_is_active(engine: PolicyEngine) -> None:
    revision = await prepared(engine, policies.GOOD)

    assert await engine.assess(facts_at(revision)) == expected(revision)
    assert engine.status().revision != revision

    await engine.discard(revision)


async def test_an_active_revision_judges_every_engine_alike_to_the_last_nanosecond(engine: PolicyEngine) -> None:
    revision = await prepared(engine, policies.GOOD)
    await engine.activate(revision)

    assert await engine.assess(facts_at(revision, FREEZE)) == expected(revision, FREEZE)
    assert engine.status().revision == revision


async def test_the_facts_decide(engine: PolicyEngine) -> None:
    revision = await prepared(engine, policies.GOOD)
    await engine.activate(revision)

    open_day, freeze = await engine.assess(facts_at(revision)), await engine.assess(facts_at(revision, FREEZE))

    assert (open_day.verdicts["freeze"].status, freeze.verdicts["freeze"].status) == ("satisfied", "waiting")


async def test_a_hundred_questions_at_once_are_all_answered_and_none_is_mixed_up(engine: PolicyEngine) -> None:
    revision = await prepared(engine, policies.GOOD)
    await engine.activate(revision)

    answers = await asyncio.gather(*(engine.assess(facts_at(revision, tier=1 + n % 3)) for n in range(100)))

    assert [answer.risk.score for answer in answers] == [policies.POINTS[1 + n % 3] for n in range(100)]


async def test_the_next_revision_takes_over(engine: PolicyEngine) -> None:
    await engine.activate(await prepared(engine, policies.GOOD))
    after = await prepared(engine, policies.GOOD)
    await engine.activate(after)

    assert (await engine.assess(facts_at(after))).revision == after
    assert engine.status().revision == after


async def test_a_revision_nobody_prepared_is_not_judged_at(engine: PolicyEngine) -> None:
    with pytest.raises(EngineBehindError):
        await engine.assess(facts_at("f" * 40))


async def test_a_revision_nobody_prepared_cannot_become_active(engine: PolicyEngine) -> None:
    with pytest.raises(EngineBehindError):
        await engine.activate("f" * 40)


async def test_a_discarded_revision_is_not_judged_at(engine: PolicyEngine) -> None:
    revision = await prepared(engine, policies.GOOD)
    await engine.discard(revision)

    with pytest.raises(EngineBehindError):
        await engine.assess(facts_at(revision))


async def test_discarding_what_is_not_there_is_no_mistake(engine: PolicyEngine) -> None:
    await engine.discard("f" * 40)


async def test_preparing_a_revision_again_keeps_it_usable(engine: PolicyEngine) -> None:
    revision = await prepared(engine, policies.GOOD)
    await engine.activate(revision)
    assert await engine.prepare(policies.GOOD.at(revision)) == ()

    assert len(await engine.run_tests(revision)) == 2
    await engine.activate(revision)
    assert (await engine.assess(facts_at(revision))).revision == revision


@pytest.mark.parametrize(
    ("policy", "places"),
    [
        pytest.param(
            policies.UNREADABLE, {("rego/assessment.rego", 2), ("rego/steps/freeze.rego", 3)}, id="syntax, all files"
        ),
        pytest.param(policies.UNSAFE, {("rego/steps/freeze.rego", 3)}, id="unsafe variable"),
        pytest.param(policies.UNSAFE_TEST, {("rego/steps/freeze_test.rego", 3)}, id="unsafe variable in a test"),
        pytest.param(policies.DIALLING_OUT, {("rego/steps/freeze.rego", 3)}, id="http.send"),
        pytest.param(policies.WITHOUT_ASSESSMENT, {("", 0)}, id="no assessment"),
    ],
)
async def test_a_policy_unfit_to_judge_is_refused_with_file_and_line(
    engine: PolicyEngine, policy: Policy, places: set[tuple[str, int]]
) -> None:
    bundle = policy.at(next(_revisions))
    findings = await engine.prepare(bundle)

    assert {(finding.path, finding.line) for finding in findings} == places
    with pytest.raises(EngineBehindError):
        await engine.assess(facts_at(bundle.revision))


async def test_a_refused_revision_leaves_the_active_one_in_force(engine: PolicyEngine) -> None:
    revision = await prepared(engine, policies.GOOD)
    await engine.activate(revision)
    await engine.prepare(policies.UNREADABLE.at(next(_revisions)))

    assert (await engine.assess(facts_at(revision))).revision == revision


async def test_every_test_of_a_prepared_revision_is_run(engine: PolicyEngine) -> None:
    revision = await prepared(engine, policies.GOOD)

    assert await engine.run_tests(revision) == tuple(policies.GOOD.means.tests)

    await engine.discard(revision)


async def test_only_a_test_that_is_true_passes(engine: PolicyEngine) -> None:
    revision = await prepared(engine, policies.WITH_FAILING_TESTS)
    results = await engine.run_tests(revision)

    assert [(test.name, test.path, test.passed) for test in results] == [
        (test.name, test.path, test.passed) for test in policies.WITH_FAILING_TESTS.means.tests
    ]
    assert all(test.message for test in results if not test.passed)

    await engine.discard(revision)


async def test_an_undefined_assessment_is_an_error_and_only_where_it_is_undefined(engine: PolicyEngine) -> None:
    revision = await prepared(engine, policies.UNDEFINED_IN_AN_INCIDENT)

    with pytest.raises(AssessmentError):
        await engine.assess(facts_at(revision, incident="inc-1"))
    assert (await engine.assess(facts_at(revision))).revision == revision

    await engine.discard(revision)


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(policies.WITHOUT_RISK, id="a field is missing"),
        pytest.param(policies.CONTRADICTING_ITSELF, id="two rules contradict each other"),
        pytest.param(policies.DIVIDING_BY_ZERO, id="a built-in function fails"),
        pytest.param(policies.COUNTING_TOO_FAR, id="a number has thousands of digits"),
    ],
)
async def test_a_policy_that_breaks_while_it_judges_gives_no_assessment(engine: PolicyEngine, policy: Policy) -> None:
    revision = await prepared(engine, policy)

    with pytest.raises(AssessmentError):
        await engine.assess(facts_at(revision))

    await engine.discard(revision)


async def test_an_answer_at_another_revision_is_an_error(engine: PolicyEngine) -> None:
    revision = await prepared(engine, policies.OF_ANOTHER_REVISION)

    with pytest.raises(EngineBehindError):
        await engine.assess(facts_at(revision))

    await engine.discard(revision)


async def test_the_bundle_may_hold_data_of_any_shape(engine: PolicyEngine) -> None:
    data = {**policies.DATA, "deep": {"a": [{"b": None, "c": True, "é": 2**60}]}, "revision": "overwritten"}
    bundle = Bundle(next(_revisions), policies.GOOD.modules, data)

    assert await engine.prepare(bundle) == ()
    assert (await engine.assess(facts_at(bundle.revision))).revision == bundle.revision

    await engine.discard(bundle.revision)
