"""Who is told what of a decision: each once, who can act and who asked, and nobody who cannot be reached."""

from datetime import timedelta
from typing import Any

import pytest

from gate.domain.assessment import Assessment, Need, Verdict
from gate.domain.change import Change, StopRequest
from gate.domain.decision import Decision, decide
from gate.domain.instant import duration_ns
from gate.domain.notice import EVERYTHING, MOST_ATTEMPTS, Notice, next_attempt_ns, notices_of
from tests.builders import AT_NS, a_change, an_assessment, facts_for, started
from tests.house import a_policy

CATALOGUE = a_policy().catalogue
WAITS_FOR_PAYMENTS = Verdict(status="pending", needs=(Need(group="team-payments", approvals=1),))
WAITS_FOR_LEDGER = Verdict(status="pending", needs=(Need(group="team-ledger", approvals=1),))
PASSES = Verdict(status="satisfied")


def judged(change: Change, *, sequence: int = 1, **verdicts: Verdict) -> Decision:
    said = an_assessment().model_copy(update={"required": tuple(verdicts), "verdicts": verdicts})
    decision = decide(facts_for(change), Assessment.model_validate(said.model_dump(by_alias=True)))
    return decision.model_copy(update={"sequence": sequence, "id": f"{change.id}.{sequence}"})


def told(change: Change, decision: Decision, last: Decision | None, *reachable: str) -> list[tuple[str, str]]:
    return [(each.kind, each.addressee) for each in notices_of(change, decision, last, CATALOGUE, reachable)]


def test_a_group_that_is_waited_for_is_told_and_so_is_whoever_asked() -> None:
    change = a_change(requester="maria")
    decision = judged(change, peer_review=WAITS_FOR_PAYMENTS)
    assert told(change, decision, None, "team-payments", "maria", "joris") == [
        ("review_asked", "team-payments"),
        ("decided", "maria"),
    ]


def test_a_group_without_an_address_is_told_by_those_of_its_members() -> None:
    change = a_change(requester="pipeline")
    decision = judged(change, peer_review=WAITS_FOR_PAYMENTS)
    members = CATALOGUE.members("team-payments")
    assert told(change, decision, None, *members) == [("review_asked", name) for name in members]


def test_whoever_made_the_change_is_not_asked_to_review_it() -> None:
    first, second, *_ = CATALOGUE.members("team-payments")
    change = a_change(requester=first)
    decision = judged(change, peer_review=WAITS_FOR_PAYMENTS)
    assert told(change, decision, None, first, second) == [("review_asked", second), ("decided", first)]


def test_who_hears_everything_hears_each_thing_once() -> None:
    change = a_change(requester="maria")
    decision = judged(change, peer_review=WAITS_FOR_PAYMENTS)
    assert told(change, decision, None, EVERYTHING) == [("review_asked", EVERYTHING), ("decided", EVERYTHING)]


def test_nobody_is_told_who_cannot_be_reached() -> None:
    change = a_change()
    assert told(change, judged(change, peer_review=WAITS_FOR_PAYMENTS), None) == []
    assert told(change, judged(change, peer_review=WAITS_FOR_PAYMENTS), None, "somebody-else") == []


def test_a_group_is_not_asked_again_for_what_it_was_asked_for_already() -> None:
    change = a_change(requester="maria")
    first = judged(change, peer_review=WAITS_FOR_PAYMENTS, owner_approval=PASSES)
    second = judged(change, sequence=2, peer_review=WAITS_FOR_PAYMENTS, owner_approval=WAITS_FOR_LEDGER)
    assert told(change, second, first, "team-payments", "team-ledger", "maria") == [("review_asked", "team-ledger")]


def test_whoever_asked_is_told_of_every_new_outcome_and_of_no_old_one() -> None:
    change = a_change(requester="maria")
    first, second = judged(change, peer_review=WAITS_FOR_PAYMENTS), judged(change, sequence=2, peer_review=PASSES)
    assert told(change, second, first, "maria") == [("decided", "maria")]
    assert told(change, second, second, "maria") == []


def test_a_change_that_is_to_stop_says_so_to_whoever_asked() -> None:
    stop = StopRequest(at_ns=AT_NS, closed_at_ns=AT_NS, reason="the freeze black-friday began", window="black-friday")
    change = started(a_change(requester="maria")).model_copy(update={"stop": stop})
    (notice,) = notices_of(change, judged(change, freeze=PASSES), None, CATALOGUE, {"maria"})
    assert (notice.kind, notice.body) == ("stop_requested", "It is to stop: the freeze black-friday began")


def test_a_notice_has_the_same_id_each_time_and_another_one_for_each_addressee() -> None:
    change = a_change(requester="maria")
    decision = judged(change, peer_review=WAITS_FOR_PAYMENTS)

    def notices() -> list[Notice]:
        return list(notices_of(change, decision, None, CATALOGUE, {"maria", EVERYTHING}))

    assert notices() == notices()
    assert len({notice.id for notice in notices()}) == 3


@pytest.mark.parametrize(
    ("attempts", "wait"),
    [(1, timedelta(seconds=2)), (2, timedelta(seconds=4)), (5, timedelta(seconds=32)), (40, timedelta(hours=1))],
)
def test_it_is_tried_again_ever_later_but_at_least_once_an_hour(attempts: int, wait: timedelta) -> None:
    assert next_attempt_ns(attempts, AT_NS) == AT_NS + duration_ns(wait)


def test_after_three_days_it_is_given_up() -> None:
    waits: list[Any] = [next_attempt_ns(number, 0) for number in range(1, MOST_ATTEMPTS)]
    assert timedelta(days=2) < timedelta(microseconds=sum(waits) // 1000) < timedelta(days=4)
    assert next_attempt_ns(MOST_ATTEMPTS, 0) is None
