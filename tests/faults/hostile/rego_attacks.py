"""Hostile Rego: that reaches out, takes over, contradicts itself, explodes when it is parsed, or never ends.

Laid over a policy that a real engine accepts, small enough to be tried out in a moment.
"""

from itertools import pairwise
from typing import Final

from tests.adapters.policy_repo.conftest import PACK
from tests.faults.hostile.attack import Attack

_COMMIT: Final = "4f0c" * 10
_ASSESSMENT: Final = """\
package gate

assessment := {
	"revision": data.policy.revision,
	"class": "normal",
	"lane": null,
	"risk": {"class": "low", "score": 0, "factors": []},
	"required": ["freeze"],
	"verdicts": {"freeze": data.gate.steps.freeze.verdict},
	"bypasses": {},
}
"""
_FREEZE: Final = """\
package gate.steps.freeze

default verdict := {"status": "failed", "reasons": []}

verdict := {"status": "satisfied", "reasons": []} if count(input.windows) == 0
"""
_TEST: Final = """\
package gate.steps.freeze_test

import data.gate.steps.freeze

test_open if freeze.verdict.status == "satisfied" with input.windows as []
"""
_CASES: Final = f"""\
kind: Cases
cases:
  - note: nothing stands in the way
    at: 2026-11-02T10:00:00Z
    request: {{service: payments, environment: production, commit: {_COMMIT}}}
    expect: {{outcome: approved}}
"""
_FREEZE_FILE: Final = "rego/steps/freeze.rego"
_TEST_FILE: Final = "rego/steps/freeze_test.rego"
_ASSESSMENT_FILE: Final = "rego/assessment.rego"
_EVIL: Final = "rego/evil.rego"
_EVIL_TEST: Final = "rego/evil_test.rego"
GOOD: Final = PACK | {
    _ASSESSMENT_FILE: _ASSESSMENT,
    _FREEZE_FILE: _FREEZE,
    _TEST_FILE: _TEST,
    "cases/open.yaml": _CASES,
}
"""What is active before each attack."""

_PACKAGE: Final = "package gate.evil\n\n"
_CASE: Final = "case 'nothing stands in the way'"
_SLOW: Final = "did not answer in time"


def _evil(what: str, rego: str, says: str, line: int = 0) -> Attack:
    return Attack.by_files(what, {_EVIL: _PACKAGE + rego}, says, line=line)


def _evil_test(what: str, rego: str, says: str) -> Attack:
    return Attack.by_files(what, {_EVIL_TEST: _PACKAGE + rego}, says)


def _calls(name: str, arguments: str, says: str) -> Attack:
    return _evil(f"a call of {name}", f"x := {name}({arguments})\n", f"{name} {says}", 3)


def _step(what: str, rego: str, says: str, path: str = _FREEZE_FILE, line: int = 0) -> Attack:
    return Attack.by_files(what, {_FREEZE_FILE: rego}, says, path, line)


_OUTSIDE: Final = "reaches outside"
_REACHING: Final = (
    _calls("http.send", '{"method": "GET", "url": "http://127.0.0.1:9"}', _OUTSIDE),
    _calls("net.lookup_ip_addr", '"localhost"', _OUTSIDE),
    _calls("providers.aws.sign_req", "{}, {}, 1", _OUTSIDE),
    _calls("json.match_schema", '{}, {"$ref": "http://127.0.0.1:9"}', _OUTSIDE),
    _calls("opa.runtime", "", "looks into the process"),
    _calls("rego.parse_module", '"a", "b"', "looks into the process"),
    _calls("rand.intn", '"seed", 6', "depends on chance"),
    _calls("uuid.rfc4122", '"seed"', "depends on chance"),
    _calls("time.now_ns", "", "reads the clock"),
    _calls("io.jwt.decode_verify", '"a", {}', "reads the clock"),
    _evil("a function replaced by http.send", "x if upper(1) == 1 with upper as http.send\n", "http.send reaches", 3),
    _evil(
        "http.send deep in a comprehension",
        "x := [y | some z in [1]; y := {http.send({}): z}]\n",
        "http.send reaches",
        3,
    ),
    _evil_test("http.send in a test", "test_x if http.send({}).status_code == 200\n", "http.send reaches"),
    _evil("a call of what OPA may bring one day", "x := os.exec(1)\n", "os.exec is neither defined", 3),
    _evil("a document of somebody else", "x := data.system.main\n", "data.system.main is not part of the policy", 3),
)

