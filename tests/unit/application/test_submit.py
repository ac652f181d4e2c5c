"""A request is judged once, recorded before it is answered, and answered the same when it is asked again."""

import json
from functools import partial

import pytest

from gate.application.intake import Intake
from gate.domain.assessment import Assessment
from gate.domain.change import request_key
from gate.domain.decision import decide
from gate.domain.errors import (
    AssessmentError,
    CallerError,
    ConflictingRequestError,
    EngineBehindError,
    EngineBusyError,
    EngineError,
    GateError,
    NoPolicyError,
    StoreError,
    UnknownNameError,
)
from gate.domain.facts import Facts
from tests.builders import AT_NS, HOUR, MINUTE, a_request, known
from tests.house import FILES, a_freeze
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio

REQUEST = a_request()
KEY = request_key(REQUEST, "maria", None)
CALLS_OF_A_SUBMIT = 2
"""Is it known, what happened so far, record it."""


async def test_an_ordinary_change_is_approved_at_once(bench: Bench) -> None:
    submitted = await bench.intake.submit(REQUEST, "maria")
    decision = submitted.stored.decision
    assert (decision.outcome, decision.valid_until_ns) == ("approved", AT_NS + 15 * MINUTE)
    assert (submitted.stored.change.state, submitted.asked_before) == ("open", False)


async def test_a_failed_step_refuses(bench: Bench) -> None:
    stored = await bench.submit(evidence=[{"kind": "tests", "status": "failed"}])
    assert stored.decision.outcome == "refused"


async def test_a_step_for_people_asks_for_review(bench: Bench) -> None:
    stored = await bench.submit(labels={"risk": "high"})
    assert stored.decision.outcome == "review"
    assert stored.decision.steps[-1].verdict.needs[0].group == "team-payments"


async def test_a_freeze_lets_wait_until_it_ends(bench: Bench) -> None:
    await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    decision = (await bench.submit()).decision
    assert (decision.outcome, decision.passes_at_ns) == ("waiting", AT_NS + 2 * HOUR)
    assert [window.name for window in decision.windows] == ["stocktaking"]


async def test_who_asks_is_the_requester_where_nobody_else_is_named(bench: Bench) -> None:
    assert (await bench.submit()).change.requester == "maria"
    assert (await bench.submit(run="run-2", requester="jan")).change.requester == "jan"


# Recorded before it is answered.


async def test_what_was_answered_is_on_record_with_all_that_it_rests_on(bench: Bench) -> None:
    stored = await bench.submit()
    recorded = await bench.store.decision(stored.decision.id)
    assert recorded is not None
    facts, assessment = Facts.model_validate_json(recorded.facts), Assessment.model_validate_json(recorded.assessment)
    assert decide(facts, assessment) == recorded.decision == stored.decision
    assert recorded.record_id == stored.record_id


async def test_the_ledger_is_told_what_was_asked_and_what_was_decided(bench: Bench) -> None:
    stored = await bench.submit()
    submitted, decided = [json.loads(r.body) for r in await bench.store.records(stored.change.id)]
    assert (submitted["kind"], submitted["requester"], submitted["request"]["commit"]) == (
        "submitted",
        "maria",
        REQUEST.commit,
    )
    assert (decided["kind"], decided["outcome"], decided["revision"]) == ("decided", "approved", bench.repository.tip)
    assert {decided[part][:7] for part in ("facts", "assessment", "decided")} == {"sha256:"}
    assert decided["id"] == stored.record_id


@pytest.mark.parametrize("failing", range(1, CALLS_OF_A_SUBMIT + 1))
async def test_when_the_store_fails_there_is_no_answer_and_nothing_is_kept(bench: Bench, failing: int) -> None:
    bench.store.fails_at = bench.store.calls + failing
    with pytest.raises(StoreError):
        await bench.submit()
    assert await known(bench.store, KEY) is None
    bench.store.fails_at = None
    stored = await bench.submit()
    assert (stored.decision.outcome, stored.decision.sequence) == ("approved", 1)
    assert await bench.kinds(stored.change.id) == ["submitted", "decided"]


async def test_a_submit_asks_the_store_three_times(bench: Bench) -> None:
    before = bench.store.calls
    await bench.submit()
    assert bench.store.calls - before == CALLS_OF_A_SUBMIT


@pytest.mark.parametrize("fault", [EngineError("it died"), EngineBusyError("full"), EngineBehindError("behind")])
async def test_when_the_engine_gives_no_answer_neither_does_the_gate(bench: Bench, fault: GateError) -> None:
    bench.engine.fault = fault
    with pytest.raises(EngineError):
        await bench.submit()
    assert await known(bench.store, KEY) is None
    bench.engine.fault = None
    assert (await bench.submit()).decision.outcome == "approved"


