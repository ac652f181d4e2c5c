"""The same facts at the same revision give the same assessment on every engine: the default pack's own cases as corpus.

To the byte of their canonical JSON. What an `opa` of another version says is compared with what the embedded one says.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest

from gate.adapters.opa.engine import LocalEngine
from gate.adapters.opa.limits import Limits
from gate.adapters.policy_repo.working_copy import read_working_copy
from gate.domain.canonical import canonical
from gate.domain.case_facts import facts_of
from gate.domain.policy_set import PolicySet
from gate.ports import PolicyEngine
from tests.contract.opa_binaries import MISSING, OPA_BINARIES
from tests.contract.served_opa import served_engine

pytestmark = pytest.mark.anyio

PACK: Final = Path(__file__).parents[2] / "policies"
LIMITS: Final = Limits(answer_s=10)
AT_LEAST: Final = 60
"""So many cases the corpus must have, or the comparison says little."""


@pytest.fixture(scope="module")
def policy() -> PolicySet:
    return read_working_copy(PACK)


async def answers(policy: PolicySet, engine: PolicyEngine) -> Sequence[bytes]:
    """What the engine says of each case, exactly."""
    assert not await engine.prepare(policy.bundle)
    await engine.activate(policy.revision)
    return [canonical(await engine.assess(facts_of(case, policy))) for _, case in policy.cases]


async def embedded_answers(policy: PolicySet) -> Sequence[bytes]:
    engine = LocalEngine.embedded(LIMITS)
    try:
        return await answers(policy, engine)
    finally:
        await engine.close()


async def test_the_embedded_engine_says_the_same_twice(policy: PolicySet) -> None:
    assert len(policy.cases) >= AT_LEAST
    assert await embedded_answers(policy) == await embedded_answers(policy)


@pytest.mark.opa
@pytest.mark.skipif(not OPA_BINARIES, reason=MISSING)
@pytest.mark.parametrize("program", OPA_BINARIES, ids=lambda program: program.name)
@pytest.mark.parametrize("way", ["binary", "served"])
async def test_a_real_opa_says_the_same(policy: PolicySet, program: Path, way: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        if way == "served":
            engine: PolicyEngine = await stack.enter_async_context(served_engine(program, tmp_path, LIMITS))
        else:
            engine = LocalEngine.of_binary(program, LIMITS)
            stack.push_async_callback(engine.close)
        assert await answers(policy, engine) == await embedded_answers(policy)