_TAKING_OVER: Final = (
    Attack.by_files(
        "the package that lets requests in",
        {_EVIL: "package system.authz\n\nallow := true\n"},
        "is not the gate's",
        line=1,
    ),
    Attack.by_files(
        "a package over the repository's documents",
        {_EVIL: "package policy\n\nrevision := 1\n"},
        "is not the gate's",
        line=1,
    ),
    Attack.by_files(
        "a package in place of the assessment", {_EVIL: "package gate.assessment\n\nrisk := 1\n"}, "conflict", ""
    ),
    Attack.by_files(
        "a package whose name is a query", {_EVIL: 'package gate["x == 1; true"]\n\nx := 1\n'}, "is not the gate's"
    ),
    Attack.by_files(
        "a second assessment",
        {_EVIL: "package gate\n\nassessment := {}\n"},
        "must not produce multiple outputs",
        "cases/open.yaml",
    ),
    Attack.by_files(
        "a test that adds to what it tests",
        {_TEST_FILE: 'package gate.steps.freeze\n\nverdict := {"status": "satisfied"} if true\n'},
        "the test adds to rule verdict",
        line=3,
    ),
    Attack.by_files(
        "an assessment in a test only",
        {_ASSESSMENT_FILE: None, "rego/assessment_test.rego": _ASSESSMENT},
        "no rule `assessment`",
        "",
    ),
    Attack.by_files(
        "a test of a name that hides another",
        {_TEST_FILE: _TEST + "\ntest_open if true\n\ntest_open if false\n"},
        "rules have this name",
    ),
    Attack.by_files("a test that holds nothing", {_EVIL_TEST: _PACKAGE + 'test_x := "true"\n'}, "it is true, not true"),
)

_ANSWERING: Final = (
    Attack.by_files(
        "an assessment of another revision",
        {_ASSESSMENT_FILE: _ASSESSMENT.replace("data.policy.revision", f'"{_COMMIT}"')},
        "judged at revision",
        "cases/open.yaml",
    ),
    Attack.by_files(
        "an assessment without its risk",
        {_ASSESSMENT_FILE: _ASSESSMENT.replace('"risk"', '"rysk"')},
        "risk: Field required",
        "cases/open.yaml",
    ),
    Attack.by_files(
        "an assessment that requires nothing",
        {_ASSESSMENT_FILE: _ASSESSMENT.replace('["freeze"]', "[]")},
        _CASE,
        "cases/open.yaml",
    ),
    Attack.by_files(
        "an assessment with points beyond 64 bits",
        {_ASSESSMENT_FILE: _ASSESSMENT.replace('"score": 0', '"score": 1e400')},
        _CASE,
        "cases/open.yaml",
    ),
    _step(
        "a verdict that is none",
        _FREEZE.replace('"satisfied"', '"agreed"'),
        "verdicts.freeze.status",
        "cases/open.yaml",
    ),
    _step(
        "a verdict of a million reasons",
        _FREEZE
        + '\nverdict := {"status": "satisfied", "reasons": [reason | some _ in numbers.range(1, 1000000)]} if true\n'
        + '\nreason := {"code": "x", "message": "y"}\n',
        _CASE,
        "cases/open.yaml",
    ),
    _step(
        "a step that contradicts itself",
        _FREEZE + '\nverdict := {"status": "waiting"} if true\n',
        "multiple outputs",
        "cases/open.yaml",
    ),
    _step("a step that says nothing", "package gate.steps.freeze\n", _CASE, "cases/open.yaml"),
)

