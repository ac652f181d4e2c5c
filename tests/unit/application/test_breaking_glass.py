"""The glass is broken, and it is judged at once; nothing in between loses it, or lets it lift without a record."""

import contextlib
import json
from typing import Any, Final

import pytest

from gate.domain.errors import EngineError, ForbiddenError, StoreError, WrongStateError
from gate.domain.notice import EVERYTHING
from gate.domain.pir import PirFindings
from tests.builders import AT_NS, DAY, HOUR, MINUTE
from tests.house import FILES, Files, a_bypass, a_freeze
from tests.simulators.notifier import NotifierSimulator
from tests.simulators.proposals import REMOTE_AWAY, ProposalsSimulator
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio

PROCESS: Final = FILES["process.yaml"][0]
FREEZE: Final[Files] = {"calendar/x.yaml": [a_freeze(end="2026-11-30T00:00")]}


def glass_in(**terms: Any) -> Files:
    return {"process.yaml": [{**PROCESS, "break_glass": {"group": "release-managers", **terms}}]}


async def begun(**fields: Any) -> Bench:
    bench = await Bench(**fields).begun()
    await bench.merge("a freeze, and a glass", {**FREEZE, **glass_in()})
    return bench


@pytest.fixture
async def bench() -> Bench:
    return await begun(proposals=ProposalsSimulator())


async def test_it_lifts_at_once_and_what_it_lifts_keeps_its_verdict(bench: Bench) -> None:
    change = (await bench.submit()).change.id
    broken = await bench.break_glass(change)
    decision = broken.stored.decision
    assert (decision.outcome, decision.sequence) == ("approved", 2)
    freeze = next(step for step in decision.steps if step.step == "freeze")
    assert (freeze.verdict.status, freeze.lifted_by) == ("waiting", broken.glass.id)
    (told,) = decision.bypasses
    assert (told.break_glass, told.by, told.ticket) == (True, "ruth", "INC-7")
    assert (await bench.intake.start(change)).change.state == "started"


async def test_it_is_on_record_with_who_why_and_how_that_is_shown_and_so_is_what_it_lifted(bench: Bench) -> None:
    change = (await bench.submit()).change
    glass = (await bench.break_glass(change.id)).glass
    assert await bench.kinds(change.id) == ["submitted", "decided", "glass_broken", "decided"]
    *_, said, decided = [json.loads(record.body) for record in await bench.store.records(change.id)]
    assert (said["by"], said["asker"], said["shown_by"], said["incident"]) == ("ruth", "a token", "token", "INC-7")
    assert (said["commit"], said["glass"]) == (change.request.commit, glass.id)
    (lifted,) = decided["lifted"]
    assert (lifted["step"], lifted["verdict"], lifted["by"]) == ("freeze", "waiting", "ruth")


async def test_it_is_on_record_although_everything_would_have_passed(bench: Bench) -> None:
    await bench.merge("no freeze", {"calendar/x.yaml": []})
    change = (await bench.submit()).change.id
    broken = await bench.break_glass(change)
    assert (await bench.kinds(change)).count("glass_broken") == 1
    (result,) = broken.stored.decision.bypasses
    assert (result.honoured, result.lifts) == (True, ())
    started = await bench.intake.start(change)
    assert started.decision.uses_of_bypasses == ()
    (pir,) = await bench.aftercare.reviews(overdue=False)
    assert pir.bypasses == (broken.glass.id,), "an alarm that was needless is looked back at, too"


async def test_the_same_again_changes_nothing_and_another_person_is_told(bench: Bench) -> None:
    change = (await bench.submit()).change.id
    first = await bench.break_glass(change)
    bench.clock.advance(MINUTE)
    assert await bench.break_glass(change) == first
    assert (await bench.kinds(change)).count("glass_broken") == 1
    with pytest.raises(WrongStateError, match="ruth has broken the glass"):
        await bench.break_glass(change, incident="INC-8")


