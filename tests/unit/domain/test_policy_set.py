"""From documents to a policy revision, or to findings that say where and what."""

from typing import Any

import pytest

from gate.domain.document import Document, Place
from gate.domain.errors import PolicyRejectedError
from gate.domain.finding import Finding
from gate.domain.policy_set import KINDS, assemble, understand
from gate.domain.scope import Subject
from tests.builders import AT_NS, REVISION, a_request
from tests.house import FILES, MODULES, RUTH, Fields, Files, a_bypass, a_document, a_freeze, a_policy, documents


def finding_of(fields: Fields, lines: dict[Place, int] | None = None) -> Finding:
    """The one finding of a document."""
    understood = understand(a_document(fields, "calendar/x.yaml", lines))
    assert understood.value is None
    [finding] = understood.findings
    return finding


def rejected(files: Files, **options: Any) -> list[str]:
    """The findings for which a house with these files is rejected."""
    with pytest.raises(PolicyRejectedError) as caught:
        a_policy(files, **options)
    assert caught.value.revision == REVISION
    return [str(finding) for finding in caught.value.findings]


# One document.


def test_a_document_becomes_the_value_of_its_kind() -> None:
    document = a_document(a_freeze())
    understood = understand(document)
    assert type(understood.value) is KINDS["Freeze"]
    assert (understood.document, understood.findings) == (document, ())


def test_what_is_wrong_inside_of_a_list_is_told_once() -> None:
    needs = {"step": "dba_pairing", "needs": {"group": "no such group!"}}
    assert finding_of(a_bypass(add=[needs])).field == "add.0.needs.group"
    assert finding_of(a_bypass(add=[{**needs, "needs": []}])).field == "add.0.needs"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "Freze"}, "'Freze' is no kind of document; did you mean Freeze?"),
        ({"kind": "freeze"}, "'freeze' is no kind of document; did you mean Freeze?"),
        ({"kind": "Deployment"}, "'Deployment' is no kind of document"),
        ({"name": "x"}, "the document does not say its kind"),
        ({"kind": ["Freeze"]}, "the document does not say its kind"),
        ({}, "the document does not say its kind"),
    ],
)
def test_an_unknown_kind_is_found_with_what_was_probably_meant(fields: dict[str, Any], message: str) -> None:
    finding = finding_of(fields, {(): 1, ("kind",): 7})
    assert (finding.message, finding.path, finding.line, finding.field) == (message, "calendar/x.yaml", 7, "kind")
    assert "Freeze, Maintenance, Advisory" in finding.hint


@pytest.mark.parametrize(
    ("fields", "place", "message"),
    [
        ({"ende": "2026-11-02T12:00"}, ("ende",), "is not a field of Freeze"),
        ({"name": "-x"}, ("name",), "should match pattern"),
        ({"start": "2026-11-02T10:00Z"}, ("start",), "without an offset"),
        ({"start": "2026-11"}, ("start",), "must be a local time"),
        ({"end": "9999-12-31T23:59"}, ("end",), "must lie in the years 1970 to 2200"),
        ({"timezone": "Europe/Amsterdan"}, ("timezone",), "did you mean Europe/Amsterdam"),
        ({"recurrence": "FREQ=SECONDLY"}, ("recurrence",), "repeats more often than hourly"),
        ({"recurrence": "FREQ=DAILY;UNTIL=20261231T235959Z"}, ("recurrence",), "write it without the Z"),
        ({"recurrence": "FREQ=DAILY;UNTIL=99991231T235959"}, ("recurrence",), "must lie in the years 1970 to 2200"),
        ({"rdate": ["2026-11-03T09:00", "2026-11-04T09:00Z"]}, ("rdate", 1), "without an offset"),
        ({"exdate": ["2026-11-03"]}, ("exdate",), "2026-11-03 is a whole day, but start"),
        ({"scope": {"services": ["a", 7]}}, ("scope", "services", 1), "valid string"),
        ({"scope": {"environment": ["a"]}}, ("scope", "environment"), "is not a field"),
        ({"recurrence": "FREQ=NEVER"}, ("recurrence",), "is not an RFC 5545"),
        ({"overrun": "maybe"}, ("overrun",), "'finish' or 'stop'"),
    ],
)
def test_a_finding_names_file_line_and_field(fields: dict[str, Any], place: Place, message: str) -> None:
    finding = finding_of({**a_freeze(), **fields}, {(): 1, place: 42})
    assert (finding.path, finding.line) == ("calendar/x.yaml", 42)
    assert finding.field == ".".join(map(str, place))
    assert message in finding.message
    assert "Value error" not in finding.message


