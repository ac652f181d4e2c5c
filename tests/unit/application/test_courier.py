"""What there is to tell of a decision is told: at least once, later if not now, and by one gate."""

import pytest

from gate.domain.errors import StoreError
from gate.domain.notice import EVERYTHING, MOST_ATTEMPTS
from tests.builders import HOUR, MINUTE
from tests.house import a_freeze
from tests.simulators.notifier import NotifierSimulator
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio


@pytest.fixture
async def heard() -> Bench:
    """A house that tells Maria what she asked for, and a program everything."""
    return await Bench(notifier=NotifierSimulator(reachable=("maria", EVERYTHING))).begun()


def titles(bench: Bench) -> list[tuple[str, str]]:
    return [(each.addressee, each.title.split(":")[0]) for each in bench.notifier.told]


async def test_whoever_asked_is_told_every_outcome(heard: Bench) -> None:
    await heard.merge("closed", {"calendar/x.yaml": [a_freeze(end="2026-11-02T10:10")]})
    await heard.submit()
    await heard.courier.deliver_due()
    assert titles(heard) == [("maria", "Waiting"), (EVERYTHING, "Waiting")]
    await heard.later(10 * MINUTE)
    await heard.watch.judge_due()
    await heard.courier.deliver_due()
    assert titles(heard)[2:] == [("maria", "Approved"), (EVERYTHING, "Approved")]


async def test_those_who_can_act_are_asked_once(heard: Bench) -> None:
    heard = await Bench(notifier=NotifierSimulator(reachable=("team-payments",))).begun()
    stored = await heard.submit(labels={"risk": "high"})
    await heard.intake.judge_again(stored.change.id)
    await heard.courier.deliver_due()
    assert titles(heard) == [("team-payments", "Review asked")]


async def test_what_is_not_delivered_is_tried_again_later_and_then_no_more(heard: Bench) -> None:
    await heard.submit()
    heard.notifier.fails = True
    await heard.courier.deliver_due()
    assert await heard.courier.deliver_due() is False
    heard.notifier.fails = False
    await heard.later(2 * MINUTE)
    await heard.courier.deliver_due()
    assert [each.attempts for each in heard.notifier.told] == [1, 1]
    await heard.later(HOUR)
    await heard.courier.deliver_due()
    assert len(heard.notifier.told) == 2


async def test_what_nobody_takes_for_days_is_given_up(heard: Bench) -> None:
    await heard.submit()
    heard.notifier.fails = True
    for _ in range(MOST_ATTEMPTS):
        await heard.courier.deliver_due()
        await heard.later(HOUR)
    heard.notifier.fails = False
    await heard.courier.deliver_due()
    assert heard.notifier.told == []


async def test_what_a_gate_had_in_hand_when_it_died_is_told_by_another_one(heard: Bench) -> None:
    await heard.submit()
    now_ns = heard.clock.now_ns()
    await heard.store.take_notices(now_ns, now_ns + MINUTE, 10)
    other = await heard.another()
    await other.courier.deliver_due()
    assert titles(heard) == []
    await heard.later(MINUTE)
    await other.courier.deliver_due()
    assert titles(heard) == [("maria", "Approved"), (EVERYTHING, "Approved")]


async def test_a_house_that_reaches_nobody_writes_nothing_and_has_nothing_to_do() -> None:
    bench = await Bench().begun()
    await bench.submit()
    assert not bench.courier.has_work
    assert await bench.store.take_notices(bench.clock.now_ns() + HOUR, 0, 10) == []


async def test_a_store_that_is_away_loses_no_notice(heard: Bench) -> None:
    await heard.submit()
    heard.store.fails_at = heard.store.calls + 1
    with pytest.raises(StoreError):
        await heard.courier.deliver_due()
    await heard.courier.deliver_due()
    assert len(heard.notifier.told) == 2
