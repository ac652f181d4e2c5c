"""Start judges once more, takes what it needs exactly once, and says whether it started."""

import json

import pytest

from gate.domain.errors import EngineError, StalePolicyError, StoreError, UnknownNameError, WrongStateError
from tests.builders import AT_NS, DAY, HOUR, MINUTE, a_request
from tests.house import Files, a_bypass, a_freeze
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio

FREEZE: Files = {"calendar/x.yaml": [a_freeze()]}
FROZEN_WITH_A_WAY_OUT: Files = {**FREEZE, "bypasses/x.yaml": [a_bypass()]}


async def uses(bench: Bench) -> int:
    """How often the bypass has been used, as the next change is told."""
    stored = await bench.submit(run=bench.clock.new_id("run"), environment="production")
    recorded = await bench.store.decision(stored.decision.id)
    assert recorded is not None
    await bench.intake.withdraw(stored.change.id)
    [bypass] = json.loads(recorded.facts)["bypasses"]
    return int(bypass["used"])


async def test_an_approved_change_starts(bench: Bench) -> None:
    stored = await bench.submit()
    bench.clock.advance(MINUTE)
    started = await bench.intake.start(stored.change.id)
    assert (started.change.state, started.change.started_at_ns) == ("started", AT_NS + MINUTE)
    assert (started.decision.outcome, started.decision.sequence) == ("approved", 2)
    assert await bench.kinds(stored.change.id) == ["submitted", "decided", "decided", "started"]


async def test_a_freeze_that_began_meanwhile_is_not_walked_through(bench: Bench) -> None:
    stored = await bench.submit()
    await bench.merge("stocktaking", FREEZE)
    answered = await bench.intake.start(stored.change.id)
    assert (answered.change.state, answered.change.started_at_ns) == ("open", None)
    assert (answered.decision.outcome, answered.decision.sequence) == ("waiting", 2)
    assert await bench.kinds(stored.change.id) == ["submitted", "decided", "decided"]


async def test_a_change_that_may_not_start_lets_go_of_what_it_held(bench: Bench) -> None:
    stored = await bench.submit(environment="staging")
    other = await bench.submit(environment="staging", run="run-2")
    assert other.decision.outcome == "waiting"
    await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze(scope={"services": ["payments"]})]})
    await bench.intake.start(stored.change.id)
    await bench.merge("over", {"calendar/x.yaml": []})
    assert (await bench.intake.judge_again(other.change.id)).decision.outcome == "approved"


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [({"evidence": [{"kind": "tests", "status": "failed"}]}, "refused"), ({"labels": {"risk": "high"}}, "review")],
)
async def test_what_is_refused_or_in_review_does_not_start(
    bench: Bench, fields: dict[str, object], outcome: str
) -> None:
    stored = await bench.started(**fields)
    assert (stored.change.state, stored.decision.outcome) == ("open", outcome)


async def test_a_change_that_waited_starts_once_it_may(bench: Bench) -> None:
    await bench.merge("stocktaking", FREEZE)
    stored = await bench.submit()
    await bench.later(2 * HOUR)
    assert (await bench.intake.start(stored.change.id)).change.state == "started"


async def test_an_approval_that_ran_out_may_still_start_if_it_is_approved_anew(bench: Bench) -> None:
    stored = await bench.submit()
    await bench.later(HOUR)
    started = await bench.intake.start(stored.change.id)
    assert (started.change.state, started.decision.at_ns) == ("started", AT_NS + HOUR)


async def test_starting_twice_is_starting_once(bench: Bench) -> None:
    started = await bench.started()
    bench.clock.advance(MINUTE)
    assert await bench.intake.start(started.change.id) == started
    assert (await bench.kinds(started.change.id)).count("started") == 1


async def test_two_gates_that_start_a_change_at_once_start_it_once(bench: Bench) -> None:
    stored = await bench.submit()
    other = await bench.another()
    bench.store.meanwhile.append(lambda: other.intake.start(stored.change.id))
    started = await bench.intake.start(stored.change.id)
    assert started.change.state == "started"
    assert (await bench.kinds(stored.change.id)).count("started") == 1


async def test_a_change_that_is_withdrawn_while_it_starts_does_not_start(bench: Bench) -> None:
    stored = await bench.submit()
    other = await bench.another()
    bench.store.meanwhile.append(lambda: other.intake.withdraw(stored.change.id))
    with pytest.raises(WrongStateError, match="is withdrawn, not open"):
        await bench.intake.start(stored.change.id)
    assert "started" not in await bench.kinds(stored.change.id)


async def test_with_a_policy_too_old_nothing_starts_where_the_environment_says_so(bench: Bench) -> None:
    stored, rehearsal = await bench.submit(), await bench.submit(environment="staging")
    bench.clock.advance(10 * MINUTE + 1)
    with pytest.raises(StalePolicyError):
        await bench.intake.start(stored.change.id)
    assert (await bench.intake.change(stored.change.id)).change.state == "open"
    assert (await bench.intake.start(rehearsal.change.id)).change.state == "started"


@pytest.mark.parametrize("failing", [1, 2, 3])
async def test_when_the_store_fails_nothing_starts(bench: Bench, failing: int) -> None:
    stored = await bench.submit()
    bench.store.fails_at = bench.store.calls + failing
    with pytest.raises(StoreError):
        await bench.intake.start(stored.change.id)
    assert await bench.intake.change(stored.change.id) == stored


