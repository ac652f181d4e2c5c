"""A planned change is judged for its time, holds that time, and starts when it comes or whenever it may."""

from typing import Any

import pytest

from gate.domain.errors import ConflictingRequestError, PlannedStartError
from gate.domain.instant import from_ns
from tests.builders import AT_NS, DAY, HOUR, MINUTE, a_request
from tests.house import a_freeze
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio


def planned(in_ns: int, **fields: Any) -> dict[str, Any]:
    """The fields of a request for a start in so long; it takes half an hour."""
    return {"planned_start": from_ns(AT_NS + in_ns), "run": f"run-{in_ns}", "duration": "PT30M"} | fields


# What can be planned.


@pytest.mark.parametrize("in_ns", [-5 * MINUTE, 0, DAY, 90 * DAY])
async def test_a_start_may_be_planned_from_a_moment_ago_until_ninety_days_ahead(bench: Bench, in_ns: int) -> None:
    assert (await bench.submit(**planned(in_ns))).decision.outcome == "approved"


@pytest.mark.parametrize(("in_ns", "said"), [(-6 * MINUTE, "is past"), (91 * DAY, "more than 90 days ahead")])
async def test_a_start_that_is_past_or_too_far_ahead_is_refused(bench: Bench, in_ns: int, said: str) -> None:
    with pytest.raises(PlannedStartError, match=said) as caught:
        await bench.submit(**planned(in_ns))
    assert caught.value.field == "planned_start"
    assert caught.value.hint


async def test_the_same_request_is_answered_as_before_when_its_time_has_passed(bench: Bench) -> None:
    first = await bench.submit(**planned(HOUR))
    await bench.later(DAY)
    again = await bench.submit(**planned(HOUR))
    assert (again.change.id, again.decision.outcome) == (first.change.id, "approved")


async def test_the_same_run_for_another_time_is_another_request(bench: Bench) -> None:
    await bench.submit(**planned(HOUR))
    with pytest.raises(ConflictingRequestError):
        await bench.submit(**planned(2 * HOUR, run=f"run-{HOUR}"))


# What it is judged for.


async def test_a_freeze_that_will_be_over_does_not_stop_a_plan_and_one_that_will_have_begun_does(bench: Bench) -> None:
    await bench.merge("closed until noon", {"calendar/x.yaml": [a_freeze()]})
    assert (await bench.submit(**planned(HOUR))).decision.outcome == "waiting"
    assert (await bench.submit(**planned(2 * HOUR))).decision.outcome == "approved"


async def test_an_approved_plan_may_start_for_as_long_after_its_time_as_any_approval_lasts(bench: Bench) -> None:
    stored = await bench.submit(**planned(DAY))
    assert stored.decision.starts_at_ns == AT_NS + DAY
    assert stored.decision.valid_until_ns == AT_NS + DAY + 15 * MINUTE


async def test_a_freeze_cuts_the_time_in_which_it_may_start(bench: Bench) -> None:
    await bench.merge("from noon on", {"calendar/x.yaml": [a_freeze(start="2026-11-02T12:10", end="2026-11-02T13:00")]})
    assert (await bench.submit(**planned(2 * HOUR))).decision.valid_until_ns == AT_NS + 2 * HOUR + 10 * MINUTE


# What it holds.


async def test_a_plan_keeps_others_out_of_its_time_and_of_no_other(bench: Bench) -> None:
    await bench.submit(**planned(2 * HOUR))
    outcomes = {
        minutes: (await bench.submit(**planned(2 * HOUR + minutes * MINUTE, run=f"at {minutes}"))).decision.outcome
        for minutes in (-30, 30, -29, 29)
    }
    assert outcomes == {-30: "approved", 30: "approved", -29: "waiting", 29: "waiting"}


async def test_a_change_that_starts_now_goes_before_a_plan_if_it_is_done_in_time(bench: Bench) -> None:
    await bench.submit(**planned(HOUR))
    assert (await bench.submit(run="short", duration="PT1H")).decision.outcome == "approved"


async def test_a_change_that_would_run_into_a_plan_waits(bench: Bench) -> None:
    await bench.submit(**planned(HOUR))
    assert (await bench.submit(run="long", duration="PT2H")).decision.outcome == "waiting"


async def test_a_plan_that_does_not_start_lapses_and_its_time_is_free(bench: Bench) -> None:
    await bench.submit(**planned(HOUR))
    late = await bench.submit(**planned(HOUR + 20 * MINUTE, run="late"))
    assert late.decision.passes_at_ns == AT_NS + HOUR + 15 * MINUTE
    await bench.later(HOUR + 15 * MINUTE)
    await bench.watch.judge_due()
    assert (await bench.intake.change(late.change.id)).decision.outcome == "approved"


# Starting.


async def test_a_plan_starts_when_its_time_comes(bench: Bench) -> None:
    stored = await bench.submit(**planned(DAY))
    await bench.later(DAY)
    assert (await bench.intake.start(stored.change.id)).change.state == "started"


async def test_it_may_start_earlier_if_it_passes_then(bench: Bench) -> None:
    stored = await bench.submit(**planned(DAY))
    begun = await bench.intake.start(stored.change.id)
    assert (begun.change.state, begun.decision.starts_at_ns) == ("started", AT_NS)
    assert (await bench.submit(**planned(DAY, run="other"))).decision.outcome == "approved"


async def test_who_may_not_start_earlier_keeps_the_time_that_was_planned(bench: Bench) -> None:
    await bench.started(run="in the way")
    stored = await bench.submit(**planned(DAY))
    early = await bench.intake.start(stored.change.id)
    assert (early.change.state, early.decision.outcome) == ("open", "waiting")
    assert (await bench.submit(**planned(DAY, run="other"))).decision.outcome == "waiting"
    await bench.watch.judge_due()
    assert (await bench.intake.change(stored.change.id)).decision.outcome == "approved"


async def test_a_freeze_that_is_merged_later_is_told_to_those_who_planned_for_its_time(bench: Bench) -> None:
    stored = await bench.submit(**planned(2 * HOUR))
    soon = await bench.submit(run="soon", service="status-page")
    freeze = a_freeze(start="2026-11-02T11:30", end="2026-11-02T14:00")
    await bench.merge("closed at noon", {"calendar/x.yaml": [freeze]})
    await bench.watch.judge_due()
    assert (await bench.intake.change(stored.change.id)).decision.outcome == "waiting"
    assert (await bench.intake.change(soon.change.id)).decision.sequence == 1


async def test_risk_and_hours_are_those_of_the_planned_time(bench: Bench) -> None:
    await bench.submit(**planned(3 * HOUR))
    assert (bench.engine.asked[-1].local.hour, bench.engine.asked[-1].at_ns) == (14, AT_NS)


async def test_a_request_is_the_same_whether_or_not_it_says_that_nothing_is_planned() -> None:
    assert a_request() == a_request(planned_start=None, depends_on=())
