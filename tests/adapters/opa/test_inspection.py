"""What is found in a policy before anything of it is loaded. The trees are made by the real parser."""

import json
import subprocess
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest

from gate.adapters.opa.embedded import Embedded
from gate.adapters.opa.inspection import inspected as inspect
from gate.adapters.opa.inspector import Inspection, Inspector
from gate.adapters.opa.launch import Order, Running
from gate.adapters.opa.limits import DEFAULT
from gate.adapters.opa.portable import PORTABLE, REFUSED
from gate.adapters.opa.syntax import Module
from gate.domain.bundle import Bundle
from tests.contract.opa_binaries import MISSING, OPA_BINARIES

pytestmark = pytest.mark.anyio

ASSESSMENT = "package gate\n\nassessment := {}\n"


class CountingLauncher:
    """The embedded launcher, and how often it was needed."""

    kind = "embedded"
    parallel = 1

    def __init__(self) -> None:
        self.launches = 0

    async def launch(self, order: Order) -> Running:
        self.launches += 1
        return await Embedded().launch(order)


async def inspected(**modules: str) -> Inspection:
    named = {f"rego/{name}.rego": source for name, source in modules.items()}
    sources = {"rego/assessment.rego": ASSESSMENT, **named}
    return await Inspector(Embedded(), DEFAULT).inspect(Bundle("r1", sources, {}))


async def complaints(**modules: str) -> list[str]:
    """`path:line: the first words` of each finding."""
    return [f"{f.path}:{f.line}: {f.message.split()[0]}" for f in (await inspected(**modules)).findings]


async def test_an_ordinary_policy_has_nothing_to_complain_about() -> None:
    source = """\
package gate.steps.x

import rego.v1
import data.gate.lib
import data.gate.lib.double as twice

default verdict := {"status": "failed"}

verdict := {"status": "satisfied", "reasons": [$"{input.change.id}" | some r in closed; contains(r, "x")]} if {
	every w in input.windows { w.end_ns < input.at_ns }
	not helper(input.change) with input.at_ns as 5
	lib.half(4) + twice(2) - 1 == 5
	data.gate.lib.half(4) == 2
	print("here", time.clock(input.at_ns), {1, 2} & {2}, lower("X"))
	net.cidr_contains("10.0.0.0/8", "10.1.1.1")
	walk(input, [_, "http"])
	data.policy.steps[input.step].bypass == "never"
}

closed contains sprintf("%v", [n]) if some n in numbers.range(1, 3)

helper(change) if change.id in {"a", "b"}

other.deep(x) := x

y := other.deep(1)
"""
    lib = "package gate.lib\n\nhalf(x) := x / 2\n\ndouble(x) := shared(x)\n"
    shared = "package gate.lib\n\nshared(x) := x * 2\n"

    assert await complaints(x=source, lib=lib, shared=shared) == []


async def test_whatever_depends_on_more_than_its_arguments_is_refused_however_it_is_reached() -> None:
    source = """\
package gate.steps.x

called := http.send({})
as_expression if net.lookup_ip_addr("x")
nested := [1 | some n in [rand.intn("x", 2)]]
in_head[uuid.rfc4122("x")] := 1
in_a_text := $"now: {time.now_ns()}"
put_in_place if lower("x") with lower as opa.runtime
replaced if true with json.match_schema as 1
as_an_argument(x) if x with data.gate.f as io.jwt.decode_verify
in_depth := crypto.x509.parse_and_verify_certificates("x")
in_brackets := rego["parse_module"]("a", "b")
every_one if every n in [1] { providers.aws.sign_req(n) }
or_else := 1 if false
else := io.jwt.encode_sign({}, {}, {})
"""

    assert await complaints(x=source) == [
        "rego/x.rego:0: rego.parse_module",
        "rego/x.rego:3: http.send",
        "rego/x.rego:4: net.lookup_ip_addr",
        "rego/x.rego:5: rand.intn",
        "rego/x.rego:6: uuid.rfc4122",
        "rego/x.rego:7: time.now_ns",
        "rego/x.rego:8: opa.runtime",
        "rego/x.rego:9: json.match_schema",
        "rego/x.rego:10: io.jwt.decode_verify",
        "rego/x.rego:11: crypto.x509.parse_and_verify_certificates",
        "rego/x.rego:13: providers.aws.sign_req",
        "rego/x.rego:15: io.jwt.encode_sign",
    ]


async def test_a_rule_of_that_name_does_not_make_a_refused_function_harmless() -> None:
    assert await complaints(x="package gate.x\n\nhttp := 1\n\ny := http.send({})\n") == ["rego/x.rego:5: http.send"]


async def test_a_function_that_a_later_opa_may_bring_is_refused_until_somebody_has_looked_at_it() -> None:
    assert await complaints(x='package gate.x\n\ny := oracle.ask("x")\n') == ["rego/x.rego:3: oracle.ask"]


async def test_words_in_comments_and_texts_are_no_calls() -> None:
    assert await complaints(x='package gate.x\n\n# http.send is refused\ny := "http.send"\n') == []


@pytest.mark.parametrize(
    "package", ["foo", "system.authz", "change_gate.guard", "gateway", 'gate["my-step"]', "policy"]
)
async def test_a_package_outside_of_the_gate_is_refused(package: str) -> None:
    assert await complaints(x=f"package {package}\n\nx := 1\n") == ["rego/x.rego:1: package"]


