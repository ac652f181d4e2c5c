"""What follows from a decision: a hold, another look, and whom it waits for."""

from datetime import timedelta
from typing import Any

import pytest

from gate.domain.assessment import Assessment, Verdict
from gate.domain.decision import Decision, Outcome, decide
from gate.domain.facts import ConflictFacts, Facts
from gate.domain.outlook import UNKNOWN_END_NS, look_again, reservation_of
from gate.domain.waiting import waits_on
from tests.builders import AT_NS, HOUR, MINUTE, a_change, a_decision, a_request, an_assessment, facts_for, started
from tests.house import FILES, a_policy

HOUSE = a_policy()
NOT_APPROVED: tuple[Outcome, ...] = ("review", "waiting", "refused")


def waiting_until(end: int | None) -> Decision:
    verdict = Verdict(status="waiting", until_ns=end)
    said = an_assessment().model_copy(update={"required": ("freeze",), "verdicts": {"freeze": verdict}})
    return decide(facts_for(a_change()), Assessment.model_validate(said.model_dump(by_alias=True)))


def test_an_approved_change_holds_its_resources_for_as_long_as_the_approval_is_valid() -> None:
    change = a_change(service="checkout")
    held = reservation_of(change, a_decision(change), HOUSE)
    assert held is not None
    assert (held.change, held.environment, held.service, held.team) == (
        change.id,
        "production",
        "checkout",
        "team-checkout",
    )
    assert held.resources == ("production/exclusive:core-database", "production/service:checkout")
    assert (held.state, held.since_ns, held.lapses_ns) == ("approved", AT_NS, AT_NS + 15 * MINUTE)


def test_an_approved_change_takes_as_long_as_it_is_expected_to_and_its_approval_lapses_before() -> None:
    change = a_change(request=a_request(duration="PT2H"))
    held = reservation_of(change, a_decision(change), HOUSE)
    assert held is not None
    assert (held.until_ns, held.lapses_ns) == (AT_NS + 2 * HOUR, AT_NS + 15 * MINUTE)


@pytest.mark.parametrize(
    ("duration", "settings", "hours"),
    [
        (None, {}, 4),
        ("PT6H", {}, 6),
        ("PT1H", {"started_hold": "PT2H"}, 2),
        ("PT3H", {"started_hold": "PT2H"}, 3),
    ],
)
def test_a_started_change_holds_them_for_its_duration_and_at_least_the_usual_hold(
    duration: str | None, settings: dict[str, Any], hours: int
) -> None:
    policy = a_policy({"gate.yaml": [{**FILES["gate.yaml"][0], **settings}]})
    change = a_change(request=a_request(duration=duration), state="started", started_at_ns=AT_NS)
    held = reservation_of(change, a_decision(change), policy)
    assert held is not None
    assert (held.state, held.until_ns, held.lapses_ns) == ("started", AT_NS + hours * HOUR, AT_NS + hours * HOUR)


@pytest.mark.parametrize("outcome", NOT_APPROVED)
def test_a_change_that_runs_keeps_what_it_holds_from_its_start_on_whatever_is_judged(outcome: Outcome) -> None:
    change = started(a_change())
    held = reservation_of(change, a_decision(change, outcome=outcome, at_ns=AT_NS + HOUR), HOUSE)
    assert held is not None
    assert (held.state, held.since_ns, held.until_ns) == ("started", AT_NS + MINUTE, AT_NS + MINUTE + 4 * HOUR)


@pytest.mark.parametrize("outcome", NOT_APPROVED)
def test_a_change_that_is_not_approved_holds_nothing(outcome: Outcome) -> None:
    change = a_change()
    assert reservation_of(change, a_decision(change, outcome=outcome), HOUSE) is None


def test_a_waiting_change_is_looked_at_again_when_time_may_have_satisfied_it() -> None:
    assert look_again(waiting_until(AT_NS + HOUR)) == AT_NS + HOUR


def test_a_wait_whose_end_nobody_knows_is_looked_at_again_soon() -> None:
    assert look_again(waiting_until(None)) == AT_NS + UNKNOWN_END_NS


@pytest.mark.parametrize("end", [0, AT_NS - HOUR, AT_NS])
def test_a_wait_that_should_be_over_already_is_not_looked_at_over_and_over(end: int) -> None:
    assert look_again(waiting_until(end)) == AT_NS + UNKNOWN_END_NS


@pytest.mark.parametrize("outcome", ["approved", "review", "refused"])
def test_what_does_not_wait_for_time_is_not_looked_at_by_itself(outcome: Outcome) -> None:
    assert look_again(a_decision(a_change(), outcome=outcome)) is None


def with_conflicts(*changes: str) -> Facts:
    conflicts = (
        ConflictFacts(
            change=change, service="x", relation="exclusive", resource="r", distance=0, state="started", until_ns=AT_NS
        )
        for change in changes
    )
    return facts_for(a_change(), conflicts=tuple(conflicts))


def test_a_waiting_change_waits_on_each_change_in_its_way_once() -> None:
    assert waits_on(with_conflicts("chg_b", "chg_a", "chg_b"), waiting_until(None)) == ("chg_a", "chg_b")


@pytest.mark.parametrize("outcome", ["approved", "review", "refused"])
def test_any_other_change_waits_on_nobody(outcome: Outcome) -> None:
    assert waits_on(with_conflicts("chg_a"), a_decision(a_change(), outcome=outcome)) == ()


def test_soon_is_a_minute() -> None:
    assert timedelta(minutes=1) // timedelta(microseconds=1) * 1000 == UNKNOWN_END_NS
