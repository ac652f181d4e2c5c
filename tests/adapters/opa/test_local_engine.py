"""Revisions in local processes: how one follows another. What every engine promises is in tests/contract."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import pytest

from gate.adapters.opa.embedded import Embedded
from gate.adapters.opa.engine import LocalEngine
from gate.adapters.opa.launch import Order, Running
from gate.adapters.opa.limits import Limits
from gate.domain.errors import EngineBehindError, EngineError
from tests.contract import policies
from tests.contract.facts import facts_at

pytestmark = pytest.mark.anyio

OLD, NEW = "0" * 40, "1" * 40

SLOW = policies.ASSESSMENT.replace(
    "score := ", "score := 0 * count([1 | some a in ns; some b in ns; a > b]) + "
).replace("package gate\n", "package gate\n\nns := numbers.range(1, 1000)\n")


class RememberingLauncher:
    """The embedded launcher, and everything it has started."""

    kind = "embedded"
    parallel = 2

    def __init__(self) -> None:
        self.started: list[Running] = []

    async def launch(self, order: Order) -> Running:
        self.started.append(await Embedded().launch(order))
        return self.started[-1]

    @property
    def alive(self) -> list[int]:
        return [running.child.pid for running in self.started if not running.child.has_ended]


@pytest.fixture
def launcher() -> RememberingLauncher:
    return RememberingLauncher()


@contextlib.asynccontextmanager
async def engine_on(launcher: RememberingLauncher, limits: Limits | None = None) -> AsyncIterator[LocalEngine]:
    engine = LocalEngine(launcher, limits or Limits(linger_s=0))
    try:
        yield engine
    finally:
        await engine.close()


async def until_only_one_is_left(launcher: RememberingLauncher) -> None:
    async with asyncio.timeout(5):
        while len(launcher.alive) > 1:  # noqa: ASYNC110 -- processes end when they end
            await asyncio.sleep(0.01)


async def test_one_process_is_left_when_a_revision_has_taken_over(launcher: RememberingLauncher) -> None:
    async with engine_on(launcher) as engine:
        for revision in (OLD, NEW):
            await engine.prepare(policies.GOOD.at(revision))
            await engine.activate(revision)
        await until_only_one_is_left(launcher)

        assert (await engine.assess(facts_at(NEW))).revision == NEW
        with pytest.raises(EngineBehindError):
            await engine.assess(facts_at(OLD))

    assert launcher.alive == []


async def test_who_pinned_the_old_revision_just_before_is_still_answered(launcher: RememberingLauncher) -> None:
    async with engine_on(launcher, Limits(linger_s=60)) as engine:
        for revision in (OLD, NEW):
            await engine.prepare(policies.GOOD.at(revision))
            await engine.activate(revision)

        assert (await engine.assess(facts_at(OLD))).revision == OLD

    assert launcher.alive == []


async def test_a_question_under_way_is_answered_before_its_process_goes(launcher: RememberingLauncher) -> None:
    slow = policies.Policy({**policies.GOOD.modules, "rego/assessment.rego": SLOW}, policies.GOOD.means)
    async with engine_on(launcher, Limits(linger_s=0, answer_s=10)) as engine:
        for revision in (OLD, NEW):
            assert await engine.prepare(slow.at(revision)) == ()
        await engine.activate(OLD)
        question = asyncio.create_task(engine.assess(facts_at(OLD)))
        await asyncio.sleep(0)
        await engine.prepare(slow.at(NEW))
        await engine.activate(NEW)

        assert (await question).revision == OLD
        await until_only_one_is_left(launcher)


async def test_a_revision_that_comes_back_before_it_has_gone_stays(launcher: RememberingLauncher) -> None:
    async with engine_on(launcher, Limits(linger_s=0.2)) as engine:
        for revision in (OLD, NEW):
            await engine.prepare(policies.GOOD.at(revision))
            await engine.activate(revision)
        await engine.activate(OLD)
        await until_only_one_is_left(launcher)

        assert (await engine.assess(facts_at(OLD))).revision == OLD


async def test_nothing_is_started_for_a_policy_that_inspection_refuses(launcher: RememberingLauncher) -> None:
    async with engine_on(launcher) as engine:
        assert await engine.prepare(policies.DIALLING_OUT.at(NEW))

        assert len(launcher.started) == 1  # the inspecting process, which holds nothing of the policy
        assert launcher.alive == []


async def test_a_revision_whose_test_does_not_compile_leaves_no_process(launcher: RememberingLauncher) -> None:
    async with engine_on(launcher) as engine:
        assert await engine.prepare(policies.UNSAFE_TEST.at(NEW))

        assert launcher.alive == []


async def test_the_process_that_serves_holds_no_tests(launcher: RememberingLauncher) -> None:
    async with engine_on(launcher) as engine:
        await engine.prepare(policies.GOOD.at(NEW))
        assert len(launcher.alive) == 2
        await engine.activate(NEW)

        assert len(launcher.alive) == 1


async def test_a_test_that_runs_away_fails_alone(launcher: RememberingLauncher) -> None:
    endless = """\
package gate.steps.freeze_test

ns := numbers.range(1, 100000)

test_1_before if true

test_2_endless if count([1 | some a in ns; some b in ns; a == b]) == 3

test_3_after if true
"""
    policy = policies.Policy({**policies.GOOD.modules, "rego/steps/freeze_test.rego": endless}, policies.GOOD.means)
    async with engine_on(launcher, Limits(answer_s=1)) as engine:
        await engine.prepare(policy.at(NEW))
        results = await engine.run_tests(NEW)

    assert [test.passed for test in results] == [True, False, True]
    assert "in time" in results[1].message


async def test_the_active_revision_cannot_be_discarded(launcher: RememberingLauncher) -> None:
    async with engine_on(launcher) as engine:
        await engine.prepare(policies.GOOD.at(NEW))
        await engine.activate(NEW)

        with pytest.raises(RuntimeError):
            await engine.discard(NEW)


async def test_the_tests_of_an_active_revision_are_gone_and_that_is_no_pass(launcher: RememberingLauncher) -> None:
    async with engine_on(launcher) as engine:
        await engine.prepare(policies.GOOD.at(NEW))
        await engine.activate(NEW)

        with pytest.raises(EngineError):
            await engine.run_tests(NEW)


async def test_without_the_engine_installed_the_error_says_what_to_do() -> None:
    engine = LocalEngine(Embedded([sys.executable, "-I", "-S"]))
    with pytest.raises(EngineError, match="No module named") as caught:
        await engine.prepare(policies.GOOD.at(NEW))

    assert "GATE_OPA_BINARY" in caught.value.hint


async def test_a_process_that_never_gets_ready_is_given_up() -> None:
    engine = LocalEngine(Embedded(["/bin/sh", "-c", "sleep 60"]), Limits(start_s=0.1))
    with pytest.raises(EngineError, match="not ready within"):
        await engine.prepare(policies.GOOD.at(NEW))


async def test_a_test_that_the_engine_dies_over_fails_alone(launcher: RememberingLauncher) -> None:
    deadly = """\
package gate.steps.freeze_test

test_1_before if true

test_2_deadly if bits.lsh(1, 100000000000) == 1

test_3_after if true
"""
    policy = policies.Policy({**policies.GOOD.modules, "rego/steps/freeze_test.rego": deadly}, policies.GOOD.means)
    async with engine_on(launcher, Limits(answer_s=1)) as engine:
        await engine.prepare(policy.at(NEW))
        results = await engine.run_tests(NEW)

    assert [test.passed for test in results] == [True, False, True]
