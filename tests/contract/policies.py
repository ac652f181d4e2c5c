"""The policies of the engine contract: each as Rego, and as what a simulator is to make of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gate.domain.bundle import Bundle
from gate.domain.errors import AssessmentError
from gate.domain.finding import Finding
from gate.ports import RegoTest
from tests.simulators.policy_engine import SimulatedPolicy

ASSESSMENT = """\
package gate

assessment := {
	"revision": data.policy.revision,
	"class": "normal",
	"lane": null,
	"risk": {"class": "low", "score": score, "factors": [{"name": "tier", "points": score}]},
	"required": data.policy.required,
	"verdicts": {id: data.gate.steps[id].verdict | some id in data.policy.required},
	"bypasses": {},
}

score := data.policy.points[input.service.tier]
"""

FREEZE = """\
# METADATA
# title: Freeze windows
package gate.steps.freeze

default verdict := {"status": "failed", "reasons": [{"code": "no_rule", "message": "no rule applied"}]}

verdict := {"status": "satisfied"} if count(closed) == 0

verdict := {
	"status": "waiting",
	"until_ns": max([w.end_ns | some w in closed]),
	"reasons": [{"code": "frozen", "message": sprintf("%s: %s (%s)", [title, w.name, input.change.summary])} |
		some w in closed
	],
} if {
	count(closed) > 0
}

closed contains w if {
	some w in input.windows
	w.kind == "freeze"
	w.start_ns <= input.at_ns
	input.at_ns < w.end_ns
}

# METADATA
# title: Frozen by
title := rego.metadata.rule().title
"""

FREEZE_TEST = """\
package gate.steps.freeze_test

import data.gate.steps.freeze

now := {"at_ns": 5, "windows": [{"kind": "freeze", "name": "w", "start_ns": 1, "end_ns": 9}], "change": {"summary": ""}}

test_a_freeze_waits if freeze.verdict.status == "waiting" with input as now

test_it_ends if freeze.verdict.status == "satisfied" with input as object.union(now, {"at_ns": 9})
"""

DATA: dict[str, Any] = {"required": ["freeze"], "points": [0, 30, 20, 10]}
POINTS = DATA["points"]


@dataclass(frozen=True)
class Policy:
    """A policy revision, less its revision."""

    modules: Mapping[str, str]
    means: SimulatedPolicy
    data: Mapping[str, Any] = field(default_factory=lambda: DATA)

    def at(self, revision: str) -> Bundle:
        """As the bundle of a revision. The simulator finds its meaning by the modules."""
        return Bundle(revision, self.modules, self.data)


def assessed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the Rego above says, in Python."""
    points = POINTS[facts["service"]["tier"]]
    at = facts["at_ns"]
    closed = [w for w in facts["windows"] if w["kind"] == "freeze" and w["start_ns"] <= at < w["end_ns"]]
    summary = facts["change"]["summary"]
    waiting = {
        "status": "waiting",
        "until_ns": max([w["end_ns"] for w in closed], default=0),
        "reasons": [{"code": "frozen", "message": f"Frozen by: {w['name']} ({summary})"} for w in closed],
    }
    return {
        "revision": facts["revision"],
        "class": "normal",
        "lane": None,
        "risk": {"class": "low", "score": points, "factors": [{"name": "tier", "points": points}]},
        "required": ["freeze"],
        "verdicts": {"freeze": waiting if closed else {"status": "satisfied"}},
        "bypasses": {},
    }


def _variant(means: SimulatedPolicy, **modules: str) -> Policy:
    base = {"rego/assessment.rego": ASSESSMENT, "rego/steps/freeze.rego": FREEZE}
    named = {name.replace("__", "/") + ".rego": source for name, source in modules.items()}
    return Policy({**base, **named}, means)


def _broken(_facts: Mapping[str, Any]) -> object:
    raise AssessmentError("rego/steps/freeze.rego:3: eval_conflict_error")


def _refused(path: str, line: int) -> SimulatedPolicy:
    return SimulatedPolicy(findings=[Finding(message="refused", path=path, line=line)])


_TESTS = "data.gate.steps.freeze_test."
_TEST_PATH = "rego/steps/freeze_test.rego"

GOOD = _variant(
    SimulatedPolicy(
        assessed,
        tests=[
            RegoTest(_TESTS + "test_a_freeze_waits", _TEST_PATH, passed=True),
            RegoTest(_TESTS + "test_it_ends", _TEST_PATH, passed=True),
        ],
    ),
    rego__steps__freeze_test=FREEZE_TEST,
)