def test_what_is_wrong_with_a_document_as_a_whole_is_found_at_the_field_that_it_shows_in() -> None:
    finding = finding_of({**a_freeze(), "end": "2026-11-02T08:00"}, {(): 1, ("end",): 6})
    assert (finding.field, finding.line) == ("end", 6)
    assert finding.message == "2026-11-02T08:00:00 is not after the start 2026-11-02T09:00:00"


def test_a_missing_field_is_found_where_the_document_begins() -> None:
    finding = finding_of({"kind": "Freeze", "name": "x"}, {(): 9, ("name",): 10})
    assert (finding.field, finding.line, finding.message) == ("start", 9, "Field required")


def test_everything_wrong_with_a_document_is_found_at_once() -> None:
    understood = understand(a_document({"kind": "Group", "nam": "x", "members": "maria"}))
    assert {finding.field for finding in understood.findings} == {"nam", "name", "members"}


@pytest.mark.parametrize("key", [1, True, None])
def test_a_field_whose_name_is_no_text_is_a_finding(key: object) -> None:
    assert understand(Document("x.yaml", {"kind": "Freeze", key: 1})).value is None  # type: ignore[dict-item]  # on purpose


@pytest.mark.parametrize(
    ("expires", "is_taken"),
    [("2026-11-02T20:00:00Z", True), ("2026-11-02T20:00:00", False), (1_793_649_600.5, False), ("1793649600", False)],
)
def test_a_bypass_expires_at_a_time_with_an_offset_or_is_no_bypass(expires: object, *, is_taken: bool) -> None:
    assert (understand(a_document(a_bypass(expires=expires))).value is not None) is is_taken


def test_a_bypass_of_the_separation_of_duties_is_found_where_it_is_asked_for() -> None:
    finding = finding_of(a_bypass(skip=["freeze", "segregation_of_duties"]), {(): 1, ("skip", 1): 6})
    assert (finding.line, finding.field) == (6, "skip.1")
    assert finding.message == "segregation_of_duties is never lifted; take it out of `skip`"


# A whole revision.


def test_a_house_in_order_is_a_policy() -> None:
    policy = a_policy()
    assert (policy.revision, policy.committed_at_ns) == (REVISION, AT_NS)
    assert list(policy.catalogue.services) == ["payments", "ledger", "checkout", "status-page"]
    assert policy.documents == sum(len(several) for several in FILES.values())


@pytest.mark.parametrize("kind", ["Gate", "Process", "Risk"])
def test_what_a_revision_cannot_judge_without_is_missed(kind: str) -> None:
    path = next(path for path, several in FILES.items() if several[0]["kind"] == kind)
    assert any(f"there is no document of kind {kind} " in finding for finding in rejected({path: []}))


def test_nothing_at_all_is_no_policy() -> None:
    with pytest.raises(PolicyRejectedError) as caught:
        assemble(REVISION, AT_NS, [], MODULES, {})
    assert len(caught.value.findings) == 3


def test_a_document_of_its_kind_that_is_wrong_is_not_called_missing() -> None:
    wrong = {**FILES["risk.yaml"][0], "thresholds": {"medium": "much"}}
    assert rejected({"risk.yaml": [wrong]}) == [
        "risk.yaml:3: thresholds.medium: Input should be a valid integer, unable to parse string as an integer"
    ]


