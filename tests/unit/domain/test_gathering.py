"""Facts: complete, in a stable order, made of integers and text, and small however large the house."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.canonical import canonical
from gate.domain.errors import UnknownNameError
from gate.domain.facts import BypassFacts, Facts, Load, TrackRecord
from gate.domain.gathering import gather, question_for
from gate.domain.history import History
from gate.domain.instant import from_ns
from gate.domain.policy_set import PolicySet
from gate.domain.review import Approval
from tests.builders import AT_NS, COMMIT, DAY, HOUR, MINUTE, a_change, a_pressed_freeze, a_request, a_reservation
from tests.house import FILES, RUTH, Fields, Files, a_bypass, a_freeze, a_policy

HOUSE = a_policy()
APPROVAL = Approval(step="peer_review", by="jan", at_ns=AT_NS, commit=COMMIT)


def a_maintenance(**fields: Any) -> Fields:
    usual = {"kind": "Maintenance", "name": "nights", "start": "2026-11-02T22:00", "end": "2026-11-03T02:00"}
    return a_freeze(**(usual | fields))


def gathered(policy: PolicySet = HOUSE, history: History | None = None, at_ns: int = AT_NS, **request: Any) -> Facts:
    return gather(a_change(request=a_request(**request)), policy, history or History(), at_ns)


def with_windows(*windows: Fields) -> PolicySet:
    return a_policy({"calendar/x.yaml": windows})


def leaves(value: Any) -> Iterator[Any]:
    """Every scalar of a JSON document, names of fields included."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


# What is asked of the store.


def test_the_store_is_asked_about_the_change_and_all_that_could_collide_with_it() -> None:
    change = a_change()
    question = question_for(change, a_policy({"bypasses/x.yaml": [a_bypass()]}), AT_NS)
    assert question.change == change.id
    assert (question.service, question.environment, question.team) == ("payments", "production", "team-payments")
    assert question.resources == tuple(f"production/service:{name}" for name in ("checkout", "ledger", "payments"))
    assert (question.bypasses, question.at_ns) == (("double-charge",), AT_NS)


def test_a_service_that_left_the_catalogue_cannot_be_asked_about() -> None:
    with pytest.raises(UnknownNameError, match="no service is called 'gone'"):
        question_for(a_change(service="gone"), HOUSE, AT_NS)


def test_an_environment_that_left_cannot_be_gathered_for() -> None:
    with pytest.raises(UnknownNameError, match="no environment is called 'gone'"):
        gathered(environment="gone")


# What facts hold.


def test_everything_the_policy_may_look_at_is_there() -> None:
    policy = a_policy(
        {
            "calendar/x.yaml": [a_freeze(), a_maintenance()],
            "calendar/y.yaml": [{"kind": "Incident", "name": "i", "start": "2026-11-02T09:00"}],
            "bypasses/x.yaml": [a_bypass()],
        },
        origins={"bypasses/x.yaml": RUTH},
    )
    history = History(
        reservations=(a_reservation(a_change(service="ledger")),),
        load=Load(team=1, environment=2),
        track_record=TrackRecord(finished=9, failed=1),
        approvals=(APPROVAL,),
        bypass_uses={"double-charge": 1},
    )
    facts = gathered(
        policy,
        history,
        paths=["flags/x.yaml"],
        evidence=[{"kind": "tests", "status": "passed"}],
        batch={"commits": 3, "oldest_commit_at": "2026-11-01T09:30:00Z"},
        duration="PT1H",
    )
    assert (facts.revision, facts.at_ns, facts.sequence, facts.valid_for_ns) == (policy.revision, AT_NS, 1, 15 * MINUTE)
    assert (facts.change.files, facts.change.commits, facts.change.batch_age_hours) == (1, 3, 24)
    assert (facts.change.duration_ns, facts.change.state, facts.change.requester) == (HOUR, "open", "maria")
    assert (facts.service.tier, facts.service.reviewers, facts.service.appetite) == (1, "team-payments", "low")
    assert facts.environment.production
    assert [each.service for each in facts.impact.depends_on] == ["ledger"]
    assert [each.service for each in facts.impact.dependents] == ["checkout"]
    assert facts.lanes == ("flags",)
    assert [window.name for window in facts.windows] == ["stocktaking", "nights"]
    assert [conflict.relation for conflict in facts.conflicts] == ["depends_on"]
    assert [evidence.kind for evidence in facts.evidence] == ["tests"]
    assert facts.approvals == (APPROVAL,)
    assert [(bypass.id, bypass.used) for bypass in facts.bypasses] == [("double-charge", 1)]
    assert (facts.track_record.failed, facts.load.environment) == (1, 2)
    assert [incident.name for incident in facts.incidents] == ["i"]


