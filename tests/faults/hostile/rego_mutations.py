"""Rego with one thing wrong: generated from the default pack, the same each time.

Those of the first kind no compiler takes. Those of the second are caught by the pack's own tests and cases, which is
what these are for: a rule that is dropped, a verdict that does not exist, an assessment with a part missing.
"""

import re
from collections.abc import Iterator
from typing import Final

from tests.faults.hostile.attack import Attack
from tests.faults.hostile.mutations import PACK

STEPS: Final = ("freeze", "evidence", "conflict", "capacity", "peer_review", "segregation_of_duties")
RULES: Final = tuple(f"rego/steps/{step}.rego" for step in STEPS)
OTHERS: Final = ("rego/assessment.rego", "rego/risk.rego", "rego/lanes.rego", "rego/lib/people.rego")
PARTS: Final = ("revision", "class", "lane", "risk", "required", "verdicts", "bypasses")


def mutations() -> tuple[Attack, ...]:
    """All of them."""
    return (*_that_do_not_compile(), *_that_fail_their_own_tests())


def _that_do_not_compile() -> Iterator[Attack]:
    for path in (*RULES, *OTHERS):
        yield _replaced(path, "without its last brace", r"\}([^}]*)\Z", r"\1", "")
    for path in RULES[:3]:
        yield _replaced(path, "without its package", r"(?m)^package .*\n", "", "package expected")
        yield _replaced(path, "of a foreign package", r"(?m)^package gate", "package gait", "is not the gate's")
        yield _replaced(path, "with an unknown function", r"sprintf\(", "sprintff(", "sprintff is neither defined")
        yield _with_more(path, "a variable that nobody sets", "extra := nowhere\n", "var nowhere is unsafe")
    for path in RULES[3:]:
        yield _replaced(path, "without its imports", r"(?m)^import .*\n", "", "")
        yield _cut_off(path)
    for path in OTHERS[:2]:
        yield _with_more(path, "a sum of a number", "extra := sum(1)\n", "rego_type_error")
        yield _with_more(path, "the language of before", "extra { true }\n", "`if` keyword is required")
        yield _not_utf8(path)
    yield _replaced(
        "rego/assessment.rego", "with a rule in place of the steps", r"\brequired\b", "steps", "conflicts with"
    )


def _that_fail_their_own_tests() -> Iterator[Attack]:
    for step in ("freeze", "conflict", "capacity"):
        rule, test = f"rego/steps/{step}.rego", f"rego/steps/{step}_test.rego"
        failed = f"test data.gate.steps.{step}_test"
        yield _replaced(rule, "without its default", r"(?m)^default verdict := .*\n", "", failed, test)
        yield _replaced(test, "whose test says the opposite", r" == ", " != ", failed, test, once=True)
    rule, says = "rego/steps/freeze.rego", "status: Input should be"
    yield _replaced(rule, "with a verdict that is none", '"satisfied"', '"agreed"', says, "cases/calendar.yaml")
    rule, failed, test = (
        "rego/steps/evidence.rego",
        "test data.gate.steps.evidence_test",
        "rego/steps/evidence_test.rego",
    )
    yield _replaced(rule, "under another name", "(?m)^package .*", "package gate.steps.evidense", failed, test)
    rule, test = "rego/steps/conflict.rego", "rego/steps/conflict_test.rego"
    second = 'verdict := {"status": "failed", "reasons": []} if true\n'
    yield _with_more(rule, "a second opinion", second, "eval_conflict_error", test)
    for part in PARTS:
        yield _without_part(part)


def _without_part(part: str) -> Attack:
    """Where a test of the pack looks at that part, it already finds that there is none."""
    looked_at = ("undefined ref", "rego/assessment_test.rego")
    says, told = (
        looked_at if part != "class" else ("is not an assessment: class: Field required", "cases/calendar.yaml")
    )
    return _replaced("rego/assessment.rego", f"without {part}", rf'(?m)^\t"{part}": .*\n', "", says, told)


def _replaced(path: str, what: str, pattern: str, by: str, says: str, told: str = "", *, once: bool = False) -> Attack:
    text = (PACK / path).read_text()
    mutated = re.sub(pattern, by, text, count=int(once))
    assert mutated != text, f"{pattern} is not in {path}"
    return Attack.by_files(f"{path} {what}", {path: mutated}, says, told or path)


def _with_more(path: str, what: str, more: str, says: str, told: str = "") -> Attack:
    text = (PACK / path).read_text()
    line = 0 if told else text.count("\n") + 2
    return Attack.by_files(f"{path} with {what}", {path: f"{text}\n{more}"}, says, told or path, line)


def _cut_off(path: str) -> Attack:
    """Inside of its last pair of braces."""
    text = (PACK / path).read_text()
    return Attack.by_files(f"{path} cut off", {path: text[: text.rindex("{") + 1]}, "rego_parse_error")


def _not_utf8(path: str) -> Attack:
    content = bytearray((PACK / path).read_bytes())
    at = content.index(b"package")
    content[at] |= 0x80
    line = content.count(b"\n", 0, at) + 1
    return Attack.by_files(f"{path} with one bit flipped", {path: bytes(content)}, "is not UTF-8", line=line)