@pytest.mark.parametrize("said", [None, {}, {"outcome": "approved"}, True])
async def test_what_is_no_assessment_is_no_answer(bench: Bench, said: object) -> None:
    bench.answer = lambda _facts: said
    with pytest.raises(AssessmentError):
        await bench.submit()
    assert await known(bench.store, KEY) is None


async def test_a_policy_that_evaluated_nothing_approves_nothing(bench: Bench) -> None:
    everything = bench.answer
    bench.answer = lambda facts: {**everything(facts), "required": []}  # type: ignore[dict-item]  # it is a dict
    with pytest.raises(AssessmentError, match="approves nothing"):
        await bench.submit()
    assert await known(bench.store, KEY) is None


# What cannot be judged at all.


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"service": "paymnets"}, "service"), ({"environment": "prod"}, "environment")],
)
async def test_a_name_that_nobody_knows_is_the_askers_mistake(bench: Bench, fields: dict[str, str], field: str) -> None:
    before = bench.store.calls
    with pytest.raises(UnknownNameError, match="did you mean") as caught:
        await bench.submit(**fields)
    assert caught.value.field == field
    assert (bench.store.calls, bench.engine.asked) == (before, [])


async def test_a_service_is_changed_only_where_it_runs() -> None:
    [status_page] = FILES["services/status-page.yaml"]
    bench = await Bench().begun()
    await bench.merge("staging only", {"services/status-page.yaml": [{**status_page, "environments": ["staging"]}]})
    with pytest.raises(UnknownNameError, match="status-page does not run in production") as caught:
        await bench.submit(service="status-page")
    assert "It runs in staging" in caught.value.hint
    assert (await bench.submit(service="status-page", environment="staging")).decision.outcome == "approved"


async def test_before_any_policy_is_active_there_is_no_answer() -> None:
    with pytest.raises(NoPolicyError):
        await Bench().submit()


# The same request again.


async def test_the_same_request_gets_the_recorded_answer_without_being_judged(bench: Bench) -> None:
    first = await bench.submit()
    asked = len(bench.engine.asked)
    again = await bench.intake.submit(a_request(), "another pipeline")
    assert (again.stored, again.asked_before) == (first, True)
    assert len(bench.engine.asked) == asked
    assert await bench.kinds(first.change.id) == ["submitted", "decided"]


async def test_the_same_run_with_other_facts_is_not_answered_with_the_approval_of_the_first(bench: Bench) -> None:
    await bench.submit()
    with pytest.raises(ConflictingRequestError, match="says otherwise"):
        await bench.submit(evidence=[{"kind": "tests", "status": "failed"}])


async def test_without_a_run_a_mended_request_is_a_new_one(bench: Bench) -> None:
    refused = await bench.submit(run="", evidence=[{"kind": "tests", "status": "failed"}])
    mended = await bench.submit(run="")
    assert (refused.decision.outcome, mended.decision.outcome) == ("refused", "approved")
    assert mended.change.id != refused.change.id


async def test_who_asked_started_and_finished_is_on_record(bench: Bench) -> None:
    stored = (await bench.intake.submit(a_request(), "ci-one")).stored
    await bench.intake.start(stored.change.id, "ci-two")
    await bench.intake.finish(stored.change.id, "succeeded", "ci-three")
    said = [json.loads(record.body) for record in await bench.store.records(stored.change.id)]
    assert [(one["kind"], one["by"]) for one in said if "by" in one] == [
        ("submitted", "ci-one"),
        ("started", "ci-two"),
        ("finished", "ci-three"),
    ]


async def test_a_restart_does_not_forget_what_was_answered(bench: Bench) -> None:
    first = await bench.submit()
    assert await (await bench.another()).submit() == first


async def test_another_run_is_another_change(bench: Bench) -> None:
    assert (await bench.submit(run="run-1")).change.id != (await bench.submit(run="run-2")).change.id


async def test_an_idempotency_key_stands_for_one_request(bench: Bench) -> None:
    first = await bench.intake.submit(REQUEST, "maria", "key-1")
    again = await bench.intake.submit(REQUEST, "maria", "key-1")
    assert (again.stored, again.asked_before) == (first.stored, True)
    with pytest.raises(ConflictingRequestError, match=first.stored.change.id) as caught:
        await bench.intake.submit(a_request(service="ledger"), "maria", "key-1")
    assert isinstance(caught.value, CallerError)
    assert (caught.value.field, bool(caught.value.hint)) == ("Idempotency-Key", True)


async def test_two_askers_may_use_the_same_key(bench: Bench) -> None:
    first = await bench.intake.submit(REQUEST, "maria", "key-1")
    other = await bench.intake.submit(a_request(service="status-page"), "jan", "key-1")
    assert not other.asked_before
    assert first.stored.change.id != other.stored.change.id


