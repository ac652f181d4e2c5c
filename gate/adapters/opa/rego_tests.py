"""Runs the `test_` rules of a revision, each by a query of its own: one that breaks or runs away fails alone.

All of them go through one generated rule that picks a test by its name. A query for each document would be simpler, but
the embedded engine compiles the whole policy anew for every document that it is asked for, and keeps each copy.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from gate.adapters.opa.bundle import Content
from gate.adapters.opa.failures import SlowAnswerError, UndefinedError
from gate.adapters.opa.inspection import RegoTestRule
from gate.adapters.opa.judging import Query
from gate.domain.bundle import Bundle
from gate.domain.errors import AssessmentError, EngineError
from gate.ports import RegoTest

QUESTION: Final = "change_gate/tests/outcome"

_ATTEMPTS: Final = 2
"""If OPA dies over a test it may have been the world; if it dies twice, it was the test."""
_ROOT: Final = "change_gate/tests"
_HEAD: Final = "package change_gate.tests\n"
_RULE: Final = """
outcome := value if {{
	input.test == "{name}"
	value := {name} with input as {{}}
}}
"""


def content(bundle: Bundle, rules: Iterable[RegoTestRule]) -> Content:
    """A revision with its tests, and the rule that picks one. The inspection has made sure that names are plain."""
    picking = _HEAD + "".join(_RULE.format(name=rule.name) for rule in rules)
    policy = Content.of_policy(bundle)
    modules = {**policy.modules, f"{_ROOT}.rego": picking}
    return Content(policy.revision, modules, policy.documents, (*policy.roots, _ROOT))


async def results(query: Query, rules: Iterable[RegoTestRule]) -> Sequence[RegoTest]:
    """How each went. A test that takes too long, or that OPA dies over, is a failed one."""
    return tuple([await _result(query, rule) for rule in rules])


async def _result(query: Query, rule: RegoTestRule) -> RegoTest:
    if rule.is_todo:
        return RegoTest(rule.name, rule.path, passed=True, message="skipped: its name says that it is to do")
    message = await _failure(query, rule)
    return RegoTest(rule.name, rule.path, passed=not message, message=message)


async def _failure(query: Query, rule: RegoTestRule) -> str:
    """Why it failed; empty if it passed. Only `true` passes: not undefined, not a set of cases of which some hold."""
    if rule.defined > 1:
        return f"{rule.defined} rules have this name, and one that holds would hide the others; rename them"
    died = ""
    for _ in range(_ATTEMPTS):
        try:
            value = await query(QUESTION, {"test": rule.name})
        except UndefinedError:
            return "it is undefined: one of its conditions does not hold"
        except (AssessmentError, SlowAnswerError) as error:
            return error.message
        except EngineError as error:
            died = error.message
        else:
            return "" if value is True else f"it is {str(value)[:80]}, not true"
    return died
