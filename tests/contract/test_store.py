"""What every store promises about what it was told: simulator, SQLite, PostgreSQL.

What it answers about the past is in `test_store_history`, what holds when several gates write at once, in
`test_store_races`.
"""

from typing import Any

import pytest

from gate.domain.access import Token
from gate.domain.canonical import canonical
from gate.domain.change import StopRequest, request_key
from gate.domain.errors import FactsMovedError, StoreError
from gate.domain.judgement import StoredChange
from gate.domain.token_use import TokenUse
from gate.ports import Store
from tests.builders import (
    AT_NS,
    HOUR,
    MINUTE,
    a_change,
    a_judgement,
    a_question,
    a_record,
    a_request,
    a_reservation,
    finished,
    known,
    records_of,
    started,
    withdrawn,
)
from tests.contract.conftest import OpenStore
from tests.contract.judging import end, judge, judged, record

pytestmark = pytest.mark.anyio


# Remembering


async def test_a_recorded_change_is_found_by_its_id_and_by_its_request_key(store: Store) -> None:
    change = a_change(
        request=a_request(
            summary="żółw ☃", labels={"team": "pay"}, paths=["a/b.py"], duration="PT20M", size={"files": 3}
        )
    )
    judgement = a_judgement(change, request_key="asked")
    stored = await record(store, judgement)
    assert stored == StoredChange(change, judgement.decision, stored.record_id)
    assert await store.change(change.id) == stored
    assert await known(store, "asked") == stored


async def test_the_first_look_at_what_is_new_brings_its_history(store: Store) -> None:
    await judge(store, a_change())
    question = a_question(a_change())
    history = await store.history(question)
    assert await store.first_look("never asked", question) == history
    assert len(history.reservations) == 1


async def test_what_was_never_recorded_is_not_known(store: Store) -> None:
    assert await known(store, "never asked") is None
    assert await store.change("chg_unknown") is None
    assert await store.decision("chg_unknown.1") is None
    assert list(await store.records("chg_unknown")) == []


async def test_a_decision_keeps_the_exact_bytes_that_it_was_made_of(store: Store) -> None:
    judgement = a_judgement(a_change(request=a_request(summary='"\\u0000" \x00 <é>')))
    stored = await record(store, judgement)
    kept = await store.decision(judgement.decision.id)
    assert kept is not None
    assert kept.decision == judgement.decision
    assert kept.facts == canonical(judgement.facts)
    assert kept.assessment == judgement.assessment_bytes
    assert kept.record_id == stored.record_id


async def test_the_record_that_proves_a_decision_is_the_one_that_says_decided(store: Store) -> None:
    stored = await judge(store, a_change())
    (proof,) = [entry for entry in await store.records(stored.change.id) if entry.kind == "decided"]
    assert stored.record_id == proof.id


async def test_records_come_back_oldest_first_and_byte_for_byte_even_if_all_are_of_one_instant(store: Store) -> None:
    change = a_change()
    first = a_judgement(change)
    said = records_of(first)[::-1]  # so that no order but the given one gives it back
    await store.record(first, said)
    second = await judged(store, started(change), sequence=2)
    said += records_of(second)
    await store.record(second, said[2:])
    await end(store, finished(change))
    kept = list(await store.records(change.id))
    assert kept[:4] == said
    assert kept[4].kind == "finished"


async def test_a_note_belongs_to_no_change(store: Store) -> None:
    change = a_change()
    await judge(store, change)
    await store.note(a_record("policy_activated", revision="a" * 40))
    assert [entry.kind for entry in await store.records(change.id)] == ["submitted", "decided"]


async def test_what_one_gate_was_told_another_knows_and_so_does_the_next_to_be_started(open_store: OpenStore) -> None:
    first, second = await open_store(), await open_store()
    stored = await judge(first, a_change())
    assert await second.change(stored.change.id) == stored
    assert await (await open_store()).change(stored.change.id) == stored


# The same request again


async def test_the_same_request_is_answered_with_what_was_recorded_and_writes_nothing(store: Store) -> None:
    first = await record(store, a_judgement(a_change(), request_key="same"))
    again = a_change(service="ledger")
    assert await record(store, a_judgement(again, request_key="same")) == first
    assert await store.change(again.id) is None
    assert await store.decision(f"{again.id}.1") is None
    assert list(await store.records(again.id)) == []
    assert (await store.history(a_question(a_change(service="ledger")))).reservations == ()


async def test_requests_without_a_key_are_never_the_same(store: Store) -> None:
    for change in (a_change(), a_change()):
        assert (await judge(store, change, request_key=None)).change == change


