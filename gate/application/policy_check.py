"""A policy revision tries itself out: it must compile, and pass its own tests and its own cases."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gate.domain.assessment import Assessment
from gate.domain.case import Case, Expected
from gate.domain.case_facts import facts_of
from gate.domain.decision import Decision, decide
from gate.domain.errors import CallerError, EngineBusyError, EngineError, PolicyError
from gate.domain.finding import Finding
from gate.domain.policy_set import PolicySet
from gate.ports import PolicyEngine, RegoTest

Progress = Callable[[str], None]
PATIENCE_S: Final = 120.0
"""How long the tests and cases of one revision may take in all. Thousands need seconds; a trial must end."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case and how it went: `differences` says what came out otherwise than expected."""

    path: str
    note: str
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything expected came out."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class PolicyReport:
    """What a revision's trial showed."""

    findings: tuple[Finding, ...] = ()
    tests: tuple[RegoTest, ...] = ()
    cases: tuple[CaseResult, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against the revision."""
        return not self.errors()

    def errors(self) -> tuple[Finding, ...]:
        """What speaks against it."""
        return tuple(finding for finding in self.all_findings() if finding.severity == "error")

    def all_findings(self) -> tuple[Finding, ...]:
        """The findings, and the failed tests and cases as findings."""
        tests = tuple(
            Finding(message=f"test {test.name} failed{f': {test.message}' if test.message else ''}", path=test.path)
            for test in self.tests
            if not test.passed
        )
        cases = tuple(
            Finding(message=f"case {case.note!r}: {'; '.join(case.differences)}", path=case.path)
            for case in self.cases
            if not case.passed
        )
        return (*self.findings, *tests, *cases)


async def try_out(
    policy: PolicySet, engine: PolicyEngine, progress: Progress = lambda _: None, patience_s: float = PATIENCE_S
) -> PolicyReport:
    """Compile the revision in the engine beside the active one, then run its tests and cases.

    What may be wrong with it, its warnings, is not looked for: it speaks against nothing, and that takes a while.
    A revision that passes stays prepared; whoever asked activates or discards it. EngineError if there was no answer.
    """
    progress(f"compiling {len(policy.modules)} Rego modules")
    findings = tuple(await engine.prepare(policy.bundle))
    if any(finding.severity == "error" for finding in findings):
        return PolicyReport(findings)
    tests: list[RegoTest] = []
    cases: list[CaseResult] = []
    try:
        async with asyncio.timeout(patience_s):
            progress("running test_ rules")
            tests += await engine.run_tests(policy.revision)
            for number, (path, case) in enumerate(policy.cases, start=1):
                progress(f"case {number} of {len(policy.cases)}")
                cases.append(await run_case(policy, engine, path, case))
    except TimeoutError:
        message = (
            f"its tests and cases take longer than {patience_s:g} s; {len(cases)} of {len(policy.cases)} cases ran"
        )
        findings += (Finding(message=message, hint="Find the slow ones with `gate policy test`, or keep fewer."),)
    return PolicyReport(findings, tuple(tests), tuple(cases))


async def run_case(policy: PolicySet, engine: PolicyEngine, path: str, case: Case) -> CaseResult:
    """Take one case down the path, with what is given in place of the store. EngineError if there was no answer."""
    try:
        # On a thread: the calendar has looked ahead to now, and a case may be of any day.
        facts = await asyncio.to_thread(facts_of, case, policy)
        assessment = await engine.assess(facts)
        decision = decide(facts, assessment)
    except EngineBusyError:
        raise  # that says nothing of the policy: whoever tries it out tries again
    except (CallerError, PolicyError) as error:
        return CaseResult(path, case.note, (error.message,))
    except EngineError as error:
        # One case that the engine cannot judge must not hide the others; it fails like any other.
        return CaseResult(path, case.note, (f"the engine gave no answer: {error.message}",))
    return CaseResult(path, case.note, tuple(_differences(case, assessment, decision)))


def _differences(case: Case, assessment: Assessment, decision: Decision) -> list[str]:
    expect = case.expect
    pairs: list[tuple[str, str, str]] = [("outcome", expect.outcome, decision.outcome)]
    if expect.change_class is not None:
        pairs.append(("class", expect.change_class, decision.change_class))
    if expect.lane is not None:
        pairs.append(("lane", expect.lane, decision.lane or "none"))
    if expect.risk is not None:
        pairs.append(("risk", expect.risk, decision.risk.risk_class))
    for step, status in expect.verdicts.items():
        verdict = assessment.verdicts.get(step)
        pairs.append((step, status, verdict.status if verdict else "not demanded"))
    pairs += _about_bypasses(expect, decision)
    return [f"{what} is {got}, expected {wanted}" for what, wanted, got in pairs if got != wanted]


def _about_bypasses(expect: Expected, decision: Decision) -> Iterator[tuple[str, str, str]]:
    said = {bypass.id: [reason.code for reason in bypass.reasons] for bypass in decision.bypasses}
    for bypass, codes in expect.bypasses.items():
        yield f"bypass {bypass}", _listed(codes), _listed(said.get(bypass, ()))
    if expect.lifted is not None:
        lifted = {step.step: step.lifted_by for step in decision.steps if step.lifted_by}
        yield "what is lifted", _lifting(expect.lifted), _lifting(lifted)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words) or "nothing"


def _lifting(lifted: Mapping[str, str]) -> str:
    return _listed(f"{step} by {bypass}" for step, bypass in sorted(lifted.items()))
