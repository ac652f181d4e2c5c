"""What lies ahead of a change that was asked for, or of one that nobody has asked for yet."""

from datetime import timedelta

import pytest

from gate.domain.assessment import Status
from gate.domain.decision import Decision, decide
from gate.domain.errors import UnknownNameError
from gate.domain.gathering import question_for
from gate.domain.prospect import OFFERED, Prospect, waits_for_time
from gate.domain.recurrence import Span
from tests.builders import AT_NS, DAY, HOUR, MINUTE, a_change, a_request, an_assessment, facts_for
from tests.house import FILES, a_freeze, a_policy

HOUSE = a_policy({"calendar/x.yaml": [a_freeze()]})
"""Frozen from nine until noon; it is ten."""


def prospect(service: str = "payments", kind: str = "deploy") -> Prospect:
    return Prospect.of_service(HOUSE, service, "production", kind)


def decided(**verdicts: Status) -> Decision:
    return decide(facts_for(a_change()), an_assessment(verdicts=verdicts))


def starts(of: Prospect, decision: Decision | None = None, busy: tuple[Span, ...] = ()) -> list[int]:
    wish = of.wish(AT_NS, OFFERED)
    search = of.slots(wish, busy) if decision is None else of.slots_after(decision, wish, busy)
    return [slot.start_ns for slot in search.slots]


@pytest.mark.parametrize(
    ("service", "environment", "because"),
    [
        ("paymets", "production", "did you mean payments?"),
        ("payments", "prod", "did you mean production?"),
        ("ledger", "staging", "ledger does not run in staging"),
    ],
)
def test_names_that_nobody_knows_are_told_with_the_nearest(service: str, environment: str, because: str) -> None:
    ledger = {"kind": "Service", "name": "ledger", "owners": "team-ledger", "tier": 1, "objective": "revenue"}
    others = [fields for fields in FILES["services/money.yaml"] if fields["name"] != "ledger"]
    policy = a_policy({"services/money.yaml": [*others, {**ledger, "environments": ["production"]}]})
    with pytest.raises(UnknownNameError, match=because[:20]) as caught:
        Prospect.of_service(policy, service, environment)
    assert because in caught.value.message


def test_the_calendar_says_of_a_service_what_a_change_of_it_would_meet() -> None:
    asked_for = Prospect(HOUSE, a_change())
    assert prospect().state_at(AT_NS) == asked_for.state_at(AT_NS)
    assert prospect().question(AT_NS) == question_for(a_change(id="", asked_at_ns=0), HOUSE, AT_NS)


def test_a_window_for_other_kinds_of_change_says_nothing() -> None:
    policy = a_policy({"calendar/x.yaml": [a_freeze(scope={"kinds": ["migration"]})]})
    of_kind = {kind: Prospect.of_service(policy, "payments", "production", kind) for kind in ("deploy", "migration")}
    assert of_kind["deploy"].state_at(AT_NS).is_open
    assert not of_kind["migration"].state_at(AT_NS).is_open


def test_a_change_takes_as_long_as_it_says_or_as_is_usual() -> None:
    assert prospect().duration == timedelta(minutes=30)
    assert prospect().taking(timedelta(hours=2)).duration == timedelta(hours=2)
    assert Prospect(HOUSE, a_change(request=a_request(duration="PT3H"))).duration == timedelta(hours=3)


def test_it_keeps_others_away_for_as_long_as_its_approval_may_be_used() -> None:
    wish = prospect().taking(timedelta(minutes=5)).wish(AT_NS, 1)
    assert (wish.duration_ns, wish.takes_ns) == (5 * MINUTE, 15 * MINUTE)


def test_slots_pass_windows_and_what_others_hold() -> None:
    busy = Span(AT_NS + 3 * HOUR, AT_NS + 4 * HOUR)
    assert starts(prospect(), busy=(busy,)) == [AT_NS + 2 * HOUR, AT_NS + 4 * HOUR]


def test_after_a_decision_only_what_it_demands_is_kept_clear_of() -> None:
    busy = Span(AT_NS, AT_NS + HOUR)
    change = Prospect(HOUSE, a_change())
    both = decided(freeze="waiting", conflict="waiting")
    emergency = decided(conflict="waiting", peer_review="satisfied")
    assert starts(change, both, (busy,)) == [AT_NS + 2 * HOUR]
    assert starts(change, emergency, (busy,)) == [AT_NS + HOUR]
    assert starts(change, decided(freeze="waiting"), (busy,)) == [AT_NS + 2 * HOUR]


def test_what_a_bypass_lifts_is_not_kept_clear_of() -> None:
    lifted = decided(freeze="waiting", conflict="waiting")
    steps = tuple(s.model_copy(update={"lifted_by": "b"}) if s.step == "freeze" else s for s in lifted.steps)
    assert starts(Prospect(HOUSE, a_change()), lifted.model_copy(update={"steps": steps})) == [AT_NS]


@pytest.mark.parametrize(
    ("verdicts", "waits"),
    [
        ({"freeze": "waiting"}, True),
        ({"conflict": "waiting"}, True),
        ({"freeze": "failed"}, True),
        ({"evidence": "failed", "freeze": "waiting"}, True),
        ({"capacity": "waiting"}, False),
        ({"evidence": "failed", "freeze": "satisfied"}, False),
        ({"freeze": "waiting", "peer_review": "pending"}, False),
        ({"freeze": "satisfied"}, False),
    ],
)
def test_another_time_is_offered_where_time_stands_in_the_way(verdicts: dict[str, Status], waits: bool) -> None:  # noqa: FBT001 -- a column of the table
    assert waits_for_time(decided(**verdicts)) == waits


def test_a_schedule_reaches_as_far_as_was_asked() -> None:
    found = prospect().schedule(AT_NS, AT_NS + 33 * DAY)
    assert (found.begin_ns, found.until_ns) == (AT_NS, AT_NS + 33 * DAY)
    assert [one.name for one in found.occurrences] == ["stocktaking"]
