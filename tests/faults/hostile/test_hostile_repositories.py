"""A policy repository that attacks the gate gains nothing: the last good revision stays, and it is told why."""

import shutil
from pathlib import Path

import pytest

from gate.domain.policy_set import PolicySet
from tests.adapters.policy_repo.conftest import PACK, Upstream
from tests.faults.hostile.attack import Attack
from tests.faults.hostile.gate_under_attack import GateUnderAttack
from tests.faults.hostile.repositories import READ_WITHOUT_AN_ENGINE
from tests.faults.hostile.surroundings import Surroundings

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


Peace = tuple[Surroundings, PolicySet]


@pytest.fixture(scope="module")
async def peace(tmp_path_factory: pytest.TempPathFactory) -> Peace:
    """A repository and the state of a gate that has made its good revision active, to be copied for each attack."""
    surroundings = Surroundings(tmp_path_factory.mktemp("peace"))
    Upstream(surroundings.upstream).commit(PACK)
    gate = GateUnderAttack.credulous(surroundings)
    await gate.look()
    assert gate.active.policy is not None
    return surroundings, gate.active.policy


@pytest.fixture
def around(peace: Peace, tmp_path: Path) -> Surroundings:
    surroundings = Surroundings(tmp_path / "attack")
    shutil.copytree(peace[0].folder, surroundings.folder)
    surroundings.furnish()
    return surroundings


@pytest.mark.parametrize("attack", READ_WITHOUT_AN_ENGINE, ids=lambda attack: attack.name)
async def test_a_hostile_repository_is_withstood_and_told(attack: Attack, peace: Peace, around: Surroundings) -> None:
    attack.lay(Upstream(around.upstream), around)
    gate = GateUnderAttack.credulous(around, peace[1])
    aftermath = await gate.withstand()
    assert (gate.active.rejected is not None) is attack.readable
    assert attack.is_answered_by(aftermath), aftermath.told
