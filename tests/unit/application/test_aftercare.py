"""Reviews after going around the process: owed from the start on, closing the lane when overdue, opening it written."""

import json

import pytest

from gate.domain.errors import ForbiddenError, UnknownNameError, WrongStateError
from gate.domain.pir import PirFindings
from tests.builders import AT_NS, DAY
from tests.house import Files, a_bypass, a_freeze
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio

FREEZE: Files = {"calendar/x.yaml": [a_freeze(end="2026-11-30T00:00")]}
WAY_OUT: Files = {"bypasses/x.yaml": [a_bypass(review_due="P2D", uses=3, expires="2026-11-20T00:00:00Z")]}
FINDINGS = PirFindings(happened="It went well.", wrong="process_wrong", follow_ups=("Let hot-fixes pass",))


@pytest.fixture
async def bench() -> Bench:
    begun = await Bench().begun()
    robot = {"people.yaml": [{"kind": "Person", "name": "pipeline", "robot": True}]}
    await begun.merge("a way out", {**FREEZE, **WAY_OUT, **robot})
    return begun


async def test_a_review_is_owed_by_what_starts_on_a_bypass_and_not_by_its_approval(bench: Bench) -> None:
    stored = await bench.submit()
    assert await bench.aftercare.reviews(overdue=False) == []
    await bench.intake.start(stored.change.id)
    (pir,) = await bench.aftercare.reviews(overdue=False)
    assert (pir.change, pir.team, pir.bypasses) == (stored.change.id, "team-payments", ("double-charge",))
    assert pir.due_ns == AT_NS + 2 * DAY


async def test_none_is_owed_where_the_bypass_skipped_nothing(bench: Bench) -> None:
    await bench.merge("no freeze", {"calendar/x.yaml": []})
    started = await bench.started()
    assert started.change.state == "started"
    assert started.decision.uses_of_bypasses == ()
    assert await bench.aftercare.reviews(overdue=False) == []


async def test_a_review_is_on_record_with_who_wrote_it(bench: Bench) -> None:
    started = await bench.started()
    pir = await bench.aftercare.write(started.change.id, FINDINGS, "maria", "a token")
    assert pir.written is not None
    said = json.loads((await bench.store.records(started.change.id))[-1].body)
    assert (said["kind"], said["by"], said["asker"], said["wrong"]) == ("pir", "maria", "a token", "process_wrong")
    assert said["follow_ups"] == ["Let hot-fixes pass"]


async def test_the_same_review_again_changes_nothing_and_another_is_refused(bench: Bench) -> None:
    started = await bench.started()
    first = await bench.aftercare.write(started.change.id, FINDINGS, "maria", "")
    assert await bench.aftercare.write(started.change.id, FINDINGS, "maria", "") == first
    with pytest.raises(WrongStateError, match="was reviewed by maria already"):
        await bench.aftercare.write(started.change.id, FINDINGS, "jan", "")


async def test_who_owes_nothing_reviews_nothing(bench: Bench) -> None:
    with pytest.raises(WrongStateError, match="owes no review"):
        await bench.aftercare.write((await bench.submit()).change.id, FINDINGS, "maria", "")


async def test_a_review_is_written_by_a_person_whom_the_catalogue_knows(bench: Bench) -> None:
    started = await bench.started()
    with pytest.raises(UnknownNameError, match="nobody is called 'mara'; did you mean maria"):
        await bench.aftercare.write(started.change.id, FINDINGS, "mara", "")
    with pytest.raises(ForbiddenError, match="pipeline is a robot"):
        await bench.aftercare.write(started.change.id, FINDINGS, "pipeline", "")


async def test_an_overdue_review_is_a_fact_and_listed_until_it_is_written(bench: Bench) -> None:
    started = await bench.started()
    await bench.intake.finish(started.change.id, "succeeded")
    await bench.later(2 * DAY)
    assert [pir.change for pir in await bench.aftercare.reviews(overdue=True)] == [started.change.id]
    late = await bench.submit(run="run-2")
    recorded = await bench.store.decision(late.decision.id)
    assert recorded is not None
    assert json.loads(recorded.facts)["team_bypasses"] == {"days": 30, "used": 1, "broken": 0, "pirs_overdue": 1}
    await bench.aftercare.write(started.change.id, FINDINGS, "maria", "")
    assert await bench.aftercare.reviews(overdue=True) == []


async def test_a_change_that_waits_for_its_lane_goes_on_by_itself_once_the_review_is_written(bench: Bench) -> None:
    started = await bench.started()
    await bench.intake.finish(started.change.id, "succeeded")
    await bench.later(2 * DAY)
    late = await bench.submit(run="run-2")
    assert late.decision.outcome == "waiting"
    await bench.aftercare.write(started.change.id, FINDINGS, "maria", "")
    await bench.watch.judge_due()
    assert (await bench.intake.change(late.change.id)).decision.outcome == "approved"
