"""A change may name changes that must be finished first; those that would wait for each other are told so."""

import pytest

from gate.application.prerequisites import MOST_FOLLOWED
from gate.domain.change import Result
from gate.domain.errors import CallerError, CircularError, UnknownNameError
from gate.domain.judgement import StoredChange
from gate.domain.outlook import HEARD_OF_NS
from tests.builders import MINUTE, a_request
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio


def commit(letter: str) -> str:
    return (letter * 40)[:40]


def name(service: str, letter: str) -> str:
    return f"{service}@{commit(letter)}"


async def ask(
    bench: Bench, service: str, letter: str, *depends_on: str, environment: str = "production"
) -> StoredChange:
    run = f"run of {service} {letter} {bench.clock.now_ns()}"
    fields = {"service": service, "commit": commit(letter), "environment": environment, "run": run}
    return await bench.submit(**fields, depends_on=depends_on)


async def finish(bench: Bench, stored: StoredChange, result: Result = "succeeded") -> None:
    await bench.intake.start(stored.change.id)
    await bench.intake.finish(stored.change.id, result)


async def outcome(bench: Bench, stored: StoredChange) -> str:
    """Once everything that is due was judged."""
    await bench.watch.judge_due()
    return (await bench.intake.change(stored.change.id)).decision.outcome


async def test_a_change_waits_until_what_it_names_is_finished_and_is_woken_at_once(bench: Bench) -> None:
    first = await ask(bench, "ledger", "a")
    second = await ask(bench, "status-page", "b", first.change.id)
    assert (second.decision.outcome, second.decision.place) == ("waiting", None)
    await bench.intake.start(first.change.id)
    assert await outcome(bench, second) == "waiting"
    await bench.intake.finish(first.change.id, "succeeded")
    assert await outcome(bench, second) == "approved"


async def test_it_may_name_what_nobody_has_asked_for_yet(bench: Bench) -> None:
    second = await ask(bench, "status-page", "b", name("ledger", "a"))
    assert await outcome(bench, second) == "waiting"
    first = await ask(bench, "ledger", "a")
    await outcome(bench, second)
    [known] = bench.engine.asked[-1].prerequisites
    assert (known.change, known.state) == (first.change.id, "open")
    await finish(bench, first)
    assert await outcome(bench, second) == "approved"


async def test_it_does_not_look_for_it_all_the_time(bench: Bench) -> None:
    second = await ask(bench, "status-page", "b", name("ledger", "a"))
    await bench.later(HEARD_OF_NS - MINUTE)
    assert await outcome(bench, second) == "waiting"
    assert (await bench.intake.change(second.change.id)).decision.sequence == 1


@pytest.mark.parametrize("result", ["failed", "rolled_back"])
async def test_it_is_refused_if_one_of_them_goes_wrong(bench: Bench, result: Result) -> None:
    first = await ask(bench, "ledger", "a")
    second = await ask(bench, "status-page", "b", name("ledger", "a"), name("payments", "c"))
    await finish(bench, first, result)
    assert await outcome(bench, second) == "refused"


async def test_it_is_refused_if_one_of_them_is_withdrawn_unless_it_is_asked_for_again(bench: Bench) -> None:
    first = await ask(bench, "ledger", "a")
    second = await ask(bench, "status-page", "b", name("ledger", "a"))
    await bench.intake.withdraw(first.change.id)
    assert await outcome(bench, second) == "refused"
    await bench.later(MINUTE)
    again = await ask(bench, "ledger", "a")
    third = await ask(bench, "status-page", "c", name("ledger", "a"))
    await finish(bench, again)
    assert await outcome(bench, third) == "approved"


async def test_of_several_changes_of_a_commit_the_newest_counts(bench: Bench) -> None:
    await finish(bench, await ask(bench, "ledger", "a"), "failed")
    await bench.later(MINUTE)
    await finish(bench, await ask(bench, "ledger", "a"))
    assert (await ask(bench, "status-page", "b", name("ledger", "a"))).decision.outcome == "approved"


