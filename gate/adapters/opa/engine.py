"""The policy engine as local OPA processes, one a revision: the next starts beside the active one, then takes over.

A served OPA is in `served`; processes, queues and what an answer means are in their own modules.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Self

from gate.adapters.opa import refusals
from gate.adapters.opa.embedded import Embedded
from gate.adapters.opa.executable import Executable
from gate.adapters.opa.inspector import Inspector
from gate.adapters.opa.judging import judged
from gate.adapters.opa.launch import Launcher, LoadRefusedError
from gate.adapters.opa.limits import DEFAULT, Limits
from gate.adapters.opa.loaded import LoadedRevision
from gate.domain.assessment import Assessment
from gate.domain.bundle import Bundle
from gate.domain.errors import EngineBehindError
from gate.domain.facts import Facts
from gate.domain.finding import Finding
from gate.ports import EngineStatus, RegoTest


class LocalEngine:
    """`gate.ports.PolicyEngine` on OPA processes that the gate starts itself."""

    def __init__(self, launcher: Launcher, limits: Limits = DEFAULT) -> None:
        self._launcher = launcher
        self._limits = limits
        self._inspector = Inspector(launcher, limits)
        self._loaded: dict[str, LoadedRevision] = {}
        self._active: str | None = None
        self._going: set[asyncio.Task[None]] = set()
        self._changing = asyncio.Lock()

    @classmethod
    def embedded(cls, limits: Limits = DEFAULT) -> Self:
        """On OPA's code from PyPI."""
        return cls(Embedded(), limits)

    @classmethod
    def of_binary(cls, program: Path, limits: Limits = DEFAULT) -> Self:
        """On an `opa` executable."""
        return cls(Executable(program), limits)

    async def prepare(self, bundle: Bundle) -> Sequence[Finding]:
        """Inspect, then compile, with tests and without. Whatever is found is found before anything is evaluated."""
        async with self._changing:
            inspection = await self._inspector.inspect(bundle)
            if inspection.findings:
                return tuple(inspection.findings)
            try:
                loaded = await LoadedRevision.start(bundle, inspection.tests, self._launcher, self._limits)
            except LoadRefusedError as refused:
                return refusals.findings(str(refused), bundle.modules)
            await self._put(bundle.revision, loaded)
            return ()

    async def run_tests(self, revision: str) -> Sequence[RegoTest]:
        """Every `test_` rule of a prepared revision, in order of name."""
        return await self._require(revision).run_tests()

    async def activate(self, revision: str) -> None:
        """Swap. The others answer a little longer, for questions that were pinned to them just before."""
        async with self._changing:
            loaded = self._require(revision)
            self._active = revision
            for other in self._loaded.keys() - {revision}:
                self._let_go(self._depart(other, self._loaded[other]))
            await loaded.forget_tests()

    async def discard(self, revision: str) -> None:
        """End a prepared revision. Nothing happens if it is unknown. RuntimeError if it is the active one."""
        if revision == self._active:
            raise RuntimeError(f"revision {revision} is active; activate another instead")
        async with self._changing:
            loaded = self._loaded.pop(revision, None)
            if loaded is not None:
                await loaded.close()

    async def assess(self, facts: Facts) -> Assessment:
        """Judge at `facts.revision`, active, prepared or only just replaced."""
        return await judged(self._require(facts.revision).judge.query, facts)

    def status(self) -> EngineStatus:
        """The active process, and how often processes that are still there had to be restarted."""
        active = self._loaded.get(self._active or "")
        version = active.judge.version if active else ""
        restarts = sum(loaded.judge.restarts for loaded in self._loaded.values())
        return EngineStatus(self._launcher.kind, version, self._active, restarts)

    async def close(self) -> None:
        """End every process."""
        async with self._changing:
            self._active = None
            for going in self._going:
                going.cancel()
            await asyncio.gather(*self._going, return_exceptions=True)
            await asyncio.gather(*(loaded.close() for loaded in self._loaded.values()))
            self._loaded.clear()

    def _require(self, revision: str) -> LoadedRevision:
        try:
            return self._loaded[revision]
        except KeyError:
            raise EngineBehindError(
                f"the policy engine does not hold revision {revision[:12]}",
                hint="Pin the active revision and judge again.",
            ) from None

    async def _put(self, revision: str, loaded: LoadedRevision) -> None:
        """Make it known, in the place of an earlier copy of the same revision if there is one."""
        earlier = self._loaded.get(revision)
        self._loaded[revision] = loaded
        if earlier is not None:
            await earlier.retire()

    async def _depart(self, revision: str, loaded: LoadedRevision) -> None:
        """Linger, then go; unless it has become active again, or has been let go by somebody else."""
        await asyncio.sleep(self._limits.linger_s)
        if revision != self._active and self._loaded.get(revision) is loaded:
            del self._loaded[revision]
            await loaded.retire()

    def _let_go(self, going: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(going)
        self._going.add(task)
        task.add_done_callback(self._going.discard)
