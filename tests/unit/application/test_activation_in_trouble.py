"""When repository, engine, store or disk fail, the active revision stays, and nothing that happened is forgotten."""

import asyncio
from collections.abc import Callable

import pytest

from gate.domain.bundle import Bundle
from gate.domain.errors import EngineError, RepositoryError, StalePolicyError
from gate.ports import RegoTest
from tests.builders import AT_NS, HOUR, MINUTE
from tests.house import Files, a_freeze
from tests.simulators.policy_engine import SimulatedPolicy
from tests.unit.application.conftest import Bench, until
from tests.unit.application.small_policy import assessment

pytestmark = pytest.mark.anyio

AWAY = RepositoryError("git did not answer: connection refused", hint="Is the remote up?")
MISSPELT: Files = {"calendar/x.yaml": [a_freeze(ende="2026-11-02T12:00")]}


async def test_a_repository_that_is_away_leaves_the_active_revision_until_it_is_too_old(bench: Bench) -> None:
    good = bench.repository.tip
    bench.repository.trouble = AWAY
    await bench.later(10 * MINUTE)
    assert (bench.revision, bench.active.trouble) == (good, AWAY.message)
    assert (await bench.submit()).decision.outcome == "approved"
    await bench.later(1)
    with pytest.raises(StalePolicyError):
        await bench.submit(run="run-2")
    assert (await bench.submit(environment="staging")).decision.outcome == "approved"
    bench.repository.trouble = None
    await bench.later(HOUR)
    assert (await bench.submit(run="run-2", service="status-page")).decision.outcome == "approved"
    assert bench.active.trouble == ""


async def test_an_engine_that_cannot_try_a_revision_out_rejects_nothing_and_confirms_nothing(bench: Bench) -> None:
    good = bench.repository.tip

    def away(_: Bundle) -> SimulatedPolicy:
        raise EngineError("it did not start")

    bench.meaning = away
    new = await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    assert (bench.revision, bench.active.rejected, bench.active.trouble) == (good, None, "it did not start")
    await bench.later(10 * MINUTE + 1)
    with pytest.raises(StalePolicyError):
        await bench.submit()
    bench.meaning = None
    await bench.activation.look()
    assert (bench.revision, bench.active.trouble) == (new, "")


async def test_a_revision_whose_trial_was_cut_short_is_let_go_of(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def cut_short(_: str) -> list[RegoTest]:
        raise EngineError("it died in the middle")

    monkeypatch.setattr(bench.engine, "run_tests", cut_short)
    new = await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    assert (bench.engine.discarded, bench.active.rejected) == ([new], None)


def unlucky_but_for(good: str) -> Callable[[Bundle], SimulatedPolicy]:
    def meaning(bundle: Bundle) -> SimulatedPolicy:
        if bundle.revision != good:
            raise ZeroDivisionError
        return SimulatedPolicy(assessment)

    return meaning


async def test_a_revision_that_brings_a_defect_of_the_gate_to_light_takes_nothing_from_it(bench: Bench) -> None:
    good = bench.repository.tip

    bench.meaning = unlucky_but_for(good)
    await bench.merge("unlucky", {"calendar/x.yaml": [a_freeze()]})
    assert (bench.revision, bench.active.trouble != "") == (good, True)
    restarted = await Bench(bench.repository, bench.store, meaning=unlucky_but_for(good)).begun()
    assert restarted.revision == good


async def test_a_store_that_is_away_does_not_hold_up_a_freeze_and_is_told_later(bench: Bench) -> None:
    waiting = await bench.submit(labels={"risk": "high"})
    bench.store.fails_at = bench.store.calls + 1
    revision = await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    assert bench.revision == revision
    assert "the database gave no answer" in bench.active.trouble
    assert len(bench.noted("policy_activated")) == 1
    await bench.activation.look()
    assert [said["revision"] for said in bench.noted("policy_activated")][1:] == [revision]
    assert await bench.store.due(AT_NS, 9) == [waiting.change.id]


async def test_a_rejection_is_told_later_where_the_store_was_away(bench: Bench) -> None:
    bench.store.fails_at = bench.store.calls + 1
    bad = await bench.merge("oops", MISSPELT)
    assert bench.noted("policy_rejected") == []
    await bench.activation.look()
    assert [said["revision"] for said in bench.noted("policy_rejected")] == [bad]


async def test_a_disk_that_was_full_still_remembers_the_revision_once_it_is_not(bench: Bench) -> None:
    first = bench.repository.tip
    bench.repository.full_disk = True
    revision = await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    assert (bench.revision, bench.repository.kept) == (revision, first)
    assert "state folder cannot be written" in bench.active.trouble
    bench.repository.full_disk = False
    await bench.activation.look()
    assert bench.repository.kept == revision


async def test_a_begin_without_a_store_still_has_a_policy() -> None:
    bench = Bench()
    bench.store.fails_at = 1
    await bench.begun()
    assert bench.revision == bench.repository.tip
    assert bench.repository.kept == bench.repository.tip


# One look at a time, and at once when asked to.


async def test_a_hint_is_followed_at_once(bench: Bench) -> None:
    hint = asyncio.Event()
    watching = asyncio.create_task(bench.activation.watch(3600, hint))
    revision = bench.repository.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    hint.set()
    await until(lambda: bench.revision == revision)
    watching.cancel()
    assert not hint.is_set()


async def test_looks_happen_by_themselves(bench: Bench) -> None:
    watching = asyncio.create_task(bench.activation.watch(0.0001, asyncio.Event()))
    revision = bench.repository.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    await until(lambda: bench.revision == revision)
    watching.cancel()


async def test_two_looks_at_once_load_a_revision_once(bench: Bench) -> None:
    revision = bench.repository.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    await asyncio.gather(*(bench.activation.look() for _ in range(5)))
    assert bench.repository.loaded.count(revision) == 1