@pytest.mark.parametrize("kind", ["Gate", "Process", "Risk"])
def test_a_second_document_of_what_there_is_one_is_found(kind: str) -> None:
    [first] = [several[0] for several in FILES.values() if several[0]["kind"] == kind]
    [finding] = rejected({"zz.yaml": [first]})
    assert finding.startswith("zz.yaml:")
    assert f"a second {kind}; the first is in " in finding


@pytest.mark.parametrize(
    ("again", "name"),
    [
        ({"kind": "Group", "name": "release-managers", "members": ["mallory"]}, "release-managers"),
        ({"kind": "Person", "name": "ruth"}, "ruth"),
        ({"kind": "Objective", "name": "revenue", "description": "More."}, "revenue"),
        (dict(FILES["services/status-page.yaml"][0]), "status-page"),
        (dict(FILES["lanes/flags.yaml"][0]), "flags"),
    ],
)
def test_a_name_that_is_taken_is_found_and_wins_by_no_order(again: dict[str, Any], name: str) -> None:
    [finding] = rejected({"zz.yaml": [again]})
    assert f"zz.yaml:2: name: a second {again['kind']} called {name!r}; the first is in " in finding


def test_two_bypasses_of_one_id_are_found() -> None:
    [finding] = rejected({"bypasses/a.yaml": [a_bypass()], "bypasses/b.yaml": [a_bypass(skip=["peer_review"])]})
    assert "a second Bypass called 'double-charge'; the first is in bypasses/a.yaml" in finding


def test_windows_of_different_kinds_may_share_a_name() -> None:
    advisory = {"kind": "Advisory", **{key: value for key, value in a_freeze().items() if key != "kind"}}
    assert len(a_policy({"calendar/x.yaml": [a_freeze(), advisory]}).calendar.windows) == 2


def test_a_rejection_tells_everything_that_is_wrong() -> None:
    findings = rejected({"a.yaml": [{"kind": "Freze"}], "b.yaml": [{"kind": "Group"}], "risk.yaml": []})
    assert {finding.split(":")[0] for finding in findings} >= {"a.yaml", "b.yaml"}
    assert any(finding.startswith("there is no document of kind Risk") for finding in findings)


# What a revision is asked.


def test_the_bypasses_for_a_request_are_those_that_name_it_by_id() -> None:
    others = [
        a_bypass(id="b2"),
        a_bypass(id="b1"),
        a_bypass(id="b0", change={"service": "payments", "environment": "staging"}),
        a_bypass(id="b3", change={"service": "payments", "environment": "production", "commit": "ab12" * 10}),
    ]
    policy = a_policy({"bypasses/x.yaml": others})
    assert [bypass.id for bypass in policy.bypasses_for(a_request())] == ["b1", "b2"]
    assert [bypass.id for bypass in policy.bypasses_for(a_request(commit="ab12" * 10))] == ["b1", "b2", "b3"]
    assert policy.bypasses_for(a_request(service="ledger")) == []


def test_the_origin_of_a_bypass_is_that_of_its_file() -> None:
    files = {"bypasses/a.yaml": [a_bypass(id="a")], "bypasses/b.yaml": [a_bypass(id="b")]}
    assert a_policy(files, origins={"bypasses/a.yaml": RUTH, "other.yaml": RUTH}).origins == {"a": RUTH}


def test_lanes_are_found_by_scope() -> None:
    policy = a_policy()
    assert [lane.name for lane in policy.lanes_for(Subject("production", "payments"))] == ["flags"]
    assert policy.lanes_for(Subject("staging", "payments")) == []


def test_what_grows_with_the_house_stays_out_of_the_engine() -> None:
    large = a_policy({"calendar/x.yaml": [a_freeze()], "bypasses/x.yaml": [a_bypass()]})
    assert large.bundle.data == a_policy().bundle.data
    assert set(large.bundle.data) == {"settings", "process", "risk", "groups", "objectives", "robots", "lanes"}


def test_the_order_of_files_does_not_show_in_the_bundle() -> None:
    understood = [understand(document) for document in documents(FILES)]
    backwards = assemble(REVISION, AT_NS, reversed(understood), MODULES, {})
    assert backwards.bundle == a_policy().bundle