REQUESTS = st.fixed_dictionaries(
    {
        "service": st.sampled_from(["payments", "ledger", "checkout", "status-page"]),
        "environment": st.sampled_from(["production", "staging"]),
        "paths": st.lists(st.text("abc/.", min_size=1), max_size=3),
        "size": st.fixed_dictionaries({"files": st.integers(0, 999), "lines": st.integers(0, 999)}),
        "labels": st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(max_size=3), max_size=3),
        "batch": st.sampled_from([{}, {"commits": 7, "oldest_commit_at": "2026-10-30T10:00:00.123456+05:30"}]),
        "duration": st.sampled_from([None, "PT5M", "PT0.5S", "P2D"]),
    }
)


@given(REQUESTS, st.integers(AT_NS, AT_NS + 30 * DAY))
def test_facts_hold_no_float_anywhere(request_fields: dict[str, Any], at_ns: int) -> None:
    facts = gathered(with_windows(a_freeze(recurrence="FREQ=DAILY"), a_maintenance()), at_ns=at_ns, **request_fields)
    kinds = {type(leaf) for leaf in leaves(json.loads(canonical(facts)))}
    assert kinds <= {str, int, bool, type(None)}


@given(REQUESTS, st.integers(AT_NS, AT_NS + 30 * DAY))
def test_facts_survive_their_bytes(request_fields: dict[str, Any], at_ns: int) -> None:
    facts = gathered(at_ns=at_ns, **request_fields)
    assert Facts.model_validate_json(canonical(facts)) == facts


@given(st.permutations([f"w{number}" for number in range(5)]), st.permutations(sorted(FILES)))
def test_facts_do_not_depend_on_the_order_of_files_or_of_what_the_store_found(
    names: list[str], paths: list[str]
) -> None:
    files = {path: FILES[path] for path in paths}
    policy = a_policy({**files, "calendar/x.yaml": [a_freeze(name=name) for name in names]})
    held = [a_reservation(a_change(id=f"chg-{name}", service="ledger")) for name in names]
    change = a_change(id="chg-mine")
    expected = gather(
        change,
        a_policy({"calendar/x.yaml": [a_freeze(name=name) for name in sorted(names)]}),
        History(reservations=tuple(sorted(held, key=lambda reservation: reservation.change))),
        AT_NS,
    )
    assert canonical(gather(change, policy, History(reservations=tuple(held)), AT_NS)) == canonical(expected)


# Windows.


@pytest.mark.parametrize(
    ("start", "end", "touches"),
    [
        ("2026-11-02T08:00", "2026-11-02T10:00", False),
        ("2026-11-02T08:00", "2026-11-02T10:00:01", True),
        ("2026-11-02T10:29:59", "2026-11-02T12:00", True),
        ("2026-11-02T10:30", "2026-11-02T12:00", False),
    ],
)
def test_a_freeze_is_told_that_overlaps_the_time_until_the_change_would_be_done(
    start: str, end: str, *, touches: bool
) -> None:
    assert bool(gathered(with_windows(a_freeze(start=start, end=end))).windows) is touches


def test_a_freeze_is_told_that_begins_while_an_approval_would_be_valid_however_short_the_change() -> None:
    soon = with_windows(a_freeze(start="2026-11-02T10:14"))
    assert [window.name for window in gathered(soon, duration="PT1M").windows] == ["stocktaking"]


def test_a_freeze_without_an_end_is_told_with_its_start_alone() -> None:
    [window] = gathered(with_windows(a_freeze(start="2026-11-01T00:00", end=None))).windows
    assert (window.start_ns, window.end_ns) == (AT_NS - 34 * HOUR, None)