async def test_what_has_ended_is_told_so(bench: Bench) -> None:
    change = (await bench.submit()).change.id
    await bench.intake.withdraw(change)
    with pytest.raises(WrongStateError, match="is withdrawn"):
        await bench.break_glass(change)
    assert list(await bench.store.break_glasses(change)) == []


async def test_who_may_not_leaves_nothing_behind(bench: Bench) -> None:
    change = (await bench.submit()).change.id
    with pytest.raises(ForbiddenError):
        await bench.break_glass(change, by="lena")
    assert await bench.kinds(change) == ["submitted", "decided"]


async def test_start_judges_again_and_a_glass_that_ran_out_lifts_no_more(bench: Bench) -> None:
    change = (await bench.submit()).change.id
    await bench.break_glass(change)
    await bench.later(4 * HOUR)
    started = await bench.intake.start(change)
    assert (started.change.state, started.decision.outcome) == ("open", "waiting")


async def test_policy_that_lets_it_hold_for_less_by_now_counts(bench: Bench) -> None:
    change = (await bench.submit()).change.id
    await bench.break_glass(change)
    await bench.merge("shorter", glass_in(holds="PT1H"))
    await bench.later(HOUR)
    assert (await bench.intake.start(change)).change.state == "open"


async def test_it_lifts_no_more_what_policy_lets_go_no_more(bench: Bench) -> None:
    change = (await bench.submit()).change.id
    await bench.break_glass(change)
    await bench.merge("fewer", glass_in(lifts=["peer_review"]))
    assert (await bench.intake.start(change)).decision.outcome == "waiting"


async def test_what_started_on_it_runs_on_when_it_has_run_out(bench: Bench) -> None:
    change = (await bench.submit()).change.id
    await bench.break_glass(change)
    await bench.intake.start(change)
    await bench.later(5 * HOUR)
    await bench.merge("stop", {"calendar/x.yaml": [a_freeze(end="2026-11-30T00:00", overrun="stop")]})
    await bench.watch.judge_due()
    assert (await bench.intake.change(change)).change.stop is None


async def test_a_bypass_comes_before_it_and_it_is_not_used_for_the_same(bench: Bench) -> None:
    await bench.merge("a way out", {"bypasses/x.yaml": [a_bypass(expires="2026-11-20T00:00:00Z")]})
    broken = await bench.break_glass((await bench.submit()).change.id)
    assert broken.stored.decision.uses_of_bypasses == ("double-charge",)


async def test_a_review_is_owed_and_it_is_counted_beside_the_grants(bench: Bench) -> None:
    change = (await bench.submit()).change.id
    glass = (await bench.break_glass(change)).glass
    await bench.intake.start(change)
    (pir,) = await bench.aftercare.reviews(overdue=False)
    assert (pir.bypasses, pir.broken, pir.due_ns) == ((glass.id,), 1, AT_NS + 2 * DAY)
    await bench.intake.finish(change, "succeeded")
    other = (await bench.submit(run="run-2")).change.id
    await bench.break_glass(other)
    standing = bench.engine.asked[-1].team_bypasses
    assert (standing.used, standing.broken) == (0, 1)


async def test_an_overdue_review_does_not_close_it(bench: Bench) -> None:
    change = (await bench.submit()).change.id
    await bench.break_glass(change)
    await bench.intake.start(change)
    await bench.intake.finish(change, "succeeded")
    await bench.later(3 * DAY)
    other = (await bench.submit(run="run-2")).change.id
    assert (await bench.break_glass(other)).stored.decision.outcome == "approved"


# The file in git


