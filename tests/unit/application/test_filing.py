"""Pressed freezes find their way into git, and no freeze waits for it."""

import asyncio

import pytest

from gate.application import clerk as clerk_module
from gate.application.filing import Filing
from gate.domain.red_button import PressedFreeze
from tests.builders import AT_NS, HOUR
from tests.simulators.proposals import REMOTE_AWAY, ProposalsSimulator
from tests.unit.application.conftest import Bench, until

pytestmark = pytest.mark.anyio


@pytest.fixture
async def bench() -> Bench:
    """A gate that may push."""
    return await Bench(proposals=ProposalsSimulator()).begun()


def remote(bench: Bench) -> ProposalsSimulator:
    assert bench.proposals is not None
    return bench.proposals


async def state(bench: Bench, freeze: PressedFreeze) -> tuple[str, str]:
    return bench.filing.state_of(await bench.red_button.freeze(freeze.id))


async def test_a_press_is_proposed_on_top_of_the_active_revision(bench: Bench) -> None:
    freeze = await bench.press()
    ((revision, proposal),) = remote(bench).branches.values()
    assert (revision, proposal.branch) == (bench.revision, f"gate/freeze-{freeze.id}")
    assert (freeze.filed_at_ns, await state(bench, freeze)) == (AT_NS, ("filed", ""))


async def test_what_cannot_be_pushed_holds_all_the_same_and_is_tried_again(bench: Bench) -> None:
    remote(bench).trouble = REMOTE_AWAY
    freeze = await bench.press()
    assert (await bench.submit()).decision.outcome == "waiting"
    assert await state(bench, freeze) == ("failed", REMOTE_AWAY.message)
    remote(bench).trouble = None
    await bench.filing.file_all()
    assert await state(bench, freeze) == ("filed", "")


async def test_another_gate_files_what_this_one_could_not(bench: Bench) -> None:
    remote(bench).trouble = REMOTE_AWAY
    freeze = await bench.press()
    remote(bench).trouble = None
    other = await bench.another()
    await other.filing.file_all()
    assert await state(bench, freeze) == ("filed", "")


async def test_what_is_filed_is_not_filed_again(bench: Bench) -> None:
    await bench.press()
    await bench.filing.file_all()
    assert remote(bench).tried == 1


async def test_what_was_thawed_before_it_was_filed_is_dropped(bench: Bench) -> None:
    remote(bench).trouble = REMOTE_AWAY
    freeze = await bench.press()
    remote(bench).trouble = None
    await bench.thaw(freeze)
    await bench.filing.file_all()
    assert (remote(bench).branches, await state(bench, freeze)) == ({}, ("dropped", ""))


async def test_a_press_that_is_repeated_after_the_thaw_files_nothing(bench: Bench) -> None:
    remote(bench).trouble = REMOTE_AWAY
    await bench.thaw(await bench.press("key"))
    remote(bench).trouble = None
    await bench.press("key")
    assert remote(bench).branches == {}


async def test_what_ran_out_before_it_was_filed_is_dropped(bench: Bench) -> None:
    remote(bench).trouble = REMOTE_AWAY
    freeze = await bench.press(until_ns=AT_NS + HOUR)
    bench.clock.advance(HOUR)
    assert await state(bench, freeze) == ("dropped", "")


async def test_a_remote_that_does_not_answer_keeps_nobody_waiting(bench: Bench) -> None:
    bench.filing = Filing(bench.active, bench.store, bench.clock, bench.proposals, patience_seconds=0)
    bench.red_button.filing = bench.filing
    remote(bench).hangs = True
    freeze = await bench.press()
    assert await state(bench, freeze) == ("pending", "")
    await until(lambda: remote(bench).tried == 1)
    await bench.filing.begin(freeze)
    assert remote(bench).tried == 1  # the first try is still under way
    await bench.filing.close()


async def test_without_an_active_revision_there_is_nothing_to_write_it_on() -> None:
    bench = Bench(proposals=ProposalsSimulator())
    freeze = await bench.press()
    kind, trouble = await state(bench, freeze)
    assert (kind, remote(bench).branches) == ("failed", {})
    assert "no policy revision is active" in trouble
    await bench.begun()
    await bench.filing.file_all()
    assert await state(bench, freeze) == ("filed", "")


async def test_a_defect_of_one_proposal_is_seen_and_keeps_no_other(bench: Bench) -> None:
    remote(bench).trouble = RuntimeError("it broke")
    freeze = await bench.press()
    assert (await state(bench, freeze))[0] == "failed"
    remote(bench).trouble = None
    await bench.filing.file_all()
    assert await state(bench, freeze) == ("filed", "")


async def test_a_store_that_is_away_ends_the_round_only(bench: Bench) -> None:
    remote(bench).trouble = REMOTE_AWAY
    freeze = await bench.press()
    remote(bench).trouble = None
    bench.store.fails_at = bench.store.calls + 1
    await bench.filing.file_all()
    assert await state(bench, freeze) == ("failed", REMOTE_AWAY.message)


async def test_it_goes_on_trying_by_itself(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clerk_module, "EVERY_SECONDS", 0)
    remote(bench).trouble = REMOTE_AWAY
    await bench.press()
    running = asyncio.create_task(bench.filing.run())
    await until(lambda: remote(bench).tried > 3)
    remote(bench).trouble = None
    await until(lambda: len(remote(bench).branches) == 1)
    running.cancel()