_LOOP: Final = "some a in numbers.range(1, 100000); some b in numbers.range(1, 100000); a * b == -1"
_ENDLESS: Final = (
    _step(
        "a verdict that takes years",
        f'{_FREEZE}\nverdict := {{"status": "waiting"}} if {{ {_LOOP} }}\n',
        _SLOW,
        "cases/open.yaml",
    ),
    _evil_test("a test that takes years", f"test_x if {{ {_LOOP} }}\n", _SLOW),
    _evil_test("three tests that take years", "".join(f"test_{i} if {{ {_LOOP} }}\n\n" for i in range(3)), _SLOW),
    _evil_test(
        "a test that fills the memory",
        "test_x if { x := [y | some a in numbers.range(1, 100000); y := numbers.range(1, a)]; count(x) == 0 }\n",
        "test data.gate.evil.test_x failed",
    ),
    _evil_test(
        "a number of a thousand million digits",
        "test_x if {\n\tx0 := 9999999999\n"
        + "".join(f"\tx{i + 1} := x{i} * x{i}\n" for i in range(30))
        + "\tx30 == 1\n}\n",
        _SLOW,
    ),
    _evil_test(
        "an answer of three million numbers",
        "test_x := numbers.range(1, 3000000)\n",
        "test data.gate.evil.test_x failed",
    ),
    _evil_test(
        "a pattern of a million repetitions",
        'test_x if regex.match("(a{1000}){1000}", "aaaa")\n',
        "invalid repeat count",
    ),
    _evil_test(
        "a glob of nested choices",
        f'test_x if glob.match("{"{a,b" * 20}{"}" * 20}", [], "c")\n',
        "test data.gate.evil.test_x failed",
    ),
    _evil_test(
        "a shift that ends the engine",
        "test_x if bits.lsh(1, 100000000000) == 1\n",
        "test data.gate.evil.test_x failed",
    ),
)

# So that it is refused even where a machine reads it in time.
_UNSAFE: Final = "\n\nbad := nowhere\n"
# Annotations are only read where a rule asks for them.
_ASKING: Final = "x := rego.metadata.rule()\n"


def _vast(what: str, rego: str) -> Attack:
    return _evil(what, rego + _UNSAFE, "")


_PARSING: Final = (
    _vast("ten thousand rules", "\n".join(f"r{i} := {i}" for i in range(10_000))),
    _vast("twenty thousand lists in each other", f"x := {'[' * 20_000}{']' * 20_000}"),
    _vast("a quarter million open brackets", "x := " + "[" * 250_000),
    _vast("a reference of a hundred thousand names", "x := input" + ".a" * 100_000),
    _evil(
        "twenty thousand parentheses",
        f"x := {'(' * 20_000}1{')' * 20_000}\n",
        "max parsing recursion depth exceeded",
        3,
    ),
    _evil(
        "an alias bomb in an annotation",
        "# METADATA\n# custom:\n#   a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"#   {n}: &{n} [{','.join([f'*{b}'] * 9)}]\n" for b, n in pairwise("abcdefghi"))
        + _ASKING,
        "excessive aliasing",
    ),
    _evil(
        "brackets in an annotation",
        f"# METADATA\n# title: x\n# custom: {{a: {'[' * 20_000}}}\n{_ASKING}",
        "exceeded max depth",
    ),
    _evil(
        "comprehensions in each other, each compiled twice",
        "x := " + "[" * 20 + "1" + "|true]" * 20 + "\n",
        "was not ready within",
    ).without_verdict(),
    _evil("rules that define each other", "a := b\n\nb := a\n", "is recursive", 3),
    _evil("a variable that nobody sets", "x := y\n", "var y is unsafe", 3),
    _evil("the language of before", "allow { true }\n", "`if` keyword is required", 3),
    Attack.by_files("Rego that is no text", {_EVIL: b'package gate.evil\n\nx := "\xff"\n'}, "is not UTF-8", line=3),
    Attack.by_files(
        "Rego that reads backwards", {_EVIL: _PACKAGE + "x := 1 # \u202e\n"}, "U+202E is not allowed", line=3
    ),
    Attack.by_files(
        "two thousand modules and one",
        {f"rego/m{i:04}.rego": f"package gate.m{i}\n" for i in range(2_001)},
        "more than 2000 Rego modules",
        "rego/m1999.rego",
    ),
)

ATTACKS: Final = (*_REACHING, *_TAKING_OVER, *_ANSWERING, *_ENDLESS, *_PARSING)
