"""A policy with one thing wrong never becomes active, and its author is told what and where."""

from pathlib import Path

import pytest

from tests.adapters.policy_repo.conftest import Upstream
from tests.faults.hostile.attack import Attack
from tests.faults.hostile.gate_under_attack import GateUnderAttack
from tests.faults.hostile.mutations import PACK, mutations
from tests.faults.hostile.pack_fields import yaml_files
from tests.faults.hostile.peace import Peace, copied, made_active
from tests.faults.hostile.surroundings import Surroundings

pytestmark = pytest.mark.anyio
MUTATIONS = mutations()


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def peace(tmp_path_factory: pytest.TempPathFactory) -> Peace:
    surroundings = Surroundings(tmp_path_factory.mktemp("peace"))
    return await made_active(GateUnderAttack.credulous(surroundings), pack(), tried_out=False)


def pack() -> dict[str, str | bytes | None]:
    """The default pack, file by file."""
    rego = {path.relative_to(PACK).as_posix(): path.read_bytes() for path in sorted(PACK.rglob("*.rego"))}
    return {**yaml_files(PACK), **rego}


def test_there_are_at_least_two_hundred_and_no_two_are_the_same() -> None:
    assert len(MUTATIONS) >= 200
    assert len({attack.name for attack in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
async def test_a_mutated_file_is_refused_and_its_place_is_told(mutation: Attack, peace: Peace, tmp_path: Path) -> None:
    around = copied(peace, tmp_path / "attack")
    mutation.lay(Upstream(around.upstream), around)
    gate = GateUnderAttack.credulous(around, peace.policy)
    aftermath = await gate.withstand()
    assert gate.active.rejected is not None, aftermath.told
    assert mutation.is_answered_by(aftermath), aftermath.told