WITH_FAILING_TESTS = _variant(
    SimulatedPolicy(
        assessed,
        tests=[
            RegoTest(_TESTS + "test_breaks", _TEST_PATH, passed=False, message="x"),
            RegoTest(_TESTS + "test_false", _TEST_PATH, passed=False, message="x"),
            RegoTest(_TESTS + "test_no_boolean", _TEST_PATH, passed=False, message="x"),
            RegoTest(_TESTS + "test_true", _TEST_PATH, passed=True),
            RegoTest(_TESTS + "test_twice", _TEST_PATH, passed=False, message="x"),
            RegoTest(_TESTS + "test_undefined", _TEST_PATH, passed=False, message="x"),
            RegoTest(_TESTS + "todo_test_later", _TEST_PATH, passed=True, message="skipped"),
        ],
    ),
    rego__steps__freeze_test="""\
package gate.steps.freeze_test

test_breaks if to_number("x") == 1

test_false := false

test_no_boolean[name] if some name in ["one", "two"]

test_true if true

test_twice if true

test_twice if false

test_undefined if input.nothing

todo_test_later if false
""",
)

UNDEFINED_IN_AN_INCIDENT = _variant(
    SimulatedPolicy(lambda facts: None if facts["incidents"] else assessed(facts)),
    rego__assessment=ASSESSMENT.replace("\n}\n", "\n} if count(input.incidents) == 0\n"),
)

WITHOUT_RISK = _variant(
    SimulatedPolicy(lambda facts: {k: v for k, v in assessed(facts).items() if k != "risk"}),
    rego__assessment=ASSESSMENT.replace('"risk"', '"danger"'),
)

OF_ANOTHER_REVISION = _variant(
    SimulatedPolicy(lambda facts: {**assessed(facts), "revision": "0" * 40}),
    rego__assessment=ASSESSMENT.replace("data.policy.revision", f'"{"0" * 40}"'),
)

CONTRADICTING_ITSELF = _variant(
    SimulatedPolicy(_broken),
    rego__steps__freeze="""\
package gate.steps.freeze

verdict := {"status": "satisfied"}

verdict := {"status": "failed"}
""",
)

DIVIDING_BY_ZERO = _variant(
    SimulatedPolicy(_broken),
    rego__steps__freeze='package gate.steps.freeze\n\nverdict := {"status": "satisfied"} if not 1 / 0 == 1\n',
)

COUNTING_TOO_FAR = _variant(
    SimulatedPolicy(_broken),
    rego__steps__freeze="""\
package gate.steps.freeze

verdict := {"status": "satisfied", "until_ns": to_number(concat("", ["9" | some n in numbers.range(1, 5000)]))}
""",
)

UNREADABLE = _variant(
    SimulatedPolicy(
        findings=[
            Finding(message="refused", path="rego/assessment.rego", line=2),
            Finding(message="refused", path="rego/steps/freeze.rego", line=3),
        ]
    ),
    rego__assessment="package gate\nassessment :=",
    rego__steps__freeze="package gate.steps.freeze\n\nverdict { true }\n",
)

UNSAFE = _variant(
    _refused("rego/steps/freeze.rego", 3), rego__steps__freeze="package gate.steps.freeze\n\nverdict := x\n"
)

UNSAFE_TEST = _variant(
    _refused(_TEST_PATH, 3), rego__steps__freeze_test="package gate.steps.freeze_test\n\ntest_x if y\n"
)

DIALLING_OUT = _variant(
    _refused("rego/steps/freeze.rego", 3),
    rego__steps__freeze='package gate.steps.freeze\n\nverdict := http.send({"method": "GET", "url": "http://127.0.0.1:9"})\n',
)

WITHOUT_ASSESSMENT = Policy({"rego/steps/freeze.rego": FREEZE}, _refused("", 0))

ALL = (
    GOOD,
    WITH_FAILING_TESTS,
    UNDEFINED_IN_AN_INCIDENT,
    WITHOUT_RISK,
    OF_ANOTHER_REVISION,
    CONTRADICTING_ITSELF,
    DIVIDING_BY_ZERO,
    COUNTING_TOO_FAR,
    UNREADABLE,
    UNSAFE,
    UNSAFE_TEST,
    DIALLING_OUT,
    WITHOUT_ASSESSMENT,
)


def meaning(bundle: Bundle) -> SimulatedPolicy:
    """For the simulator: what this bundle means."""
    return next(policy.means for policy in ALL if policy.modules == bundle.modules)