async def test_a_commit_is_of_the_environment_and_an_id_of_any(bench: Bench) -> None:
    rehearsal = await ask(bench, "ledger", "a", environment="staging")
    await finish(bench, rehearsal)
    assert (await ask(bench, "status-page", "b", name("ledger", "a"))).decision.outcome == "waiting"
    await bench.later(MINUTE)
    assert (await ask(bench, "payments", "c", rehearsal.change.id)).decision.outcome == "approved"


async def test_an_id_that_nobody_has_is_a_mistake(bench: Bench) -> None:
    with pytest.raises(UnknownNameError, match="no change is called 'chg_unheard_of'") as caught:
        await ask(bench, "ledger", "a", "chg_unheard_of")
    assert caught.value.field == "depends_on"


@pytest.mark.parametrize("wrong", ["ledger", "ledger@abc", "@" + "a" * 40, "ledger@" + "A" * 40, "chg_", "x" * 300])
def test_what_is_no_name_of_a_change_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="depends_on"):
        a_request(depends_on=[wrong])


def test_not_more_than_twenty_can_be_named() -> None:
    assert len(a_request(depends_on=[f"chg_{n}" for n in range(20)]).depends_on) == 20
    with pytest.raises(ValueError, match="at most 20"):
        a_request(depends_on=[f"chg_{n}" for n in range(21)])


# Circles.


async def test_changes_that_would_wait_for_each_other_are_refused_with_the_circle_shown(bench: Bench) -> None:
    await ask(bench, "ledger", "a", name("payments", "b"))
    await ask(bench, "payments", "b", name("checkout", "c"))
    with pytest.raises(
        CircularError, match="checkout@cccccccccccc → ledger@aaaaaaaaaaaa → payments@bbbbbbbbbbbb"
    ) as caught:
        await ask(bench, "checkout", "c", name("ledger", "a"))
    around = [name("checkout", "c"), name("ledger", "a"), name("payments", "b"), name("checkout", "c")]
    assert list(caught.value.circle) == around


async def test_a_change_cannot_wait_for_itself(bench: Bench) -> None:
    with pytest.raises(CircularError):
        await ask(bench, "ledger", "a", name("ledger", "a"))


async def test_what_is_over_waits_for_nobody_and_makes_no_circle(bench: Bench) -> None:
    first = await ask(bench, "ledger", "a", name("payments", "b"))
    await bench.intake.withdraw(first.change.id)
    assert (await ask(bench, "payments", "b", name("ledger", "a"))).decision.outcome == "refused"


async def test_the_same_commit_elsewhere_makes_no_circle(bench: Bench) -> None:
    await ask(bench, "ledger", "a", name("payments", "b"), environment="staging")
    assert (await ask(bench, "payments", "b", name("ledger", "a"))).decision.outcome == "waiting"


async def test_a_circle_that_two_gates_close_at_the_same_moment_is_seen_when_it_is_judged_again(
    bench: Bench,
) -> None:
    other = await bench.another()
    bench.store.before_record = lambda: ask(other, "payments", "b", name("ledger", "a"))
    first = await ask(bench, "ledger", "a", name("payments", "b"))
    assert first.decision.outcome == "waiting"
    assert await outcome(bench, first) == "refused"
    assert bench.engine.asked[-1].circle != ()


async def test_what_hangs_together_by_too_many_is_refused(bench: Bench) -> None:
    last = await ask(bench, "ledger", "0", name("checkout", "f"))
    for number in range(MOST_FOLLOWED - 1):
        await bench.later(1)
        last = await ask(bench, "ledger", f"{number:02x}", last.change.id)
    with pytest.raises(CallerError, match="more than 100 others") as caught:
        await ask(bench, "payments", "b", last.change.id)
    assert caught.value.field == "depends_on"


async def test_a_service_that_nobody_knows_is_not_waited_for_in_vain(bench: Bench) -> None:
    with pytest.raises(UnknownNameError, match="did you mean ledger") as caught:
        await ask(bench, "payments", "a", name("ledgr", "b"))
    assert caught.value.field == "depends_on"


async def test_a_change_whose_service_is_known_no_more_may_still_be_named(bench: Bench) -> None:
    first = await ask(bench, "status-page", "a")
    await finish(bench, first)
    await bench.merge("no status page", {"services/status-page.yaml": []})
    assert (await ask(bench, "ledger", "b", name("status-page", "a"))).decision.outcome == "approved"
