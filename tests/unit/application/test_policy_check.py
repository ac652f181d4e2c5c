"""A revision tries itself out, and what failed is shown with its place."""

import asyncio
from typing import Any

import pytest

from gate.application.policy_check import try_out
from gate.domain.assessment import Assessment
from gate.domain.bundle import Bundle
from gate.domain.errors import EngineError
from gate.domain.facts import Facts
from gate.domain.finding import Finding
from gate.ports import RegoTest
from tests.builders import COMMIT
from tests.house import Fields, Files, a_bypass, a_freeze, a_policy
from tests.simulators.policy_engine import PolicyEngineSimulator, SimulatedPolicy
from tests.unit.application.small_policy import assessment

pytestmark = pytest.mark.anyio

FREEZE: Files = {"calendar/x.yaml": [a_freeze()]}


def a_case(**fields: Any) -> Fields:
    usual = {
        "note": "quiet day",
        "at": "2026-11-02T10:00:00Z",
        "request": {"service": "payments", "environment": "production", "commit": COMMIT},
        "expect": {"outcome": "approved"},
    }
    return usual | fields


def cases(*rows: Fields) -> Files:
    return {"cases/x.yaml": [{"kind": "Cases", "cases": list(rows)}]}


def engine(**said: Any) -> PolicyEngineSimulator:
    return PolicyEngineSimulator(lambda _: SimulatedPolicy(assessment, **said))


async def shown(files: Files, **said: Any) -> list[str]:
    """All that a trial of the house with these files shows."""
    report = await try_out(a_policy(files), engine(**said))
    assert report.passed == (not report.all_findings())
    return [str(finding) for finding in report.all_findings()]


async def test_a_revision_that_does_what_its_cases_say_passes() -> None:
    assert await shown(cases(a_case())) == []


async def test_what_may_be_wrong_passes() -> None:
    over = a_freeze(name="over", start="2020-01-01T00:00", end="2020-01-02T00:00")
    policy = a_policy({**cases(a_case()), "calendar/x.yaml": [over]})
    assert "warning: end: over has been over since" in str(policy.warnings[0])
    assert (await try_out(policy, engine())).passed


async def test_what_was_tried_is_in_the_report() -> None:
    tests = [RegoTest("test_a", "rego/a_test.rego", passed=True)]
    report = await try_out(a_policy(cases(a_case(), a_case(note="another"))), engine(tests=tests))
    assert ([case.note for case in report.cases], list(report.tests)) == (["quiet day", "another"], tests)


async def test_what_does_not_compile_is_shown_and_nothing_is_run() -> None:
    broken = [Finding(message="unsafe variable", path="rego/x.rego", line=3)]
    report = await try_out(a_policy(cases(a_case())), engine(findings=broken))
    assert (list(report.findings), report.tests, report.cases, report.passed) == (broken, (), (), False)


async def test_a_failing_test_is_shown_with_its_file_and_message() -> None:
    tests = [
        RegoTest("test_a", "rego/a_test.rego", passed=True),
        RegoTest("test_b", "rego/b_test.rego", passed=False, message="expected 3, got 4"),
        RegoTest("test_c", "rego/c_test.rego", passed=False),
    ]
    assert await shown({}, tests=tests) == [
        "rego/b_test.rego: test test_b failed: expected 3, got 4",
        "rego/c_test.rego: test test_c failed",
    ]


@pytest.mark.parametrize(
    ("expect", "difference"),
    [
        ({"outcome": "refused"}, "outcome is approved, expected refused"),
        ({"outcome": "approved", "class": "standard"}, "class is normal, expected standard"),
        ({"outcome": "approved", "lane": "flags"}, "lane is none, expected flags"),
        ({"outcome": "approved", "risk": "high"}, "risk is low, expected high"),
        ({"outcome": "approved", "verdicts": {"freeze": "waiting"}}, "freeze is satisfied, expected waiting"),
        (
            {"outcome": "approved", "verdicts": {"peer_review": "pending"}},
            "peer_review is not demanded, expected pending",
        ),
        (
            {"outcome": "refused", "risk": "high"},
            "outcome is approved, expected refused; risk is low, expected high",
        ),
    ],
)
async def test_a_case_that_came_out_otherwise_says_how(expect: Fields, difference: str) -> None:
    assert await shown(cases(a_case(expect=expect))) == [f"cases/x.yaml: case 'quiet day': {difference}"]


async def test_what_a_case_does_not_name_may_be_anything() -> None:
    assert await shown({**FREEZE, **cases(a_case(expect={"outcome": "waiting"}))}) == []


