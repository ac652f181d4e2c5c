"""People answer, and it is judged at once; whatever happens meanwhile, no answer is lost and none is overtaken."""

import asyncio
import contextlib
import json

import pytest

from gate.domain.errors import (
    EngineError,
    ForbiddenError,
    NoPolicyError,
    StalePolicyError,
    StoreError,
    UnknownNameError,
    WrongStateError,
)
from tests.builders import MINUTE
from tests.house import FILES, a_freeze
from tests.unit.application.conftest import Bench, until

pytestmark = pytest.mark.anyio


async def test_an_approval_lets_a_change_go_at_once(bench: Bench) -> None:
    asked = await bench.risky()
    assert asked.decision.outcome == "review"
    answered = await bench.say(asked.change.id)
    assert (answered.decision.outcome, answered.decision.sequence) == ("approved", 2)
    assert (await bench.intake.start(asked.change.id)).change.state == "started"


async def test_a_veto_refuses_at_once_and_can_be_taken_back(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    assert (await bench.say(change, "veto")).decision.outcome == "refused"
    assert (await bench.say(change, "withdraw")).decision.outcome == "review"
    assert (await bench.say(change)).decision.outcome == "approved"


async def test_an_approval_that_is_taken_back_counts_no_more_at_once(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    await bench.say(change)
    assert (await bench.say(change, "withdraw")).decision.outcome == "review"
    started = await bench.intake.start(change)
    assert (started.change.state, started.decision.outcome) == ("open", "review")


async def test_what_was_answered_is_on_record_with_who_when_and_how_that_is_shown(bench: Bench) -> None:
    change = (await bench.risky(artifact=f"sha256:{'5' * 64}")).change
    bench.clock.advance(MINUTE)
    await bench.say(change.id, "veto")
    assert await bench.kinds(change.id) == ["submitted", "decided", "step_vetoed", "decided"]
    said = json.loads((await bench.store.records(change.id))[2].body)
    assert (said["by"], said["asker"], said["shown_by"]) == ("jan", "a token", "token")
    assert (said["step"], said["comment"], said["at"]) == ("peer_review", "It locks the table.", "2026-11-02T10:01:00Z")
    assert (said["commit"], said["artifact"], said["number"]) == (change.request.commit, f"sha256:{'5' * 64}", 1)


async def test_the_facts_of_the_decision_tell_what_was_answered(bench: Bench) -> None:
    answered = await bench.say((await bench.risky()).change.id)
    [approval] = bench.engine.asked[-1].approvals
    assert (approval.step, approval.by, approval.answer) == ("peer_review", "jan", "approve")
    assert answered.decision.sequence == bench.engine.asked[-1].sequence


async def test_the_same_answer_again_changes_nothing(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    first = await bench.say(change)
    bench.clock.advance(MINUTE)
    assert await bench.say(change) == first
    assert (await bench.kinds(change)).count("step_approved") == 1


async def test_a_pipeline_that_waits_goes_on_by_itself(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    calls = bench.store.calls
    waiting = asyncio.create_task(bench.intake.settled(change, 30))
    await until(lambda: bench.store.calls > calls)
    await bench.say(change)
    assert (await waiting).decision.outcome == "approved"


async def test_nothing_is_left_due_once_it_was_judged(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    await bench.say(change)
    assert list(await bench.store.due(bench.clock.now_ns(), 10)) == []


# Whoever is not heard


async def test_an_answer_that_is_not_heard_leaves_nothing_behind(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    before = await bench.intake.change(change)
    for stranger, error in (("maria", ForbiddenError), ("lena", ForbiddenError), ("nobody", UnknownNameError)):
        with pytest.raises(error):
            await bench.say(change, by=stranger)
    assert await bench.intake.change(change) == before
    assert list(await bench.store.answers(change)) == []


async def test_nobody_answers_to_a_change_that_nobody_knows(bench: Bench) -> None:
    with pytest.raises(UnknownNameError, match="no change is called 'chg_none'"):
        await bench.say("chg_none")


async def test_what_has_started_or_ended_is_not_answered(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    await bench.say(change)
    await bench.intake.start(change)
    with pytest.raises(WrongStateError, match="has started"):
        await bench.say(change, "veto")
    await bench.intake.finish(change, "failed")
    with pytest.raises(WrongStateError, match="is finished"):
        await bench.say(change, "veto")


async def test_without_a_fresh_policy_nobody_is_heard(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    bench.clock.advance(10 * MINUTE + 1)
    with pytest.raises(StalePolicyError):
        await bench.say(change)
    bench.active.policy = None
    with pytest.raises(NoPolicyError):
        await bench.say(change)
    assert list(await bench.store.answers(change)) == []


# Trouble after the answer is kept


async def test_an_answer_that_cannot_be_judged_now_is_kept_says_so_and_is_judged_later(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    bench.engine.fault = EngineError("it died", hint="Look at its log.")
    with pytest.raises(EngineError) as caught:
        await bench.say(change)
    assert caught.value.hint == (
        "Your answer is on record, and will be judged as soon as that can be done. Look at its log."
    )
    bench.engine.fault = None
    assert not await bench.watch.judge_due()
    assert (await bench.intake.change(change)).decision.outcome == "approved"


async def test_whoever_answers_again_after_a_crash_is_answered_with_a_decision_that_knows_it(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    bench.engine.fault = EngineError("it died")
    with pytest.raises(EngineError):
        await bench.say(change)
    bench.engine.fault = None
    again = await bench.say(change)
    assert (again.decision.outcome, again.decision.sequence) == ("approved", 2)
    assert (await bench.kinds(change)).count("step_approved") == 1


@pytest.mark.parametrize("failing", range(1, 10))
async def test_when_the_store_fails_an_answer_is_kept_whole_or_not_at_all(bench: Bench, failing: int) -> None:
    change = (await bench.risky()).change.id
    bench.store.fails_at = bench.store.calls + failing
    with contextlib.suppress(StoreError):
        await bench.say(change)
    bench.store.fails_at = None
    kept = list(await bench.store.answers(change))
    assert (await bench.kinds(change)).count("step_approved") == len(kept)
    assert (await bench.say(change)).decision.outcome == "approved"
    assert len(await bench.store.answers(change)) == 1


# What others do meanwhile


async def both_could_answer(bench: Bench) -> tuple[str, Bench]:
    """A change that both Jan and Joris could answer, and another gate at which one of them does."""
    team = {"kind": "Group", "name": "team-payments", "members": ["maria", "jan", "joris"]}
    others = [each for each in FILES["groups.yaml"] if each["name"] != team["name"]]
    await bench.merge("joris joins", {"groups.yaml": [*others, team]})
    return (await bench.risky()).change.id, await bench.another()


async def test_two_people_who_answer_at_once_are_both_heard(bench: Bench) -> None:
    change, other = await both_could_answer(bench)
    bench.store.before_answer = lambda: other.say(change, "veto", by="joris")
    assert (await bench.say(change)).decision.outcome == "refused"
    told = [(each.by, each.answer) for each in await bench.store.answers(change)]
    assert told == [("joris", "veto"), ("jan", "approve")]


async def test_a_veto_is_heard_although_an_approval_was_written_a_moment_before(bench: Bench) -> None:
    change, other = await both_could_answer(bench)
    bench.store.before_answer = lambda: other.say(change, by="joris")
    assert (await bench.say(change, "veto")).decision.outcome == "refused"


async def test_an_answer_is_heard_although_the_step_it_was_for_is_settled_meanwhile(bench: Bench) -> None:
    """It was right when it was given: a veto is not lost because somebody approved a moment before it was written."""
    change, other = await both_could_answer(bench)
    bench.store.meanwhile.append(lambda: other.say(change, "veto", by="joris"))
    answered = await bench.say(change)
    assert (answered.decision.outcome, answered.decision.sequence) == ("refused", 3)


async def test_a_veto_that_comes_while_a_change_starts_keeps_it_from_starting(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    await bench.say(change)
    other = await bench.another()
    bench.store.meanwhile.append(lambda: other.say(change, "veto"))
    started = await bench.intake.start(change)
    assert (started.change.state, started.decision.outcome) == ("open", "refused")


async def test_an_answer_to_what_starts_meanwhile_comes_too_late_and_is_told_so(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    await bench.say(change)
    other = await bench.another()
    bench.store.before_answer = lambda: other.intake.start(change)
    with pytest.raises(WrongStateError, match="has started, so no answer can stop it"):
        await bench.say(change, "veto")
    assert len(await bench.store.answers(change)) == 1


async def test_an_answer_to_what_is_withdrawn_once_it_is_kept_is_answered_with_what_became_of_it(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    other = await bench.another()
    bench.store.before_record = lambda: other.intake.withdraw(change)
    assert (await bench.say(change)).change.state == "withdrawn"
    assert len(await bench.store.answers(change)) == 1


async def test_what_a_freeze_closed_meanwhile_is_told_too(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    assert (await bench.say(change)).decision.outcome == "waiting"