async def test_a_request_without_a_run_may_be_asked_again_once_its_change_is_over(store: Store) -> None:
    request = a_request(run="")
    key = request_key(request, "maria", None)
    change = a_change(request=request)
    await judge(store, change, request_key=key)
    assert await known(store, key) is not None
    await end(store, withdrawn(change), "open")
    assert await known(store, key) is None
    assert await store.change(change.id) is not None
    again = a_change(request=request)
    assert (await judge(store, again, request_key=key)).change == again


async def test_a_request_of_a_run_stays_answered_when_its_change_is_over(store: Store) -> None:
    change = a_change(request=a_request(run="run-7"))
    key = request_key(change.request, "maria", None)
    await judge(store, change, request_key=key)
    await end(store, withdrawn(change), "open")
    stored = await known(store, key)
    assert stored is not None
    assert stored.change.state == "withdrawn"


async def test_an_askers_own_key_stays_taken_even_without_a_run(store: Store) -> None:
    change = a_change(request=a_request(run=""))
    key = request_key(change.request, "maria", "my-own-key")
    await judge(store, change, request_key=key)
    await end(store, withdrawn(change), "open")
    assert await known(store, key) is not None


# Moving on


async def test_the_latest_decision_stands_beside_the_change_and_the_earlier_ones_stay(store: Store) -> None:
    change = a_change()
    first = await judge(store, change, "review", request_key="asked")
    second = await judge(store, started(change), sequence=2)
    assert await store.change(change.id) == second
    assert await known(store, "asked") == second
    assert second.change.state == "started"
    kept = await store.decision(first.decision.id)
    assert kept is not None
    assert kept.decision == first.decision


@pytest.mark.parametrize("sequence", [1, 2, 4])
async def test_only_the_next_decision_can_be_recorded(store: Store, sequence: int) -> None:
    change = a_change()
    await judge(store, change, "review")
    await judge(store, change, "review", sequence=2)
    with pytest.raises(FactsMovedError):
        await judge(store, change, sequence=sequence, request_key=None)
    assert (await store.history(a_question(a_change()))).reservations == ()
    assert len(await store.records(change.id)) == 3
    kept = await store.change(change.id)
    assert kept is not None
    assert kept.decision.sequence == 2


async def test_a_change_that_nobody_asked_for_has_no_second_decision(store: Store) -> None:
    change = a_change()
    with pytest.raises(FactsMovedError):
        await judge(store, change, "review", sequence=2)
    assert await store.change(change.id) is None


async def test_a_change_that_is_over_is_judged_no_more(store: Store) -> None:
    change = a_change()
    await judge(store, change)
    judgement = await judged(store, change, sequence=2)
    await end(store, withdrawn(change), "open")
    with pytest.raises(FactsMovedError):
        await record(store, judgement)
    kept = await store.change(change.id)
    assert kept is not None
    assert kept.change == withdrawn(change)


async def test_a_started_change_does_not_become_open_again(store: Store) -> None:
    change = a_change()
    await judge(store, started(change))
    with pytest.raises(FactsMovedError):
        await judge(store, change, sequence=2)


async def test_a_started_change_may_be_judged_again_while_it_runs(store: Store) -> None:
    change = started(a_change())
    await judge(store, change)
    assert (await judge(store, change, "waiting", sequence=2)).decision.outcome == "waiting"


# Ending


async def test_the_end_of_a_change_is_kept_with_its_result_and_its_last_decision(store: Store) -> None:
    change = started(a_change())
    stored = await judge(store, change)
    over = finished(change, "rolled_back")
    await end(store, over)
    assert await store.change(change.id) == StoredChange(over, stored.decision, stored.record_id)


async def test_only_a_change_in_the_expected_state_can_be_ended_and_only_once(store: Store) -> None:
    change = a_change()
    with pytest.raises(FactsMovedError):
        await end(store, withdrawn(change), "open")
    await judge(store, change)
    with pytest.raises(FactsMovedError):
        await end(store, finished(change), "started")
    await end(store, withdrawn(change), "open")
    with pytest.raises(FactsMovedError):
        await end(store, withdrawn(change), "open")
    assert [entry.kind for entry in await store.records(change.id)] == ["submitted", "decided", "withdrawn"]


# Being judged again