async def test_its_bypass_is_proposed_and_once_merged_is_no_second_way_around(bench: Bench) -> None:
    change = (await bench.submit()).change.id
    glass = (await bench.break_glass(change)).glass
    assert bench.proposals is not None
    ((_, proposal),) = bench.proposals.branches.values()
    assert (proposal.branch, proposal.path) == (
        f"gate/break-glass-{glass.id}",
        f"bypasses/break-glass-{glass.id}.yaml",
    )
    assert 'skip: ["freeze"]' in proposal.text
    assert glass.filed_at_ns == AT_NS
    fields = dict(line.split(": ", 1) for line in proposal.text.splitlines()[1:])
    merged = {name: json.loads(said) for name, said in fields.items()}
    await bench.merge("catch up", {"bypasses/glass.yaml": [merged]})
    started = await bench.intake.start(change)
    assert started.change.state == "started"
    assert [result.id for result in started.decision.bypasses] == [glass.id]
    await bench.intake.finish(change, "succeeded")
    again = await bench.submit(run="run-2")
    assert (again.decision.outcome, again.decision.uses_of_bypasses) == ("waiting", ()), "its one use is used up"


async def test_what_cannot_be_pushed_lifts_all_the_same_and_is_filed_later_even_by_another_gate(bench: Bench) -> None:
    assert bench.proposals is not None
    bench.proposals.trouble = REMOTE_AWAY
    change = (await bench.submit()).change.id
    broken = await bench.break_glass(change)
    assert broken.stored.decision.outcome == "approved"
    assert bench.glass_breaking.filing.state_of(broken.glass) == ("failed", REMOTE_AWAY.message)
    await bench.later(3 * DAY)
    bench.proposals.trouble = None
    other = await bench.another()
    await other.glass_breaking.filing.file_all()
    (glass,) = await bench.store.break_glasses(change)
    assert glass.filed_at_ns == AT_NS + 3 * DAY


async def test_what_is_not_judged_yet_is_filed_once_it_is(bench: Bench) -> None:
    change = (await bench.submit()).change.id
    bench.engine.fault = EngineError("it died")
    with pytest.raises(EngineError):
        await bench.break_glass(change)
    await bench.glass_breaking.filing.file_all()
    (glass,) = await bench.store.break_glasses(change)
    assert glass.filed_at_ns is None
    assert bench.glass_breaking.filing.state_of(glass) == ("failed", "it is not judged yet")
    bench.engine.fault = None
    await bench.watch.judge_due()
    await bench.glass_breaking.filing.file_all()
    (glass,) = await bench.store.break_glasses(change)
    assert glass.filed_at_ns is not None


# Trouble in between


async def test_a_glass_that_cannot_be_judged_now_is_kept_says_so_and_is_judged_later(bench: Bench) -> None:
    change = (await bench.submit()).change.id
    bench.engine.fault = EngineError("it died", hint="Look at its log.")
    with pytest.raises(EngineError) as caught:
        await bench.break_glass(change)
    assert caught.value.hint.startswith("The glass is broken, on record, and will be judged")
    bench.engine.fault = None
    assert not await bench.watch.judge_due()
    assert (await bench.intake.change(change)).decision.outcome == "approved"


@pytest.mark.parametrize("failing", range(1, 12))
async def test_when_the_store_fails_it_is_kept_whole_or_not_at_all(bench: Bench, failing: int) -> None:
    change = (await bench.submit()).change.id
    bench.store.fails_at = bench.store.calls + failing
    with contextlib.suppress(StoreError):
        await bench.break_glass(change)
    bench.store.fails_at = None
    kept = list(await bench.store.break_glasses(change))
    assert (await bench.kinds(change)).count("glass_broken") == len(kept)
    assert (await bench.break_glass(change)).stored.decision.outcome == "approved"
    assert len(await bench.store.break_glasses(change)) == 1


async def test_a_start_that_did_not_know_of_it_looks_again(bench: Bench) -> None:
    change = (await bench.submit()).change.id
    other = await bench.another()
    bench.store.before_record = lambda: other.break_glass(change)
    assert (await bench.intake.start(change)).change.state == "started"


async def test_what_starts_meanwhile_is_told_so(bench: Bench) -> None:
    await bench.merge("no freeze", {"calendar/x.yaml": []})
    change = (await bench.submit()).change.id
    other = await bench.another()
    bench.store.before_glass = lambda: other.intake.start(change)
    with pytest.raises(WrongStateError, match="has started"):
        await bench.break_glass(change)


# Who is told