def test_maintenance_is_told_even_when_it_is_far_or_over() -> None:
    [coming] = gathered(with_windows(a_maintenance())).windows
    assert (coming.start_ns, coming.end_ns) == (AT_NS + 12 * HOUR, AT_NS + 16 * HOUR)
    [over] = gathered(with_windows(a_maintenance()), at_ns=AT_NS + DAY).windows
    assert (over.start_ns, over.end_ns) == (None, None)


def test_maintenance_that_is_over_is_not_told_beside_what_will_open_nor_more_than_once() -> None:
    over = [a_maintenance(name=f"over-{n}", start="2026-10-01T00:00", end="2026-10-02T00:00") for n in range(9)]
    assert [window.name for window in gathered(with_windows(*over, a_maintenance())).windows] == ["nights"]
    [one] = gathered(with_windows(*over)).windows
    assert (one.kind, one.start_ns, one.end_ns) == ("maintenance", None, None)


def test_a_caller_cannot_talk_away_what_the_catalogue_says_of_a_service() -> None:
    [ledger] = [fields for fields in FILES["services/money.yaml"] if fields["name"] == "ledger"]
    others = [fields for fields in FILES["services/money.yaml"] if fields["name"] != "ledger"]
    policy = a_policy(
        {
            "services/money.yaml": [*others, {**ledger, "labels": {"pci": "yes"}}],
            "calendar/x.yaml": [a_freeze(scope={"labels": {"pci": "yes"}})],
        }
    )
    facts = gathered(policy, service="ledger", labels={"pci": "no"})
    assert [window.name for window in facts.windows] == ["stocktaking"]


def test_a_callers_own_labels_are_looked_at_too() -> None:
    policy = with_windows(a_freeze(scope={"labels": {"schema": "changed"}}))
    assert gathered(policy).windows == ()
    assert len(gathered(policy, labels={"schema": "changed"}).windows) == 1


# Bypasses and who granted them.


def bypasses_of(*, origin: bool = True, settings: Fields | None = None, **fields: Any) -> tuple[BypassFacts, ...]:
    gate = {**FILES["gate.yaml"][0], **(settings or {})}
    files: Files = {"bypasses/x.yaml": [a_bypass(**fields)], "gate.yaml": [gate]}
    return gathered(a_policy(files, origins={"bypasses/x.yaml": RUTH} if origin else {})).bypasses


def test_the_committer_who_merged_a_bypass_granted_it() -> None:
    [bypass] = bypasses_of()
    assert bypass.grant is not None
    assert (bypass.grant.by, bypass.grant.author, bypass.grant.robot) == ("ruth", "maria", False)
    assert (bypass.grant.commit, bypass.grant.at_ns) == (RUTH.commit, RUTH.at_ns)


def test_where_nothing_shows_who_granted_there_is_no_grant() -> None:
    assert [bypass.grant for bypass in bypasses_of(origin=False)] == [None]
    assert [bypass.grant for bypass in bypasses_of(settings={"grants": "none"})] == [None]


def test_a_bypass_for_another_commit_is_not_told() -> None:
    assert bypasses_of(change={"service": "payments", "environment": "production", "commit": "ab12" * 10}) == ()
    [named] = bypasses_of(change={"service": "payments", "environment": "production", "commit": COMMIT})
    assert named.names_commit


def test_a_one_time_step_of_a_bypass_is_told_with_what_it_needs() -> None:
    needs = [{"group": "team-ledger", "expires": "PT8H"}, {"group": "$service.owners", "approvals": 2}]
    [bypass] = bypasses_of(add=[{"step": "dba_pairing", "needs": needs, "description": "Together"}])
    [added] = bypass.add
    assert (added.step, added.description) == ("dba_pairing", "Together")
    assert [(need.group, need.approvals, need.expires_ns) for need in added.needs] == [
        ("team-ledger", 1, 8 * HOUR),
        ("$service.owners", 2, None),
    ]


def test_facts_that_were_kept_are_understood_again() -> None:
    policy = a_policy({"bypasses/x.yaml": [a_bypass(add=[{"step": "pairing", "needs": {"group": "team-ledger"}}])]})
    facts = gathered(policy)
    assert Facts.model_validate_json(canonical(facts)) == facts