async def test_when_the_engine_fails_nothing_starts(bench: Bench) -> None:
    stored = await bench.submit()
    bench.engine.fault = EngineError("it died")
    with pytest.raises(EngineError):
        await bench.intake.start(stored.change.id)
    assert await bench.intake.change(stored.change.id) == stored


@pytest.mark.parametrize("ending", ["finished", "withdrawn"])
async def test_what_is_over_does_not_start_again(bench: Bench, ending: str) -> None:
    if ending == "finished":
        stored = await bench.intake.finish((await bench.started()).change.id, "succeeded")
    else:
        stored = await bench.intake.withdraw((await bench.submit()).change.id)
    with pytest.raises(WrongStateError, match=f"is {ending}, not open") as caught:
        await bench.intake.start(stored.change.id)
    assert caught.value.hint


async def test_a_change_that_nobody_knows_does_not_start(bench: Bench) -> None:
    with pytest.raises(UnknownNameError, match="no change is called 'chg_none'"):
        await bench.intake.start("chg_none")


# Bypasses are used up by starting, once.


async def test_an_approval_on_a_bypass_uses_nothing_yet_and_a_start_uses_it_once(bench: Bench) -> None:
    await bench.merge("a way out", {**FREEZE, "bypasses/x.yaml": [a_bypass(uses=3)]})
    stored = await bench.submit()
    assert (stored.decision.outcome, stored.decision.uses_of_bypasses) == ("approved", ("double-charge",))
    await bench.intake.judge_again(stored.change.id)
    await bench.intake.start(stored.change.id)
    await bench.intake.start(stored.change.id)
    assert await uses(bench) == 1


async def test_what_used_a_bypass_says_so_on_record(bench: Bench) -> None:
    await bench.merge("a way out", FROZEN_WITH_A_WAY_OUT)
    started = await bench.started()
    said = json.loads((await bench.store.records(started.change.id))[-1].body)
    assert (said["kind"], said["bypasses"], said["decision"]) == ("started", ["double-charge"], started.decision.id)


async def test_a_bypass_that_lifts_nothing_is_not_used_up(bench: Bench) -> None:
    await bench.merge("just in case", {"bypasses/x.yaml": [a_bypass()]})
    started = await bench.started()
    assert started.decision.uses_of_bypasses == ()
    assert await uses(bench) == 0


async def test_of_two_changes_approved_on_the_last_use_only_one_starts(bench: Bench) -> None:
    await bench.merge("a way out", FROZEN_WITH_A_WAY_OUT)
    first = await bench.submit()
    await bench.later(15 * MINUTE)  # its approval ran out, and with it what it held
    second = await bench.submit(run="run-2")
    assert [first.decision.outcome, second.decision.outcome] == ["approved", "approved"]
    assert (await bench.intake.start(second.change.id)).change.state == "started"
    late = await bench.intake.start(first.change.id)
    assert (late.change.state, late.decision.outcome) == ("open", "waiting")
    assert [(bypass.honoured, bypass.lifts) for bypass in late.decision.bypasses] == [(False, ())]


async def test_two_gates_cannot_both_take_the_last_use(bench: Bench) -> None:
    await bench.merge("a way out", FROZEN_WITH_A_WAY_OUT)
    first = await bench.submit()
    await bench.later(15 * MINUTE)
    second = await bench.submit(run="run-2")
    await bench.later(15 * MINUTE)
    other = await bench.another()
    bench.store.meanwhile.append(lambda: other.intake.start(second.change.id))
    late = await bench.intake.start(first.change.id)
    assert (await bench.intake.change(second.change.id)).change.state == "started"
    assert (late.change.state, late.decision.outcome) == ("open", "waiting")
    assert await uses(bench) == 1


async def test_a_bypass_that_expires_before_the_start_lifts_no_more(bench: Bench) -> None:
    soon = a_bypass(expires="2026-11-02T10:05:00Z")
    await bench.merge("a way out", {**FREEZE, "bypasses/x.yaml": [soon]})
    stored = await bench.submit()
    assert stored.decision.valid_until_ns == AT_NS + 5 * MINUTE
    await bench.later(5 * MINUTE)
    assert (await bench.intake.start(stored.change.id)).change.state == "open"


# What a started change holds.


async def test_a_started_change_holds_its_service_longer_than_an_approval_would(bench: Bench) -> None:
    await bench.started()
    await bench.later(HOUR)
    assert (await bench.submit(run="run-2")).decision.outcome == "waiting"


async def test_a_started_change_that_nobody_finishes_does_not_hold_for_ever(bench: Bench) -> None:
    await bench.started()
    await bench.later(DAY)
    assert (await bench.submit(run="run-2")).decision.outcome == "approved"


async def test_a_request_that_started_is_answered_as_started(bench: Bench) -> None:
    started = await bench.started()
    assert (await bench.intake.submit(a_request(), "maria")).stored == started


async def test_a_clock_that_steps_back_neither_loses_nor_doubles_a_decision(bench: Bench) -> None:
    stored = await bench.submit()
    bench.clock.step_back(HOUR)
    await bench.activation.look()
    again = await bench.submit()
    assert again.change.id == stored.change.id
    started = await bench.intake.start(stored.change.id)
    assert (started.change.state, started.decision.sequence) == ("started", 2)
    assert started.decision.at_ns == AT_NS - HOUR
    assert await bench.kinds(stored.change.id) == ["submitted", "decided", "decided", "started"]
