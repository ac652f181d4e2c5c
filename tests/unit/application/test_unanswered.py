"""What nobody answers is escalated once and times out, by itself; and how long answers take is counted."""

from typing import Any

import pytest

from gate.domain.judgement import StoredChange
from tests.builders import DAY, HOUR
from tests.simulators.notifier import NotifierSimulator
from tests.unit.application.conftest import Bench
from tests.unit.application.small_policy import Fields, assessment

pytestmark = pytest.mark.anyio

ESCALATES, TIMES_OUT = HOUR, DAY


def hurried(facts: Fields) -> dict[str, Any]:
    """The house's policy; but a peer review is escalated to `managers` after an hour and fails after a day."""
    said = assessment(facts)
    review = said["verdicts"].get("peer_review", {"status": "satisfied"})
    since = next((each["since_ns"] for each in facts["asked"]), facts["at_ns"])
    if review["status"] == "pending":
        said["verdicts"]["peer_review"] = _in_time(review, since, facts["at_ns"])
    elif review["status"] == "failed" and facts["asked"]:
        said["verdicts"]["peer_review"] = {**review, "asked_since_ns": since}  # as the default pack does
    return said


def _in_time(review: Fields, since_ns: int, at_ns: int) -> Fields:
    if at_ns >= since_ns + TIMES_OUT:
        return {"status": "failed", "asked_since_ns": since_ns, "reasons": [{"code": "timed_out", "message": "late"}]}
    escalated = at_ns >= since_ns + ESCALATES
    needs = [{**need, "escalated_to": "managers" if escalated else ""} for need in review["needs"]]
    return {
        **review,
        "needs": needs,
        "asked_since_ns": since_ns,
        "until_ns": since_ns + (TIMES_OUT if escalated else ESCALATES),
    }


@pytest.fixture
async def bench() -> Bench:
    return await Bench(answer=hurried, notifier=NotifierSimulator({"team-payments", "managers"})).begun()


async def judged_after(bench: Bench, stored: StoredChange, by_ns: int) -> StoredChange:
    await bench.later(by_ns)
    await bench.watch.judge_due()
    return await bench.intake.change(stored.change.id)


async def test_a_review_is_escalated_when_its_time_has_come_and_not_before(bench: Bench) -> None:
    asked = await bench.risky()
    assert await judged_after(bench, asked, ESCALATES - 1) == asked
    escalated = await judged_after(bench, asked, 1)
    [step] = [step for step in escalated.decision.steps if step.step == "peer_review"]
    assert (escalated.decision.outcome, step.verdict.needs[0].escalated_to) == ("review", "managers")
    assert step.verdict.asked_since_ns == asked.decision.at_ns


async def test_whom_it_is_escalated_to_is_told_once(bench: Bench) -> None:
    asked = await bench.risky()
    await judged_after(bench, asked, ESCALATES)
    await bench.intake.judge_again(asked.change.id)
    while await bench.courier.deliver_due():
        pass
    told = [(notice.addressee, notice.kind) for notice in bench.notifier.told]
    assert told.count(("managers", "review_asked")) == 1


async def test_a_review_that_nobody_answers_times_out_and_stays_so(bench: Bench) -> None:
    asked = await bench.risky()
    await judged_after(bench, asked, ESCALATES)
    timed_out = await judged_after(bench, asked, TIMES_OUT - ESCALATES)
    assert timed_out.decision.outcome == "refused"
    await bench.later(DAY)
    assert (await bench.intake.judge_again(asked.change.id)).decision.outcome == "refused"


async def test_a_review_that_is_answered_is_neither_escalated_nor_timed_out(bench: Bench) -> None:
    asked = await bench.risky()
    await bench.say(asked.change.id)
    again = await judged_after(bench, asked, TIMES_OUT)
    assert [step.status for step in again.decision.steps if step.step == "peer_review"] == ["satisfied"]


async def test_a_gate_that_was_restarted_knows_since_when_people_were_asked(bench: Bench) -> None:
    asked = await bench.risky()
    await bench.later(ESCALATES)
    other = await bench.another()
    await other.watch.judge_due()
    escalated = await other.intake.change(asked.change.id)
    assert escalated.decision.steps[-1].verdict.asked_since_ns == asked.decision.at_ns


async def test_policy_learns_how_many_others_wait_for_a_group_and_how_long_its_answers_took(bench: Bench) -> None:
    for number in range(3):
        asked = await bench.risky(run=f"answered-{number}")
        await bench.later(HOUR // 2)
        await bench.say(asked.change.id)
        await bench.intake.withdraw(asked.change.id)
    await bench.risky(run="waits", commit="b" * 40)
    await bench.risky(run="asks", commit="c" * 40)
    [payments] = [group for group in bench.engine.asked[-1].groups if group.name == "team-payments"]
    assert (payments.waiting, payments.limit, payments.waiting_per_thousand) == (1, None, 500)
    # Of three answers that took half an hour each; one more comes before this one.
    assert payments.expected_wait_ns == pytest.approx(HOUR, rel=0.01)


async def test_the_change_itself_is_not_counted_among_those_that_wait(bench: Bench) -> None:
    asked = await bench.risky()
    await bench.intake.judge_again(asked.change.id)
    assert [group.waiting for group in bench.engine.asked[-1].groups if group.name == "team-payments"] == [0]


async def test_time_in_which_a_veto_kept_a_review_from_others_is_not_counted(bench: Bench) -> None:
    asked = await bench.risky()
    await bench.later(HOUR // 2)
    assert (await bench.say(asked.change.id, "veto")).decision.outcome == "refused"
    await bench.later(2 * DAY)
    again = await bench.say(asked.change.id, "withdraw")
    [step] = [step for step in again.decision.steps if step.step == "peer_review"]
    assert (again.decision.outcome, step.verdict.needs[0].escalated_to) == ("review", "")