async def test_a_case_is_judged_with_what_is_given_in_place_of_a_store() -> None:
    busy = a_case(given={"in_flight": [{"service": "payments"}]}, expect={"outcome": "waiting"})
    assert await shown(cases(busy)) == []


GRANTED: Fields = {**a_bypass(), "granted": {"by": "ruth@house.test", "author": "maria@house.test"}}


@pytest.mark.parametrize(
    ("bypass", "expect"),
    [
        (GRANTED, {"outcome": "approved", "lifted": {"freeze": "double-charge"}, "verdicts": {"freeze": "waiting"}}),
        (a_bypass(), {"outcome": "waiting", "lifted": {}}),
    ],
)
async def test_a_case_may_bring_a_bypass_and_say_who_granted_it(bypass: Fields, expect: Fields) -> None:
    assert await shown({**FREEZE, **cases(a_case(given={"bypasses": [bypass]}, expect=expect))}) == []


async def test_what_is_said_of_a_bypass_and_what_it_lifts_is_compared() -> None:
    expect = {"outcome": "approved", "lifted": {"evidence": "x"}, "bypasses": {"x": [], "double-charge": ["granted"]}}
    assert await shown({**FREEZE, **cases(a_case(given={"bypasses": [GRANTED]}, expect=expect))}) == [
        (
            "cases/x.yaml: case 'quiet day': bypass double-charge is nothing, expected granted; "
            "what is lifted is freeze by double-charge, expected evidence by x"
        )
    ]


async def test_a_case_may_be_judged_a_nanosecond_before_its_time() -> None:
    late = {"at": "2026-11-02T20:00:00Z", "given": {"bypasses": [GRANTED], "freezes": [{}]}}
    rows = [
        a_case(**late, just_before=True, expect={"outcome": "approved"}),
        a_case(**late, expect={"outcome": "waiting"}),
    ]
    assert await shown(cases(*rows)) == []


async def test_a_case_about_an_unknown_service_is_shown_as_such() -> None:
    lost = a_case(request={"service": "paymnets", "environment": "production", "commit": COMMIT})
    [finding] = await shown(cases(lost))
    assert "case 'quiet day': no service is called 'paymnets'; did you mean payments?" in finding


async def test_a_case_that_the_policy_does_not_answer_is_shown_and_hides_no_other() -> None:
    policy = a_policy(cases(a_case(note="silent"), a_case(note="wrong", expect={"outcome": "refused"})))
    answers = iter([None])
    speechless = PolicyEngineSimulator.answering(lambda facts: next(answers, assessment(facts)))
    report = await try_out(policy, speechless)
    assert [case.note for case in report.cases if not case.passed] == ["silent", "wrong"]


async def test_an_engine_that_fails_on_a_case_fails_the_case() -> None:
    failing = engine()
    failing.fault = EngineError("the question ran away with it")
    report = await try_out(a_policy(cases(a_case())), failing)
    assert report.cases[0].differences == ("the engine gave no answer: the question ran away with it",)


async def test_a_warning_does_not_stand_in_the_way() -> None:
    class WarningEngine(PolicyEngineSimulator):
        async def prepare(self, bundle: Bundle) -> list[Finding]:
            await super().prepare(bundle)
            return [Finding(message="is never used", severity="warning")]

    report = await try_out(a_policy(), WarningEngine(lambda _: SimulatedPolicy(assessment)))
    assert (report.passed, [finding.message for finding in report.findings]) == (True, ["is never used"])


async def test_a_revision_that_passed_stays_prepared() -> None:
    prepared = engine()
    policy = a_policy()
    await try_out(policy, prepared)
    await prepared.activate(policy.revision)
    assert prepared.status().revision == policy.revision


async def test_progress_is_told_step_by_step() -> None:
    told: list[str] = []
    await try_out(a_policy(cases(a_case(), a_case())), engine(), told.append)
    assert told == ["compiling 5 Rego modules", "running test_ rules", "case 1 of 2", "case 2 of 2"]


async def test_a_trial_that_does_not_end_is_ended_and_speaks_against_the_revision() -> None:
    class PonderingEngine(PolicyEngineSimulator):
        async def assess(self, facts: Facts) -> Assessment:
            if len(self.asked) == 1:
                await asyncio.Event().wait()
            return await super().assess(facts)

    policy = a_policy(cases(a_case(), a_case(note="a hard one"), a_case(note="another")))
    report = await try_out(policy, PonderingEngine(lambda _: SimulatedPolicy(assessment)), patience_s=0.05)
    assert not report.passed
    [finding] = report.findings
    assert finding.message == "its tests and cases take longer than 0.05 s; 1 of 3 cases ran"
