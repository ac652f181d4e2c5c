"""A case stands in for a store: what is given is what would have been answered."""

from typing import Any

import pytest
from pydantic import ValidationError

from gate.domain.case import Case
from gate.domain.errors import UnknownNameError
from gate.domain.gathering import question_for
from gate.domain.history import History
from tests.builders import AT_NS, COMMIT, HOUR, MINUTE
from tests.house import a_policy

HOUSE = a_policy()
REQUEST = {"service": "payments", "environment": "production", "commit": COMMIT}


def a_case(**fields: Any) -> Case:
    usual = {"note": "n", "at": "2026-11-02T10:00:00Z", "request": REQUEST, "expect": {"outcome": "approved"}}
    return Case.model_validate(usual | fields)


def history(case: Case) -> History:
    return case.history(question_for(case.change(), HOUSE, case.at_ns), HOUSE.catalogue, HOUSE.process)


def test_a_case_is_judged_at_its_own_time() -> None:
    assert a_case(at="2026-11-02T11:00:00+01:00").at_ns == AT_NS


def test_somebody_asks_even_where_the_case_names_nobody() -> None:
    assert a_case().change().requester == "pipeline"
    assert a_case(request={**REQUEST, "requester": "maria"}).change().requester == "maria"


def test_nothing_given_is_an_empty_history() -> None:
    assert history(a_case()) == History()


def test_a_change_in_flight_holds_what_its_service_holds() -> None:
    [held] = history(a_case(given={"in_flight": [{"service": "ledger"}]})).reservations
    assert (held.change, held.service, held.environment) == ("chg-other", "ledger", "production")
    assert held.resources == ("production/exclusive:core-database", "production/service:ledger")
    assert (held.state, held.since_ns, held.until_ns) == ("started", AT_NS, AT_NS + HOUR)


def test_a_change_in_flight_may_end_sooner_and_may_not_have_started() -> None:
    given = {"in_flight": [{"service": "payments", "change": "chg-2", "state": "approved", "ends_in": "PT5M"}]}
    [held] = history(a_case(given=given)).reservations
    assert (held.change, held.state, held.until_ns) == ("chg-2", "approved", AT_NS + 5 * MINUTE)


def test_a_change_in_flight_may_be_planned_and_is_told_if_it_takes_the_same_time() -> None:
    for begins_in, told in (("PT20M", 1), ("PT30M", 0)):
        given = {"in_flight": [{"service": "payments", "state": "approved", "begins_in": begins_in}]}
        assert len(history(a_case(given=given)).reservations) == told


def test_a_change_may_be_in_line_before_this_one() -> None:
    given = {"in_flight": [{"service": "payments", "state": "queued", "class": "emergency", "in_line_for": "PT5M"}]}
    told = history(a_case(given=given))
    [place] = told.queue
    assert told.reservations == ()
    assert (place.change_class, place.in_line_since_ns) == ("emergency", AT_NS - 5 * MINUTE)


def test_a_change_elsewhere_is_told_if_the_same_person_carries_it_out() -> None:
    elsewhere = {"service": "status-page", "environment": "staging", "implementer": "jan"}
    case = a_case(request={**REQUEST, "implementer": "jan"}, given={"in_flight": [elsewhere]})
    assert [held.environment for held in history(case).reservations] == ["staging"]
    assert history(a_case(given={"in_flight": [elsewhere]})).reservations == ()


def test_prerequisites_stand_as_given_and_the_others_are_not_asked_for_yet() -> None:
    names = [f"ledger@{COMMIT}", f"checkout@{COMMIT}"]
    given = {"prerequisites": [{"name": names[0], "state": "finished", "result": "succeeded"}]}
    case = a_case(request={**REQUEST, "depends_on": names}, given=given)
    assert [(each.name, each.state, each.result) for each in case.prerequisites().named] == [
        (names[0], "finished", "succeeded"),
        (names[1], None, None),
    ]


def test_a_change_in_flight_far_away_is_not_told_as_a_store_would_not() -> None:
    assert history(a_case(given={"in_flight": [{"service": "status-page"}]})).reservations == ()


def test_a_change_in_flight_of_an_unknown_service_is_a_mistake_of_the_case() -> None:
    with pytest.raises(UnknownNameError, match="no service is called 'legder'; did you mean ledger"):
        history(a_case(given={"in_flight": [{"service": "legder"}]}))


def test_a_freeze_is_given_as_it_was_pressed_an_hour_ago() -> None:
    given = {"freezes": [{"scope": {"services": ["payments"]}, "incident": "INC-1", "ends_in": "PT2H"}]}
    (freeze,) = history(a_case(given=given)).freezes
    assert (freeze.id, freeze.incident, freeze.overrun) == ("frz-case", "INC-1", "finish")
    assert (freeze.pressed_at_ns, freeze.until_ns) == (AT_NS - HOUR, AT_NS + 2 * HOUR)


def test_an_approval_is_given_for_the_commit_of_the_request_unless_it_names_another() -> None:
    other = "ab12" * 10
    given = {
        "approvals": [
            {"step": "peer_review", "by": "jan"},
            {"step": "peer_review", "by": "lena", "answer": "veto", "commit": other},
        ]
    }
    approvals = history(a_case(given=given)).approvals
    assert [(each.by, each.answer, each.commit) for each in approvals] == [
        ("jan", "approve", COMMIT),
        ("lena", "veto", other),
    ]


def test_an_approval_may_be_of_an_artifact_and_of_a_while_ago() -> None:
    built, other = (f"sha256:{digit * 64}" for digit in "ab")
    given = {
        "approvals": [
            {"step": "peer_review", "by": "jan", "ago": "PT1H"},
            {"step": "peer_review", "by": "lena", "artifact": other},
        ]
    }
    approvals = history(a_case(given=given, request={**REQUEST, "artifact": built})).approvals
    assert [(each.artifact, each.at_ns) for each in approvals] == [(built, AT_NS - HOUR), (other, AT_NS)]


def test_bypass_uses_load_and_track_record_are_told_as_given() -> None:
    given = {"bypass_uses": {"b": 1}, "load": {"team": 4}, "track_record": {"failed": 2}}
    told = history(a_case(given=given))
    assert (told.bypass_uses, told.load.team, told.track_record.failed) == ({"b": 1}, 4, 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"at": "2026-11-02T10:00:00"},
        {"expect": {}},
        {"expect": {"outcome": "passed"}},
        {"expect": {"outcome": "approved", "verdict": {}}},
        {"expect": {"outcome": "approved", "verdicts": {"freeze": "open"}}},
        {"given": {"inflight": []}},
        {"request": {"service": "payments"}},
    ],
)
def test_a_case_that_cannot_be_meant_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_case(**fields)
