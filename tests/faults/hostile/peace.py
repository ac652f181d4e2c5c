"""A repository and the state of a gate that has made its good revision active: to be copied for each attack."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from gate.domain.policy_set import PolicySet
from tests.adapters.policy_repo.conftest import Upstream
from tests.faults.hostile.attack import Files
from tests.faults.hostile.gate_under_attack import GateUnderAttack
from tests.faults.hostile.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Peace:
    """What lies there, and what is active."""

    surroundings: Surroundings
    policy: PolicySet


async def made_active(gate: GateUnderAttack, files: Files, *, tried_out: bool = True) -> Peace:
    """Let a gate that knows nothing yet have these files active."""
    upstream = Upstream(gate.surroundings.upstream)
    upstream.commit(files)
    upstream.git("repack", "-a", "-d", "--quiet")  # one file to copy instead of hundreds
    if tried_out:
        await gate.look()
    else:
        await gate.trust()
    assert gate.active.policy is not None, gate.active.rejected or gate.active.trouble
    return Peace(gate.surroundings, gate.active.policy)


def copied(peace: Peace, folder: Path) -> Surroundings:
    """What one attack may lay waste."""
    surroundings = Surroundings(folder)
    shutil.copytree(peace.surroundings.folder, surroundings.folder)
    surroundings.furnish()
    return surroundings
