"""Eleven years of real release requests against the real release calendar: who waits, for what, and who must not.

The data is read in place, and without it all of this is skipped. The table of outcomes stands in the summary of the
test run, and as `outcomes.txt` in the test's folder.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from gate.domain.instant import rfc3339, to_ns
from tests.acceptance.openstack import today
from tests.acceptance.openstack.data import ABSENT, FOLDER, Request, read_requests
from tests.acceptance.openstack.deliverables import nature_of
from tests.acceptance.openstack.judging import Answer
from tests.acceptance.openstack.oracle import Hold, holds
from tests.acceptance.openstack.pipeline import check
from tests.acceptance.openstack.policy import commit, write_policy
from tests.acceptance.openstack.probes import A_LIBRARY, A_SERVICE, DELIVERABLE_OF, begin_of, end_of, release_of
from tests.acceptance.openstack.rehearsal import Rehearsal
from tests.acceptance.openstack.report import Summary, table
from tests.acceptance.openstack.schedule import Closure, closures
from tests.acceptance.openstack.walking import Walk
from tests.acceptance.served import serving

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=ABSENT)

APPROVED, REVIEW, WAITING = 0, 11, 12
"""Exit statuses of `gate check`."""
ALL: Final = 14_450
WALKED: Final = frozenset({"ussuri"})
"""The cycle whose calendar is oddest. To walk all takes minutes, and judges nothing that is not judged alone."""


@pytest.fixture(scope="module")
def requests() -> list[Request]:
    return read_requests(FOLDER)


@pytest.fixture(scope="module")
def calendar() -> list[Closure]:
    return closures(FOLDER)


@pytest.fixture(scope="module")
def expected(requests: list[Request]) -> dict[str, Hold]:
    return holds(requests, FOLDER)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("openstack")


@pytest.fixture(scope="module")
def gate(requests: list[Request], calendar: list[Closure], folder: Path) -> Iterator[Rehearsal]:
    write_policy(folder / "policy", requests, calendar)
    commit(folder / "policy")
    with Rehearsal.of(folder / "policy", folder) as gate:
        yield gate


@pytest.fixture(scope="module")
def answers(gate: Rehearsal, requests: list[Request], folder: Path, pytestconfig: pytest.Config) -> list[Answer]:
    answers = gate.judge(requests)
    outcomes = table(answers)
    (folder / "outcomes.txt").write_text(outcomes, encoding="utf-8")
    pytestconfig.pluginmanager.register(Summary("release requests of OpenStack", outcomes))
    return answers


@pytest.fixture(scope="module")
def walk(gate: Rehearsal, requests: list[Request]) -> Walk:
    return gate.walk([request for request in requests if request.series in WALKED])


def library_freezes(calendar: Sequence[Closure]) -> list[Closure]:
    return [closure for closure in calendar if closure.name.endswith("-final-lib")]


def is_for_people(request: Request) -> bool:
    return request.touched > 10 or request.speaks_of_exception


def test_every_request_gets_exactly_one_decision(answers: list[Answer], requests: list[Request]) -> None:
    assert len(answers) == len(requests) == ALL
    assert len({answer.decision.change_id for answer in answers}) == ALL


def test_exactly_those_are_held_that_the_calendar_holds(answers: list[Answer], expected: dict[str, Hold]) -> None:
    held = {answer.request.commit for answer in answers if answer.is_held}
    assert held == expected.keys()


def test_outside_every_freeze_nothing_waits(answers: list[Answer], expected: dict[str, Hold]) -> None:
    outside = [answer for answer in answers if answer.request.commit not in expected]
    assert {answer.decision.outcome for answer in outside} == {"approved", "review"}


def test_each_held_request_names_its_freezes_and_their_end(answers: list[Answer], expected: dict[str, Hold]) -> None:
    for answer in answers:
        if answer.is_held:
            hold = expected[answer.request.commit]
            assert answer.held_by == hold.freezes
            assert all(name in answer.because for name in hold.freezes)
            assert answer.until_ns == to_ns(hold.until)


def test_whoever_waits_is_told_when_the_freezes_end(answers: list[Answer], expected: dict[str, Hold]) -> None:
    waiting = [answer for answer in answers if answer.decision.outcome == "waiting"]
    assert waiting
    for answer in waiting:
        assert answer.decision.passes_at_ns == to_ns(expected[answer.request.commit].until)


def test_only_libraries_wait_for_the_final_library_freeze(answers: list[Answer]) -> None:
    held = [answer.request.deliverable for answer in answers if any(n.endswith("-final-lib") for n in answer.held_by)]
    assert len(set(held)) > 50
    assert {nature_of(deliverable) for deliverable in held} == {"library"}


def test_at_the_instant_at_which_a_library_waits_a_service_of_the_same_cycle_does_not(
    gate: Rehearsal, answers: list[Answer]
) -> None:
    held = [answer.request for answer in answers if any(name.endswith("-final-lib") for name in answer.held_by)]
    beside = gate.judge([replace(request, deliverables=(A_SERVICE,)) for request in held])
    assert not [answer.because for answer in beside if answer.is_held]


def test_a_freeze_holds_from_its_first_instant_to_its_last(gate: Rehearsal, calendar: list[Closure]) -> None:
    for freeze in library_freezes(calendar):
        begin, end = begin_of(freeze.first), end_of(freeze.last)
        edges = [begin - timedelta(minutes=5), begin, end - timedelta(microseconds=1), end]
        asked = gate.judge([release_of(A_LIBRARY, freeze.series, at) for at in edges])
        assert [answer.decision.outcome for answer in asked] == ["approved", "waiting", "waiting", "approved"]


def test_no_approval_outlives_the_beginning_of_a_freeze(gate: Rehearsal, calendar: list[Closure]) -> None:
    for freeze in library_freezes(calendar):
        begin = begin_of(freeze.first)
        asked = gate.judge([release_of(A_LIBRARY, freeze.series, begin - timedelta(minutes=5))])
        assert asked[0].decision.valid_until_ns == to_ns(begin)


def test_a_project_freeze_holds_its_project_and_no_other(gate: Rehearsal, calendar: list[Closure]) -> None:
    freezes = [closure for closure in calendar if closure.project]
    assert {freeze.project for freeze in freezes} == DELIVERABLE_OF.keys()
    for freeze in freezes:
        midweek = begin_of(freeze.first) + timedelta(days=2)
        asked = gate.judge([release_of(name, freeze.series, midweek) for name in DELIVERABLE_OF.values()])
        held = {answer.request.deliverable for answer in asked if freeze.name in answer.held_by}
        assert held == {DELIVERABLE_OF[freeze.project]}


def test_advice_is_shown_and_holds_nobody(answers: list[Answer]) -> None:
    advised = [answer for answer in answers if any(window.kind == "advisory" for window in answer.decision.windows)]
    assert len(advised) > 1000
    assert any(answer.decision.outcome == "approved" for answer in advised)


def test_large_requests_and_exceptions_are_for_people(answers: list[Answer]) -> None:
    for answer in answers:
        assert (answer.decision.outcome == "review") is is_for_people(answer.request)


def test_the_whole_path_says_what_judging_alone_says(walk: Walk, answers: list[Answer]) -> None:
    alone = {answer.request.commit: answer.decision.outcome for answer in answers if answer.request.series in WALKED}
    assert len(alone) > 500
    assert {commit: answer.decision.outcome for commit, answer in walk.answers.items()} == alone


def test_whoever_waited_goes_on_alone_on_the_day_the_freezes_are_over(walk: Walk, expected: dict[str, Hold]) -> None:
    waited = [answer.request.commit for answer in walk.answers.values() if answer.decision.outcome == "waiting"]
    assert waited
    for name in waited:
        started = walk.ended[name].change.started_at_ns
        until = expected[name].until
        assert started is not None
        assert to_ns(until) <= started < to_ns(until + timedelta(days=1))


def test_what_was_let_in_is_on_record_to_its_end(gate: Rehearsal, walk: Walk) -> None:
    ends = Counter(gate.story_of(stored.change.id)[-1] for stored in walk.ended.values())
    assert ends.keys() == {"finished", "withdrawn"}
    assert ends.total() == sum(answer.decision.outcome != "review" for answer in walk.answers.values())


def test_a_pipeline_learns_the_same_from_the_command_line_and_a_served_gate(
    requests: list[Request], calendar: list[Closure], tmp_path: Path
) -> None:
    """Fifty requests of a week with both library freezes, which the moved calendar makes this week."""
    distance = today.distance()
    write_policy(tmp_path / "policy", requests, today.moved(calendar, distance))
    commit(tmp_path / "policy")
    asked = today.asked_on_the_day(requests, 100)[::2]
    expected = holds(asked, FOLDER)
    with serving(tmp_path / "policy", tmp_path / "state") as gate, ThreadPoolExecutor(2) as pipelines:
        checks = list(pipelines.map(partial(check, gate), asked))
    assert len(checks) == 50
    assert {checked.exit_status for checked in checks} == {APPROVED, REVIEW, WAITING}
    for checked in checks:
        hold = expected.get(checked.request.commit)
        alone = WAITING if hold else APPROVED
        assert checked.exit_status == (REVIEW if is_for_people(checked.request) else alone)
        assert checked.freezes == (hold.freezes if hold else frozenset())
        if hold and checked.exit_status == WAITING:
            assert checked.decision["passes_at"] == rfc3339(to_ns(hold.until + distance))
