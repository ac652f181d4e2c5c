"""A way around the process while time passes: raced for, revoked, merged. The rest is `tests/cases/bypass.yaml`."""

import pytest

from tests.builders import MINUTE
from tests.house import FILES, Files, a_bypass, a_freeze
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio

FREEZE: Files = {"calendar/x.yaml": [a_freeze()]}
GRANTED: Files = {"bypasses/x.yaml": [a_bypass()]}
REVOKED: Files = {"bypasses/x.yaml": []}


async def raced(bench: Bench, uses: int) -> tuple[list[str], list[str]]:
    """Two pipelines that both hold an approval on one bypass start at once: who started, and what came out."""
    await bench.merge("a way out", {**FREEZE, "bypasses/x.yaml": [a_bypass(uses=uses)]})
    first = await bench.submit()
    await bench.intake.withdraw(first.change.id)
    first = await bench.submit(run="run-2")
    await bench.later(15 * MINUTE)  # its approval ran out, and with it what it held
    second = await bench.submit(run="run-3")
    await bench.later(15 * MINUTE)
    other = await bench.another()

    async def overtake() -> None:
        await other.intake.start(second.change.id)
        await other.intake.finish(second.change.id, "succeeded")

    bench.store.meanwhile.append(overtake)
    late = await bench.intake.start(first.change.id)
    changes = [await bench.intake.change(second.change.id), late]
    return [stored.change.state for stored in changes], [stored.decision.outcome for stored in changes]


async def test_the_last_use_raced_by_two_pipelines_refuses_the_slower(bench: Bench) -> None:
    assert await raced(bench, uses=1) == (["finished", "open"], ["approved", "waiting"])


async def test_the_last_use_raced_by_two_pipelines_allows_both_where_there_are_two(bench: Bench) -> None:
    assert await raced(bench, uses=2) == (["finished", "started"], ["approved", "approved"])


async def test_a_bypass_revoked_between_approval_and_start_refuses_the_start(bench: Bench) -> None:
    await bench.merge("a way out", {**FREEZE, **GRANTED})
    stored = await bench.submit()
    assert stored.decision.outcome == "approved"
    await bench.merge("no way out", REVOKED)
    late = await bench.intake.start(stored.change.id)
    assert (late.change.state, late.decision.outcome, late.decision.bypasses) == ("open", "waiting", ())


async def test_a_bypass_kept_between_approval_and_start_allows_the_start(bench: Bench) -> None:
    await bench.merge("a way out", {**FREEZE, **GRANTED})
    stored = await bench.submit()
    await bench.merge("something else", {"calendar/y.yaml": []})
    late = await bench.intake.start(stored.change.id)
    assert (late.change.state, late.decision.uses_of_bypasses) == ("started", ("double-charge",))


async def test_a_bypass_revoked_after_the_start_allows_what_runs_to_run_on(bench: Bench) -> None:
    await bench.merge("a way out", {**FREEZE, **GRANTED})
    started = await bench.started()
    await bench.merge("no way out", REVOKED)
    await bench.watch.judge_due()
    kept = await bench.intake.change(started.change.id)
    assert (kept.change.state, kept.change.stop) == ("started", None)


async def test_a_merge_allows_the_change_that_waited_for_it_without_being_asked_again(bench: Bench) -> None:
    await bench.merge("stocktaking", FREEZE)
    stored = await bench.submit()
    assert stored.decision.outcome == "waiting"
    await bench.merge("a way out", GRANTED)
    await bench.watch.judge_due()
    assert (await bench.intake.change(stored.change.id)).decision.outcome == "approved"


async def test_a_merge_refuses_the_change_that_waited_where_it_names_another(bench: Bench) -> None:
    await bench.merge("stocktaking", FREEZE)
    stored = await bench.submit()
    elsewhere = a_bypass(change={"service": "ledger", "environment": "production"})
    await bench.merge("another's way out", {"bypasses/x.yaml": [elsewhere]})
    await bench.watch.judge_due()
    assert (await bench.intake.change(stored.change.id)).decision.outcome == "waiting"


async def test_a_step_that_the_same_merge_makes_unknown_refuses_the_revision_whole(bench: Bench) -> None:
    before = bench.revision
    process = {**FILES["process.yaml"][0], "classes": {"normal": ["evidence", "conflict"]}}
    await bench.merge("no freezes any more", {"process.yaml": [process], **GRANTED})
    assert bench.revision == before
