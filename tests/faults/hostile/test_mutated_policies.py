"""A policy with one thing wrong never becomes active, and its author is told what and where."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gate.adapters.opa.engine import LocalEngine
from tests.adapters.policy_repo.conftest import Upstream
from tests.faults.hostile import mutations, rego_mutations
from tests.faults.hostile.attack import Attack
from tests.faults.hostile.gate_under_attack import GateUnderAttack
from tests.faults.hostile.pack_fields import yaml_files
from tests.faults.hostile.peace import Peace, copied, made_active
from tests.faults.hostile.surroundings import Surroundings

pytestmark = pytest.mark.anyio
MUTATIONS = mutations.mutations()
REGO_MUTATIONS = rego_mutations.mutations()


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def peace(tmp_path_factory: pytest.TempPathFactory) -> Peace:
    surroundings = Surroundings(tmp_path_factory.mktemp("peace"))
    return await made_active(GateUnderAttack.credulous(surroundings), pack(), tried_out=False)


@pytest.fixture(scope="module")
async def engine() -> AsyncIterator[LocalEngine]:
    engine = LocalEngine.embedded()
    yield engine
    await engine.close()


@pytest.fixture(scope="module")
async def judged_peace(tmp_path_factory: pytest.TempPathFactory, engine: LocalEngine) -> Peace:
    """The same, where a real engine judges."""
    surroundings = Surroundings(tmp_path_factory.mktemp("judged_peace"))
    return await made_active(GateUnderAttack(surroundings, engine), pack())


def pack() -> dict[str, str | bytes | None]:
    """The default pack, file by file."""
    rego = {
        path.relative_to(mutations.PACK).as_posix(): path.read_bytes()
        for path in sorted(mutations.PACK.rglob("*.rego"))
    }
    return {**yaml_files(mutations.PACK), **rego}


def test_there_are_at_least_two_hundred_and_no_two_are_the_same() -> None:
    names = [mutation.name for mutation in (*MUTATIONS, *REGO_MUTATIONS)]
    assert len(names) >= 200
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
async def test_a_mutated_file_is_refused_and_its_place_is_told(mutation: Attack, peace: Peace, tmp_path: Path) -> None:
    around = copied(peace, tmp_path / "attack")
    mutation.lay(Upstream(around.upstream), around)
    gate = GateUnderAttack.credulous(around, peace.policy)
    aftermath = await gate.withstand()
    assert gate.active.rejected is not None, aftermath.told
    assert mutation.is_answered_by(aftermath), aftermath.told


@pytest.mark.parametrize("mutation", REGO_MUTATIONS, ids=lambda mutation: mutation.name)
async def test_mutated_rego_is_refused_and_its_place_is_told(
    mutation: Attack, judged_peace: Peace, engine: LocalEngine, tmp_path: Path
) -> None:
    around = copied(judged_peace, tmp_path / "attack")
    mutation.lay(Upstream(around.upstream), around)
    gate = GateUnderAttack(around, engine, judged_peace.policy)
    aftermath = await gate.withstand()
    assert gate.active.rejected is not None, aftermath.told
    assert mutation.is_answered_by(aftermath), aftermath.told