def test_a_bypass_never_used_has_been_used_no_times() -> None:
    assert [bypass.used for bypass in bypasses_of()] == [0]


# The change and its moment.


@pytest.mark.parametrize(
    ("size", "paths", "files"), [({"files": 9}, ["a"], 9), ({}, ["a", "b"], 2), ({"files": 1}, ["a", "b"], 2)]
)
def test_a_change_is_at_least_as_large_as_the_paths_it_names(
    size: dict[str, int], paths: list[str], files: int
) -> None:
    assert gathered(size=size, paths=paths).change.files == files


@pytest.mark.parametrize(
    ("oldest", "hours"),
    [
        (None, 0),
        ("2026-11-02T09:00:01Z", 0),
        ("2026-11-02T09:00:00Z", 1),
        ("2026-10-26T10:00:00+00:00", 168),
        ("2026-11-03T10:00:00Z", 0),
    ],
)
def test_the_age_of_a_batch_is_in_whole_hours_and_never_negative(oldest: str | None, hours: int) -> None:
    assert gathered(batch={"oldest_commit_at": oldest}).change.batch_age_hours == hours


def test_the_services_own_clock_says_weekday_and_hour() -> None:
    assert gathered(service="payments").local.model_dump() == {"weekday": 1, "hour": 11, "minute": 0}
    assert gathered(service="ledger").local.model_dump() == {"weekday": 1, "hour": 10, "minute": 0}
    sunday_night = AT_NS - 11 * HOUR + 30 * MINUTE
    assert from_ns(sunday_night).isoweekday() == 7
    in_amsterdam = gathered(service="payments", at_ns=sunday_night).local
    assert in_amsterdam.model_dump() == {"weekday": 1, "hour": 0, "minute": 30}


def test_facts_do_not_grow_with_windows_services_and_bypasses_of_others() -> None:
    crowd = a_policy(
        {
            "services/more.yaml": [{**FILES["services/status-page.yaml"][0], "name": f"s{n}"} for n in range(200)],
            "calendar/x.yaml": [a_freeze(name=f"f{n}", scope={"services": [f"s{n}"]}) for n in range(200)],
            "calendar/y.yaml": [a_maintenance(name=f"m{n}", scope={"services": [f"s{n}"]}) for n in range(200)],
            "bypasses/x.yaml": [
                a_bypass(id=f"b{n}", change={"service": f"s{n}", "environment": "production"}) for n in range(200)
            ],
        }
    )
    change = a_change()
    facts = (gather(change, policy, History(), AT_NS) for policy in (HOUSE, crowd))
    assert len({canonical(each) for each in facts}) == 1


# Pressed freezes, and bypasses that are used.


def test_a_pressed_freeze_is_a_window_of_what_its_scope_matches() -> None:
    here, elsewhere = a_pressed_freeze(scope={"services": ["pay*"]}), a_pressed_freeze(scope={"services": ["ledger"]})
    facts = gathered(history=History(freezes=(here, elsewhere)))
    assert [(window.name, window.kind, window.pressed_by) for window in facts.windows] == [(here.id, "freeze", "ruth")]


def test_what_the_catalogue_says_of_a_service_counts_for_a_pressed_freeze_too() -> None:
    freeze = a_pressed_freeze(scope={"owners": ["team-payments"], "objectives": ["revenue"]})
    assert gathered(history=History(freezes=(freeze,))).windows
    assert not gathered(history=History(freezes=(freeze,)), service="ledger").windows


def test_a_pressed_freeze_stands_beside_the_windows_of_the_calendar_even_under_one_name() -> None:
    freeze = a_pressed_freeze(id="stocktaking")
    windows = gathered(with_windows(a_freeze(incident="INC-1")), History(freezes=(freeze,))).windows
    assert [(window.name, window.incident, window.pressed_by) for window in windows] == [
        ("stocktaking", "INC-1", None),
        ("stocktaking", None, "ruth"),
    ]


def test_a_bypass_says_whether_this_change_has_used_it() -> None:
    policy = a_policy({"bypasses/x.yaml": [a_bypass()]})
    (taken,) = gathered(policy, History(bypasses_taken=("double-charge",))).bypasses
    (untouched,) = gathered(policy).bypasses
    assert (taken.taken, untouched.taken) == (True, False)