async def test_what_is_due_is_told_longest_due_first_and_not_before_its_time(store: Store) -> None:
    late, soon, later = a_change(), a_change(), a_change()
    await judge(store, late, "waiting", look_again_ns=AT_NS + 2 * MINUTE)
    await judge(store, soon, "waiting", look_again_ns=AT_NS + MINUTE)
    await judge(store, later, "waiting", look_again_ns=AT_NS + HOUR)
    await judge(store, a_change(), "review")
    assert list(await store.due(AT_NS, 10)) == []
    assert list(await store.due(AT_NS + 2 * MINUTE, 10)) == [soon.id, late.id]
    assert list(await store.due(AT_NS + HOUR, 2)) == [soon.id, late.id]


async def test_a_change_is_due_no_more_once_it_is_judged_again_or_has_left_the_queue(store: Store) -> None:
    again, begun, gone = a_change(), a_change(), a_change()
    for change in (again, begun, gone):
        await judge(store, change, "waiting", look_again_ns=AT_NS)
    await judge(store, again, "review", sequence=2)
    await judge(store, started(begun), sequence=2)
    await end(store, withdrawn(gone), "open")
    assert list(await store.due(AT_NS + HOUR, 10)) == []


async def test_a_change_that_is_postponed_is_due_later(store: Store) -> None:
    change, other = a_change(), a_change()
    for each in (change, other):
        await judge(store, each, "waiting", look_again_ns=AT_NS)
    await store.postpone(change.id, AT_NS + MINUTE)
    assert list(await store.due(AT_NS, 10)) == [other.id]
    assert list(await store.due(AT_NS + MINUTE, 10)) == [other.id, change.id]


async def test_a_change_that_was_made_due_meanwhile_is_not_postponed(store: Store) -> None:
    change = a_change()
    await judge(store, change, "waiting", look_again_ns=AT_NS + MINUTE)
    await store.postpone(change.id, AT_NS + HOUR, if_due_at_ns=AT_NS)
    assert list(await store.due(AT_NS + MINUTE, 10)) == [change.id]
    await store.postpone(change.id, AT_NS + HOUR, if_due_at_ns=AT_NS + MINUTE)
    assert list(await store.due(AT_NS + MINUTE, 10)) == []
    await store.postpone(change.id, None)
    assert list(await store.due(AT_NS + HOUR, 10)) == []


async def test_a_running_change_is_due_when_it_was_said_and_no_more_once_it_is_over(store: Store) -> None:
    change = started(a_change())
    await judge(store, change, look_again_ns=AT_NS + MINUTE)
    assert list(await store.due(AT_NS + MINUTE, 10)) == [change.id]
    await end(store, finished(change))
    assert list(await store.due(AT_NS + HOUR, 10)) == []


async def test_what_is_over_cannot_be_postponed_into_being_due(store: Store) -> None:
    change = a_change()
    await judge(store, change, "waiting")
    await end(store, withdrawn(change), "open")
    await store.postpone(change.id, AT_NS)
    assert list(await store.due(AT_NS, 10)) == []


async def test_a_new_policy_makes_every_open_change_due_that_is_not_approved(store: Store) -> None:
    in_review, waiting, approved, gone = a_change(), a_change(), a_change(service="ledger"), a_change()
    forgotten = a_change(asked_at_ns=AT_NS - HOUR)
    await judge(store, forgotten, "review")
    await judge(store, in_review, "review")
    await judge(store, waiting, "waiting", look_again_ns=AT_NS - MINUTE)
    await judge(store, approved)
    await judge(store, gone, "refused")
    running, left = started(a_change(service="search")), started(a_change(service="search"))
    await judge(store, running)
    await judge(store, left, reservation=a_reservation(left, until_ns=AT_NS))
    await end(store, withdrawn(gone), "open")
    await store.make_all_due(AT_NS, asked_since_ns=AT_NS - HOUR + 1)
    assert list(await store.due(AT_NS - 1, 10)) == [waiting.id]
    assert set(await store.due(AT_NS, 10)) == {waiting.id, in_review.id, running.id}


async def test_a_change_that_was_told_to_stop_is_known_to_be(store: Store) -> None:
    change = started(a_change())
    await judge(store, change)
    stop = StopRequest(at_ns=AT_NS + HOUR, reason="żółw", window="stocktaking", closed_at_ns=AT_NS + MINUTE)
    told = change.model_copy(update={"stop": stop})
    await judge(store, told, "waiting", sequence=2)
    kept = await store.change(change.id)
    assert kept is not None
    assert kept.change == told


