"""A policy repository that attacks the gate gains nothing: the last good revision stays, and it is told why."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gate.adapters.opa.engine import LocalEngine
from gate.adapters.opa.limits import Limits
from tests.adapters.policy_repo.conftest import PACK, Upstream
from tests.faults.hostile import rego_attacks
from tests.faults.hostile.attack import Attack
from tests.faults.hostile.gate_under_attack import GateUnderAttack
from tests.faults.hostile.peace import Peace, copied, made_active
from tests.faults.hostile.repositories import READ_WITHOUT_AN_ENGINE
from tests.faults.hostile.surroundings import Surroundings

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


LIMITS = Limits(answer_s=1.0, start_s=5.0)
"""What a gate gives its engine, but for the start, so that what never compiles ends a test soon."""


@pytest.fixture(scope="module")
async def peace(tmp_path_factory: pytest.TempPathFactory) -> Peace:
    surroundings = Surroundings(tmp_path_factory.mktemp("peace"))
    return await made_active(GateUnderAttack.credulous(surroundings), PACK)


@pytest.fixture(scope="module")
async def engine() -> AsyncIterator[LocalEngine]:
    engine = LocalEngine.embedded(LIMITS)
    yield engine
    await engine.close()


@pytest.fixture(scope="module")
async def judged_peace(tmp_path_factory: pytest.TempPathFactory, engine: LocalEngine) -> Peace:
    """The same, where a real engine judges."""
    surroundings = Surroundings(tmp_path_factory.mktemp("judged_peace"))
    return await made_active(GateUnderAttack(surroundings, engine), rego_attacks.GOOD)


def test_there_are_at_least_sixty_and_no_two_are_the_same() -> None:
    names = [attack.name for attack in (*READ_WITHOUT_AN_ENGINE, *rego_attacks.ATTACKS)]
    assert len(names) >= 60
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("attack", READ_WITHOUT_AN_ENGINE, ids=lambda attack: attack.name)
async def test_a_hostile_repository_is_withstood_and_told(attack: Attack, peace: Peace, tmp_path: Path) -> None:
    around = copied(peace, tmp_path / "attack")
    attack.lay(Upstream(around.upstream), around)
    gate = GateUnderAttack.credulous(around, peace.policy)
    aftermath = await gate.withstand()
    assert (gate.active.rejected is not None) is attack.readable
    assert attack.is_answered_by(aftermath), aftermath.told


@pytest.mark.parametrize("attack", READ_WITHOUT_AN_ENGINE[::15], ids=lambda attack: attack.name)
async def test_a_gate_started_on_a_hostile_repository_begins_with_the_last_good_revision(
    attack: Attack, peace: Peace, tmp_path: Path
) -> None:
    around = copied(peace, tmp_path / "attack")
    attack.lay(Upstream(around.upstream), around)
    gate = GateUnderAttack.credulous(around)
    await gate.start()
    assert gate.active.policy is not None
    assert gate.active.policy.revision == peace.policy.revision
    assert gate.active.rejected or gate.active.trouble


@pytest.mark.parametrize("attack", rego_attacks.ATTACKS, ids=lambda attack: attack.name)
async def test_hostile_rego_is_withstood_and_told(
    attack: Attack, judged_peace: Peace, engine: LocalEngine, tmp_path: Path
) -> None:
    around = copied(judged_peace, tmp_path / "attack")
    attack.lay(Upstream(around.upstream), around)
    gate = GateUnderAttack(around, engine, judged_peace.policy)
    aftermath = await gate.withstand()
    assert (gate.active.rejected is not None) is attack.readable, aftermath.told
    assert attack.is_answered_by(aftermath), aftermath.told
