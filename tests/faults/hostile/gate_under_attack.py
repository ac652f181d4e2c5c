"""A gate that follows a policy repository which turns hostile: real git, the real activation, any policy engine.

The store is the simulator: what is written down about a rejection is looked at here, not how it lasts.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from gate.adapters.clock import SystemClock
from gate.adapters.policy_repo.address import Address
from gate.adapters.policy_repo.git import Limits
from gate.adapters.policy_repo.source import GitPolicySource
from gate.application.activation import Activation
from gate.application.active_policy import ActivePolicy
from gate.domain.finding import Finding
from gate.domain.policy_set import PolicySet
from gate.ports import PolicyEngine
from tests.faults.hostile.pulse import Pulse
from tests.faults.hostile.surroundings import CANARY, Surroundings
from tests.simulators.policy_engine import PolicyEngineSimulator, SimulatedPolicy
from tests.simulators.store import StoreSimulator

PATIENCE: Final = Limits(remote_s=8, local_s=8, memory_bytes=1 << 29)
"""Shorter than a gate has, so that what never ends ends a test soon."""
LONGEST_PAUSE_S: Final = 2.0
LONGEST_LOOK_S: Final = 60.0
"""No measurement: a look that takes this long on a busy machine would take for ever on an idle one."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a look at a hostile repository came to."""

    findings: tuple[Finding, ...]
    trouble: str
    took_s: float
    longest_pause_s: float

    @property
    def told(self) -> str:
        """Everything that was said about it."""
        return "\n".join([*(str(finding) for finding in self.findings), self.trouble])


class GateUnderAttack:
    """One gate on a state folder, with a good revision active."""

    def __init__(self, surroundings: Surroundings, engine: PolicyEngine, good: PolicySet | None = None) -> None:
        self.surroundings = surroundings
        self.active = ActivePolicy(policy=good)
        self.engine = engine
        self.store = StoreSimulator()
        self._source = GitPolicySource(
            Address.local(surroundings.upstream, branch="main"), surroundings.state, limits=PATIENCE
        )
        self._activation = Activation(self.active, self._source, engine, self.store, SystemClock())

    @classmethod
    def credulous(cls, surroundings: Surroundings, good: PolicySet | None = None) -> Self:
        """A gate whose engine accepts everything: whatever the loader lets through becomes active."""
        return cls(surroundings, PolicyEngineSimulator(lambda _bundle: SimulatedPolicy()), good)

    async def trust(self) -> None:
        """Make what the repository holds active without trying it out."""
        revision = await self._source.fetch()
        self.active.policy = await self._source.load(revision)
        await self._source.keep(revision)

    async def start(self) -> None:
        """Begin as a gate does that was ended and started again."""
        await self._activation.begin()

    async def look(self) -> None:
        """Look at the repository."""
        await self._activation.look()

    async def withstand(self) -> Aftermath:
        """Look at the repository, and see that the attack gained nothing. What it came to is for the test to judge."""
        good, before, engines = self.active.policy, self.surroundings.traces(), _children_named("python")
        begun = time.monotonic()
        async with Pulse() as pulse:
            await self.look()
        took_s = time.monotonic() - begun
        rejected = self.active.rejected
        aftermath = Aftermath(rejected.findings if rejected else (), self.active.trouble, took_s, pulse.longest_pause_s)
        assert self.active.policy is good, "it became active"
        assert rejected or self.active.trouble, "nobody is told"
        assert "the gate failed" not in self.active.trouble, "a defect, not a verdict"
        assert good is None or await self._source.last_good() == good.revision, "the last good revision is forgotten"
        self._saw_nothing_outside(aftermath)
        assert self.surroundings.traces() == before, "something outside of the state folder was written or run"
        assert not list((self.surroundings.state / "home").iterdir()), "git left something in its home"
        assert _children_named("git") == [], "git still runs"
        assert _children_named("python") == engines, "an engine of the refused revision still runs"
        assert aftermath.longest_pause_s < LONGEST_PAUSE_S, "everybody else had to wait"
        assert aftermath.took_s < LONGEST_LOOK_S, "it took too long"
        return aftermath

    def _saw_nothing_outside(self, aftermath: Aftermath) -> None:
        told = aftermath.told.encode() + b"".join(note.body for note in self.store.notes)
        assert CANARY.encode() not in told, "a file outside was read"


def _children_named(name: str) -> list[int]:
    """The processes that this one started and that still run such a program."""
    children = [child for thread in Path("/proc/self/task").iterdir() for child in _children_of(thread)]
    return [int(child) for child in children if (Path("/proc") / child / "comm").read_text().startswith(name)]


def _children_of(thread: Path) -> list[str]:
    try:
        return (thread / "children").read_text().split()
    except FileNotFoundError:  # it ended meanwhile
        return []