async def test_the_end_of_a_change_makes_those_due_that_waited_for_it_and_nobody_else(store: Store) -> None:
    first, patient, stranger = started(a_change()), a_change(), a_change()
    await judge(store, first)
    await judge(store, patient, "waiting", waits_on=(first.id,), look_again_ns=AT_NS + 10 * HOUR)
    await judge(store, stranger, "waiting", waits_on=("chg_another",), look_again_ns=AT_NS + 10 * HOUR)
    await end(store, finished(first, at_ns=AT_NS + HOUR))
    assert list(await store.due(AT_NS + HOUR - 1, 10)) == []
    assert list(await store.due(AT_NS + HOUR, 10)) == [patient.id]


async def test_a_change_that_waits_no_more_is_not_woken(store: Store) -> None:
    first, patient = started(a_change()), a_change(service="ledger")
    await judge(store, first)
    await judge(store, patient, "waiting", waits_on=(first.id,))
    await judge(store, patient, "review", sequence=2)
    await end(store, finished(first))
    assert list(await store.due(AT_NS + 10 * HOUR, 10)) == []


async def test_a_change_whose_obstacle_ended_while_it_was_judged_is_due_at_once(store: Store) -> None:
    first, patient = started(a_change()), a_change()
    await judge(store, first)
    judgement = await judged(store, patient, "waiting", waits_on=(first.id,), look_again_ns=AT_NS + 10 * HOUR)
    await end(store, finished(first))
    await record(store, judgement)
    assert list(await store.due(AT_NS, 10)) == [patient.id]


# Tokens


def a_token(**fields: Any) -> Token:
    usual = {"id": "a1", "name": "ci", "digest": "d1", "permissions": ("submit", "audit"), "made_at_ns": AT_NS}
    return Token.model_validate(usual | fields)


async def test_tokens_are_told_as_they_were_made_oldest_first(store: Store) -> None:
    assert list(await store.tokens()) == []
    late = a_token(services=("pay*", "ledger"), environments=("staging",), expires_at_ns=AT_NS + HOUR)
    early = a_token(id="b2", made_at_ns=AT_NS - 1)
    for token in (late, early):
        await store.add_token(token, a_record("token_made"))
    assert list(await store.tokens()) == [early, late]


async def test_a_token_is_revoked_once_and_stays_so(store: Store) -> None:
    for token in (a_token(), a_token(id="b2")):
        await store.add_token(token, a_record("token_made"))
    assert await store.revoke_token("a1", AT_NS + 1, a_record("token_revoked"))
    assert await store.revoke_token("a1", AT_NS + 2, a_record("token_revoked"))
    assert list(await store.tokens()) == [a_token(revoked_at_ns=AT_NS + 1), a_token(id="b2")]


async def test_a_token_that_nobody_made_cannot_be_revoked(store: Store) -> None:
    assert not await store.revoke_token("a1", AT_NS, a_record("token_revoked"))


# Answering at all


async def test_a_store_that_works_says_so_and_one_that_is_closed_answers_nothing(store: Store) -> None:
    await store.ping()
    await store.close()
    with pytest.raises(StoreError):
        await store.ping()
    with pytest.raises(StoreError):
        await known(store, "asked")


# What identity tokens were used for


def a_use(**fields: Any) -> TokenUse:
    return TokenUse.model_validate({"token": "t1", "request_key": "k1", "kept_until_ns": AT_NS + HOUR} | fields)


async def test_a_token_is_bound_to_what_it_is_used_for_first(store: Store) -> None:
    first = a_use()
    assert await store.use_token(first, AT_NS) == first
    for other in (a_use(request_key="k2"), a_use(request_key=None, change_id="chg_1"), first):
        assert await store.use_token(other, AT_NS) == first
    elsewhere = a_use(token="t2", request_key="k2")  # noqa: S106 -- a digest
    assert await store.use_token(elsewhere, AT_NS) == elsewhere


async def test_what_a_request_became_is_settled_once(store: Store) -> None:
    await store.use_token(a_use(), AT_NS)
    for change in ("chg_1", "chg_2"):
        await store.settle_token("t1", change)
    assert await store.use_token(a_use(), AT_NS) == a_use(change_id="chg_1")
    await store.settle_token("never used", "chg_1")


async def test_a_use_is_forgotten_when_nobody_can_show_its_token_any_more(store: Store) -> None:
    await store.use_token(a_use(), AT_NS)
    later = a_use(request_key="k2", kept_until_ns=AT_NS + 3 * HOUR)
    assert await store.use_token(later, AT_NS + HOUR - 1) == a_use()
    assert await store.use_token(later, AT_NS + HOUR) == later
