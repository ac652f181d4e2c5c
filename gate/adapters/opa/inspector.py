"""Has OPA parse a revision's modules, in a process that holds nothing of it. What is looked for is in `inspection`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gate.adapters.opa import refusals
from gate.adapters.opa.bundle import Content
from gate.adapters.opa.failures import SlowAnswerError
from gate.adapters.opa.inspection import RegoTestRule, inspected, tests_in
from gate.adapters.opa.launch import Launcher, Order
from gate.adapters.opa.limits import Limits
from gate.adapters.opa.local import LocalOpa
from gate.adapters.opa.syntax import Module
from gate.domain.bundle import Bundle
from gate.domain.errors import AssessmentError
from gate.domain.finding import Finding

_QUESTION: Final = "change_gate/inspection/module"
_REGO: Final = Path(__file__).with_name("inspection.rego")

Parsed = Module | tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found, and the tests that the revision brings."""

    findings: Sequence[Finding]
    tests: Sequence[RegoTestRule]


class Inspector:
    """Inspects revisions one after the other, and parses only what has changed since the one before."""

    def __init__(self, launcher: Launcher, limits: Limits) -> None:
        self._launcher = launcher
        self._limits = limits
        self._parsed: dict[tuple[str, str], Parsed] = {}

    async def inspect(self, bundle: Bundle) -> Inspection:
        """Look at every module. EngineError if OPA did not answer."""
        sources = tuple(bundle.modules.items())
        fresh = [source for source in sources if source not in self._parsed]
        parsed = self._parsed | (await self._parse(fresh) if fresh else {})
        self._parsed = {source: parsed[source] for source in sources}
        broken = [finding for result in self._parsed.values() if isinstance(result, tuple) for finding in result]
        modules = [result for result in self._parsed.values() if isinstance(result, Module)]
        # What a module that could not be read would have defined is unknown, so missing names are not reported then.
        return Inspection(broken or inspected(bundle, modules), tests_in(modules))

    async def _parse(self, sources: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Parsed]:
        content = Content("inspection", {_REGO.name: _REGO.read_text()}, {}, ("change_gate/inspection",))
        opa = await LocalOpa.start(self._launcher, Order(content, _QUESTION, self._limits))
        try:
            return {(path, source): await _parsed(opa, path, source) for path, source in sources}
        finally:
            await opa.close()


async def _parsed(opa: LocalOpa, path: str, source: str) -> Parsed:
    try:
        return Module.of_tree(path, await opa.query(_QUESTION, {"path": path, "source": source}))
    except (AssessmentError, SlowAnswerError) as refusal:
        return refusals.findings(refusal.message, [path])
