"""What every store promises when several gates write at once: of decisions that exclude each other, one is recorded."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable, Sequence
from contextlib import suppress
from random import Random
from typing import TypeVar

import pytest

from gate.domain.change import Change
from gate.domain.decision import Outcome
from gate.domain.errors import FactsMovedError
from gate.domain.judgement import Judgement, StoredChange
from gate.domain.token_use import TokenUse
from gate.ports import Store
from tests.builders import AT_NS, HOUR, a_change, a_judgement, a_question, a_reservation, finished, started, withdrawn
from tests.contract.conftest import OpenStore
from tests.contract.judging import end, judge, judged, record

pytestmark = pytest.mark.anyio

T = TypeVar("T")

OUTCOMES: tuple[Outcome, ...] = ("approved", "review", "waiting")


@pytest.fixture
async def gates(open_store: OpenStore) -> Sequence[Store]:
    """Two gates on one database."""
    return [await open_store(), await open_store()]


async def at_once(attempts: Iterable[Awaitable[T]]) -> tuple[list[T], int]:
    """What those brought who got through, and how many were told that the facts had moved. Anything else is raised."""
    results = await asyncio.gather(*attempts, return_exceptions=True)
    moved = [result for result in results if isinstance(result, FactsMovedError)]
    others = [result for result in results if isinstance(result, BaseException) and result not in moved]
    assert not others, others
    return [result for result in results if not isinstance(result, BaseException)], len(moved)


def spread(judgements: Iterable[Judgement], gates: Sequence[Store]) -> Iterable[Awaitable[StoredChange]]:
    """Record the judgements in turn at each gate."""
    return [record(gates[number % len(gates)], judgement) for number, judgement in enumerate(judgements)]


# One after the other: the same promises, step by step


async def test_an_approval_is_refused_if_another_took_what_it_rests_on(store: Store) -> None:
    late = await judged(store, a_change(), near=("ledger",))
    await judge(store, a_change(service="ledger"))
    with pytest.raises(FactsMovedError):
        await record(store, late)
    assert await store.change(late.change.id) is None
    assert list(await store.records(late.change.id)) == []


async def test_an_approval_is_recorded_if_what_others_took_does_not_concern_it(store: Store) -> None:
    late = await judged(store, a_change(), near=("ledger",))
    await judge(store, a_change(service="search"))
    assert (await record(store, late)).decision.outcome == "approved"


async def test_an_approval_is_recorded_if_what_another_took_only_raises_its_risk(store: Store) -> None:
    change = a_change()
    question = a_question(change, near=("ledger",), contended=("service:payments",))
    late = a_judgement(change, question=question, history=await store.history(question))
    await judge(store, a_change(service="ledger"))
    assert (await record(store, late)).decision.outcome == "approved"


async def test_an_approval_is_refused_if_what_it_knew_of_has_gone(store: Store) -> None:
    first = a_change()
    await judge(store, first)
    late = await judged(store, a_change())
    await end(store, withdrawn(first), "open")
    with pytest.raises(FactsMovedError):
        await record(store, late)


async def test_what_takes_nothing_is_recorded_even_if_others_took_something(store: Store) -> None:
    late = await judged(store, a_change(), "review")
    await judge(store, a_change())
    assert (await record(store, late)).decision.outcome == "review"


async def test_more_load_than_was_judged_on_is_no_reason_to_judge_again(store: Store) -> None:
    late = await judged(store, a_change())
    holder = a_change(service="search")
    await judge(store, holder, reservation=a_reservation(holder, team="team-payments"))
    assert (await record(store, late)).decision.outcome == "approved"


async def test_a_bypass_is_used_up_by_whoever_is_recorded_first(store: Store) -> None:
    late = await judged(store, started(a_change()), bypasses=("b-1",), uses=("b-1",), reservation=None)
    await judge(store, started(a_change()), bypasses=("b-1",), uses=("b-1",), reservation=None)
    with pytest.raises(FactsMovedError):
        await record(store, late)
    assert (await store.history(a_question(late.change, bypasses=("b-1",)))).bypass_uses == {"b-1": 1}


# At the same moment


@pytest.mark.parametrize("attempt", range(5))
async def test_of_approvals_that_exclude_each_other_exactly_one_is_recorded(
    gates: Sequence[Store], attempt: int
) -> None:
    # Each service is near the other one, but neither holds the other: only looking and taking together tells.
    judgements = [
        await judged(gates[0], a_change(service=f"payments-{attempt}"), near=(f"ledger-{attempt}",)),
        await judged(gates[1], a_change(service=f"ledger-{attempt}"), near=(f"payments-{attempt}",)),
    ]
    recorded, moved = await at_once(spread(judgements, gates))
    assert (len(recorded), moved) == (1, 1)


async def test_of_many_approvals_for_one_service_exactly_one_is_recorded(gates: Sequence[Store]) -> None:
    judgements = [await judged(gates[0], a_change(), near=("ledger", "search")) for _ in range(12)]
    recorded, moved = await at_once(spread(judgements, gates))
    assert (len(recorded), moved) == (1, 11)
    (held,) = (await gates[1].history(a_question(a_change()))).reservations
    assert held.change == recorded[0].change.id


async def test_approvals_that_do_not_concern_each_other_are_all_recorded(gates: Sequence[Store]) -> None:
    judgements = [await judged(gates[0], a_change(service=f"service-{number}")) for number in range(12)]
    recorded, _ = await at_once(spread(judgements, gates))
    assert len(recorded) == 12


async def test_of_twenty_who_claim_the_last_use_of_a_bypass_one_gets_it(gates: Sequence[Store]) -> None:
    judgements = [
        await judged(
            gates[0], started(a_change(service=f"service-{number}")), bypasses=("b-1",), uses=("b-1",), reservation=None
        )
        for number in range(20)
    ]
    recorded, moved = await at_once(spread(judgements, gates))
    assert (len(recorded), moved) == (1, 19)
    assert (await gates[0].history(a_question(a_change(), bypasses=("b-1",)))).bypass_uses == {"b-1": 1}


async def test_a_request_that_arrives_many_times_at_once_makes_one_change(gates: Sequence[Store]) -> None:
    judgements = [await judged(gates[0], a_change(), request_key="same") for _ in range(12)]
    recorded, moved = await at_once(spread(judgements, gates))
    assert (len(recorded), moved) == (12, 0)
    assert len({stored.change.id for stored in recorded}) == 1
    kept = [await gates[1].change(judgement.change.id) for judgement in judgements]
    assert [stored for stored in kept if stored] == recorded[:1]


async def test_of_those_who_judge_a_change_again_at_once_one_makes_the_next_decision(gates: Sequence[Store]) -> None:
    change = a_change()
    await judge(gates[0], change, "review")
    judgements = [await judged(gates[0], change, "review", sequence=2) for _ in range(8)]
    recorded, moved = await at_once(spread(judgements, gates))
    assert (len(recorded), moved) == (1, 7)
    assert len(await gates[0].records(change.id)) == 3


async def test_a_change_is_started_or_withdrawn_but_not_both(gates: Sequence[Store]) -> None:
    for number in range(6):
        change = a_change(service=f"service-{number}")
        await judge(gates[0], change)
        start = await judged(gates[0], started(change), sequence=2)
        done, moved = await at_once([as_none(record(gates[0], start)), end(gates[1], withdrawn(change), "open")])
        assert (len(done), moved) == (1, 1)


async def as_none(work: Awaitable[object]) -> None:
    await work


async def test_nobody_waits_for_a_change_that_ended_unheard(gates: Sequence[Store]) -> None:
    for number in range(6):
        first, patient = started(a_change(service=f"service-{number}")), a_change()
        await judge(gates[0], first)
        waiting = await judged(gates[0], patient, "waiting", waits_on=(first.id,), look_again_ns=AT_NS + 100 * HOUR)
        await asyncio.gather(record(gates[0], waiting), end(gates[1], finished(first)))
        assert patient.id in await gates[1].due(AT_NS + HOUR, 100)


@pytest.mark.parametrize("seed", range(4))
async def test_however_writers_interleave_each_change_has_its_decisions_without_gap_or_repetition(
    gates: Sequence[Store], seed: int
) -> None:
    changes = [a_change(service=f"service-{number}") for number in range(4)]
    recorded: Counter[str] = Counter()

    async def writer(number: int) -> None:
        random = Random(100 * seed + number)  # noqa: S311 -- picks an interleaving, not a secret
        for _ in range(12):
            change = random.choice(changes)
            with suppress(FactsMovedError):
                await step(gates[random.randrange(2)], change, random)
                recorded[change.id] += 1

    await asyncio.gather(*(writer(number) for number in range(6)))
    for change in changes:
        await demand_dense(gates[0], change, recorded[change.id])


async def step(store: Store, change: Change, random: Random) -> None:
    """Judge a change again on whatever it stands at."""
    stored = await store.change(change.id)
    sequence = stored.decision.sequence + 1 if stored else 1
    outcome = random.choice(OUTCOMES)
    # The neighbours overlap, so that approvals exclude each other now and then.
    near = tuple(f"service-{random.randrange(4)}" for _ in range(2))
    others = ("chg_unknown",) if outcome == "waiting" else ()
    await judge(store, change, outcome, sequence=sequence, near=near, waits_on=others, request_key=None)


async def demand_dense(store: Store, change: Change, count: int) -> None:
    """As many decisions as were acknowledged, numbered from 1, and as many records as they brought."""
    stored = await store.change(change.id)
    assert (stored.decision.sequence if stored else 0) == count
    for sequence in range(1, count + 1):
        kept = await store.decision(f"{change.id}.{sequence}")
        assert kept is not None
        assert kept.decision.sequence == sequence
    kinds = [entry.kind for entry in await store.records(change.id)]
    assert kinds == (["submitted"] if count else []) + ["decided"] * count


async def test_of_many_gates_that_are_shown_one_token_at_once_one_binds_it(open_store: OpenStore) -> None:
    gates = [await open_store() for _ in range(4)]
    uses = [TokenUse(token="t1", request_key=f"k{n}", kept_until_ns=AT_NS + HOUR) for n in range(20)]  # noqa: S106 -- a digest
    first, *others = await asyncio.gather(*(gates[n % 4].use_token(use, AT_NS) for n, use in enumerate(uses)))
    assert all(other == first for other in others)
    assert [use for use in uses if first.allows(use)] == [first]
