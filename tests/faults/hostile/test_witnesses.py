"""The witnesses of an attack see what they are there to see: without that, withstanding one means nothing."""

import subprocess
import time
from pathlib import Path

import pytest

from tests.adapters.policy_repo.conftest import PACK, Upstream
from tests.faults.hostile.gate_under_attack import GateUnderAttack
from tests.faults.hostile.peace import made_active
from tests.faults.hostile.pulse import Pulse
from tests.faults.hostile.surroundings import Surroundings

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def gate(tmp_path: Path) -> GateUnderAttack:
    gate = GateUnderAttack.credulous(Surroundings(tmp_path))
    await made_active(gate, PACK)
    gate.surroundings.furnish()
    return gate


async def test_a_policy_that_becomes_active_is_seen(gate: GateUnderAttack) -> None:
    Upstream(gate.surroundings.upstream).commit({"README.md": "All is well.\n"})
    with pytest.raises(AssertionError, match="it became active"):
        await gate.withstand()


async def test_a_repository_that_nobody_complains_about_is_seen(gate: GateUnderAttack) -> None:
    with pytest.raises(AssertionError, match="nobody is told"):
        await gate.withstand()


async def test_a_secret_in_a_finding_is_seen(gate: GateUnderAttack) -> None:
    Upstream(gate.surroundings.upstream).commit({"other.yaml": gate.surroundings.secret.read_text()})
    with pytest.raises(AssertionError, match="a file outside was read"):
        await gate.withstand()


def test_a_program_that_runs_is_seen(tmp_path: Path) -> None:
    around = Surroundings(tmp_path)
    around.furnish()
    before = around.traces()
    subprocess.run([around.script], check=True)  # noqa: S603 -- it is this test's own
    assert around.traces().keys() - before.keys() == {str(around.mark)}


def test_a_write_is_seen_but_for_the_gate_s_own_state(tmp_path: Path) -> None:
    around = Surroundings(tmp_path)
    around.furnish()
    around.state.mkdir()
    before = around.traces()
    (around.state / "mirror").write_text("own")
    assert around.traces() == before
    around.secret.write_text(around.secret.read_text().upper())
    assert around.traces() != before


async def test_a_pause_of_the_event_loop_is_seen() -> None:
    async with Pulse() as pulse:
        time.sleep(0.2)  # noqa: ASYNC251 -- a pause is what is wanted
    assert pulse.longest_pause_s > 0.1