async def test_everybody_whose_step_was_skipped_is_told_and_so_is_whoever_asked() -> None:
    reachable = ("release-managers", "maria", "team-payments", "team-ledger")
    bench = await begun(notifier=NotifierSimulator(reachable))
    change = (await bench.submit()).change.id
    await bench.courier.deliver_due()
    bench.notifier.told.clear()
    await bench.break_glass(change)
    await bench.courier.deliver_due()
    told = [(each.kind, each.addressee) for each in bench.notifier.told if each.kind == "glass_broken"]
    assert told == [("glass_broken", "release-managers"), ("glass_broken", "maria")]
    body = next(each.body for each in bench.notifier.told if each.kind == "glass_broken")
    assert "ruth broke the glass for INC-7: customers are charged twice right now" in body
    assert "freeze is skipped; it was waiting" in body


async def test_a_step_that_waits_for_people_is_told_to_them_and_each_alarm_is_sent_once() -> None:
    bench = await begun(notifier=NotifierSimulator(("team-payments", EVERYTHING)))
    change = (await bench.risky()).change.id
    await bench.courier.deliver_due()
    bench.notifier.told.clear()
    await bench.break_glass(change)
    await bench.break_glass(change)
    await bench.intake.judge_again(change)
    await bench.courier.deliver_due()
    alarms = [each for each in bench.notifier.told if each.kind == "glass_broken"]
    assert [each.addressee for each in alarms].count("team-payments") == 1
    assert len({each.id for each in alarms}) == len(alarms)


async def test_whoever_asked_is_told_although_nothing_was_lifted() -> None:
    bench = await begun(notifier=NotifierSimulator(("maria",)))
    await bench.merge("no freeze", {"calendar/x.yaml": []})
    await bench.break_glass((await bench.submit()).change.id)
    await bench.courier.deliver_due()
    (alarm,) = [each for each in bench.notifier.told if each.kind == "glass_broken"]
    assert "Nothing stood in the way" in alarm.body


# Reviews that become overdue


async def overdue(bench: Bench) -> str:
    change = (await bench.submit()).change.id
    await bench.break_glass(change)
    await bench.intake.start(change)
    await bench.later(2 * DAY)
    await bench.courier.deliver_due()
    bench.notifier.told.clear()
    return change


async def test_a_review_that_is_overdue_is_announced_once_whichever_gates_look() -> None:
    bench = await begun(notifier=NotifierSimulator(("team-payments", EVERYTHING)))
    change = await overdue(bench)
    other = await bench.another()
    assert not await bench.reminders.announce_overdue()
    await other.reminders.announce_overdue()
    await bench.courier.deliver_due()
    told = [(each.id, each.kind, each.addressee) for each in bench.notifier.told]
    assert told == [
        (f"pir.{change}.1", "pir_overdue", "team-payments"),
        (f"pir.{change}.2", "pir_overdue", EVERYTHING),
    ]
    await bench.later(DAY)
    await bench.reminders.announce_overdue()
    assert not await bench.courier.deliver_due()
    assert len(bench.notifier.told) == 2


async def test_what_is_not_overdue_or_written_is_not_announced() -> None:
    bench = await begun(notifier=NotifierSimulator((EVERYTHING,)))
    change = await overdue(bench)
    findings = PirFindings(happened="It went well.", wrong="neither")
    await bench.aftercare.write(change, findings, "maria", "")
    await bench.reminders.announce_overdue()
    await bench.courier.deliver_due()
    assert bench.notifier.told == []


@pytest.mark.parametrize("failing", range(1, 5))
async def test_an_announcement_that_the_store_broke_off_is_made_later_and_once(failing: int) -> None:
    bench = await begun(notifier=NotifierSimulator((EVERYTHING,)))
    await overdue(bench)
    bench.store.fails_at = bench.store.calls + failing
    with contextlib.suppress(StoreError):
        await bench.reminders.announce_overdue()
    bench.store.fails_at = None
    await bench.reminders.announce_overdue()
    await bench.courier.deliver_due()
    assert [each.kind for each in bench.notifier.told] == ["pir_overdue"]