async def test_an_approval_that_ran_out_is_judged_anew_when_it_is_asked_for_again(bench: Bench) -> None:
    first = await bench.submit()
    await bench.later(15 * MINUTE)
    again = await bench.intake.submit(REQUEST, "maria")
    assert (again.asked_before, again.stored.change.id) == (True, first.change.id)
    assert (again.stored.decision.sequence, again.stored.decision.at_ns) == (2, AT_NS + 15 * MINUTE)


async def test_an_approval_is_the_same_until_the_nanosecond_at_which_it_runs_out(bench: Bench) -> None:
    first = await bench.submit()
    await bench.later(15 * MINUTE - 1)
    assert await bench.submit() == first


async def test_a_started_change_is_answered_as_it_stands_however_late(bench: Bench) -> None:
    started = await bench.started()
    await bench.later(HOUR)
    assert await bench.submit() == started


# Others at the same moment.


async def test_the_same_request_at_two_gates_at_once_is_one_change(bench: Bench) -> None:
    other = await bench.another()
    bench.store.meanwhile.append(lambda: other.intake.submit(REQUEST, "maria"))
    submitted = await bench.intake.submit(REQUEST, "maria")
    assert submitted.asked_before
    assert await other.submit() == submitted.stored
    assert bench.meter.told + other.meter.told == [f"{submitted.stored.decision.id} approved production"]
    assert await bench.kinds(submitted.stored.change.id) == ["submitted", "decided"]


async def test_one_key_for_two_requests_at_once_is_a_conflict_for_the_later(bench: Bench) -> None:
    other = await bench.another()
    bench.store.meanwhile.append(lambda: other.intake.submit(a_request(service="status-page"), "maria", "key-1"))
    with pytest.raises(ConflictingRequestError):
        await bench.intake.submit(REQUEST, "maria", "key-1")


async def test_two_changes_that_exclude_each_other_are_not_both_approved(bench: Bench) -> None:
    other = await bench.another()
    bench.store.meanwhile.append(lambda: other.submit(run="run-other"))
    stored = await bench.submit()
    assert stored.decision.outcome == "waiting"
    assert [facts.conflicts != () for facts in bench.engine.asked] == [False, True]
    assert (await other.submit(run="run-other")).decision.outcome == "approved"


async def test_changes_that_keep_moving_its_facts_cannot_keep_a_change_for_ever(bench: Bench) -> None:
    other = await bench.another()
    # Ledger is near enough to be looked at, and never in the way: each takes or gives back its reservation.
    bench.store.meanwhile.extend(partial(_come_and_go, other.intake, number) for number in range(20))
    with pytest.raises(StoreError, match="kept moving its facts") as caught:
        await bench.submit()
    assert caught.value.hint == "Ask again in a moment."
    assert len(bench.engine.asked) == 8
    bench.store.meanwhile.clear()
    assert (await bench.submit()).decision.outcome == "approved"


async def _come_and_go(intake: Intake, number: int) -> None:
    run = f"run-{number // 2}"
    stored = (await intake.submit(a_request(service="ledger", run=run), "lena")).stored
    if number % 2:
        await intake.withdraw(stored.change.id)


async def test_an_approval_that_ran_out_and_starts_elsewhere_at_that_moment_is_answered_as_started(
    bench: Bench,
) -> None:
    first = await bench.submit()
    await bench.later(15 * MINUTE)
    other = await bench.another()
    bench.store.meanwhile.append(lambda: other.intake.start(first.change.id))
    again = await bench.intake.submit(REQUEST, "maria")
    assert (again.stored.change.state, again.asked_before) == ("started", True)


# A revision that is replaced while it is judged.


async def test_a_change_is_judged_at_one_revision_from_beginning_to_end(bench: Bench) -> None:
    new = bench.repository.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    bench.engine.meanwhile.append(bench.activation.look)
    stored = await bench.submit()
    assert (stored.decision.revision, stored.decision.outcome) == (new, "waiting")
    recorded = await bench.store.decision(stored.decision.id)
    assert recorded is not None
    assert json.loads(recorded.facts)["revision"] == json.loads(recorded.assessment)["revision"] == new


async def test_a_revision_that_came_while_a_change_was_recorded_judges_it_next(bench: Bench) -> None:
    old = bench.repository.tip
    bench.repository.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    bench.store.before_record = bench.activation.look
    stored = await bench.submit(labels={"risk": "high"})
    assert stored.decision.revision == old
    await bench.watch.judge_due()
    assert (await bench.intake.change(stored.change.id)).decision.revision == bench.repository.tip


async def test_an_engine_that_is_behind_without_a_new_revision_gives_no_answer(bench: Bench) -> None:
    bench.engine.fault = EngineBehindError("it judged at another revision")
    with pytest.raises(EngineBehindError):
        await bench.submit()
    assert len(bench.engine.asked) == 1