@pytest.mark.parametrize("reference", ["data.other.x", "data", "data[input.name]", "data.system.token"])
async def test_documents_that_are_no_part_of_the_policy_are_out_of_reach(reference: str) -> None:
    findings = (await inspected(x=f"package gate.x\n\ny := {reference}\n")).findings

    assert [finding.line for finding in findings] == [3]


async def test_an_import_from_elsewhere_is_out_of_reach_too() -> None:
    assert await complaints(x="package gate.x\n\nimport data.other.lib\n\ny := lib.z\n") == [
        "rego/x.rego:3: data.other.lib"
    ]


async def test_a_test_must_not_add_to_what_it_tests() -> None:
    complaint = await complaints(
        x="package gate.x\n\nclosed contains 1\n",
        x_test="package gate.x\n\nclosed contains 2\n\ntest_closed if 2 in closed\n",
    )

    assert complaint == ["rego/x_test.rego:3: the"]


async def test_a_test_that_takes_arguments_is_not_passed_over() -> None:
    assert await complaints(x_test="package gate.x_test\n\ntest_f(x) if x\n") == ["rego/x_test.rego:3: test_f"]


async def test_an_assessment_in_a_test_file_is_no_assessment() -> None:
    bundle = Bundle("r1", {"rego/a_test.rego": ASSESSMENT}, {})
    findings = (await Inspector(Embedded(), DEFAULT).inspect(bundle)).findings

    assert ["no rule `assessment`" in finding.message for finding in findings] == [True]


async def test_every_file_that_cannot_be_read_is_named_with_its_line() -> None:
    found = await complaints(x="package gate.x\n\ny if {", z="package gate.z\n\nallow { true }\n", empty="")

    assert {place.rsplit(":", 1)[0] for place in found} == {"rego/x.rego:3", "rego/z.rego:3", "rego/empty.rego:0"}


async def test_source_that_nests_without_end_is_a_finding_not_a_breakdown() -> None:
    deep = "package gate.x\n\ny := " + "[" * 2000 + "]" * 2000 + "\n"
    findings = (await inspected(x=deep)).findings

    assert [finding.path for finding in findings] == ["rego/x.rego"]


async def test_tests_are_found_in_any_file_and_counted() -> None:
    inspection = await inspected(
        x="package gate.x\n\ntest_here if true\n",
        x_test="""\
package gate.x_test

test_a if true

test_a if false

todo_test_b if true

test_c[n] if some n in [1]

testing := 1
""",
    )

    assert [(test.name, test.path, test.defined, test.is_todo) for test in inspection.tests] == [
        ("data.gate.x.test_here", "rego/x.rego", 1, False),
        ("data.gate.x_test.test_a", "rego/x_test.rego", 2, False),
        ("data.gate.x_test.test_c", "rego/x_test.rego", 1, False),
        ("data.gate.x_test.todo_test_b", "rego/x_test.rego", 1, True),
    ]


async def test_only_what_has_changed_is_parsed_again() -> None:
    launcher = CountingLauncher()
    inspector = Inspector(launcher, DEFAULT)
    modules = {"rego/assessment.rego": ASSESSMENT, "rego/x.rego": "package gate.x\n\ny if z\n\nz := 1\n"}
    first = await inspector.inspect(Bundle("r1", modules, {}))
    again = await inspector.inspect(Bundle("r2", modules, {"data": "changed"}))
    assert launcher.launches == 1

    changed = await inspector.inspect(Bundle("r3", {**modules, "rego/x.rego": "package foo\n\ny := 1\n"}, {}))
    assert launcher.launches == 2
    assert (first.findings, again.findings, [finding.line for finding in changed.findings]) == ((), (), [1])


def test_no_function_is_both_allowed_and_refused() -> None:
    assert not PORTABLE & REFUSED.keys()


@pytest.mark.opa
@pytest.mark.parametrize(
    "program",
    OPA_BINARIES or [pytest.param(Path(), marks=pytest.mark.skip(reason=MISSING))],
    ids=lambda path: path.name,
)
def test_every_built_in_function_of_every_opa_here_has_been_looked_at(program: Path) -> None:
    told = subprocess.run([program, "capabilities", "--current"], capture_output=True, check=True)  # noqa: S603 -- OPA
    names: Sequence[str] = [function["name"] for function in json.loads(told.stdout)["builtins"]]
    chancy = {function["name"] for function in json.loads(told.stdout)["builtins"] if function.get("nondeterministic")}

    assert set(names) == PORTABLE | REFUSED.keys()
    assert chancy <= REFUSED.keys()


def test_a_reference_of_thousands_of_names_costs_no_more_than_it_weighs() -> None:
    names = ("input", *("a" for _ in range(3_000)))
    nothing: frozenset[str] = frozenset()
    module = Module(
        "rego/x.rego", ("gate",), ("assessment",), nothing, nothing, nothing, frozenset(), frozenset([names])
    )
    tracemalloc.start()
    found = inspect(Bundle("r1", {module.path: "x := input" + ".a" * 3_000}, {}), [module])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == ()
    assert peak < 1_000_000


async def test_a_module_of_a_thousand_mistakes_is_not_told_all_of_them() -> None:
    found = await inspected(x="package gate.x\n\n" + "\n".join(f"r{number} := f{number}(1)" for number in range(1_000)))
    assert len(found.findings) == 50
