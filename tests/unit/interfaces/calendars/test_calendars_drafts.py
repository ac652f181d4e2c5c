"""What an import writes is what the policy repository reads: the strict reader takes it, and it is the same window."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.adapters.policy_repo.strict_yaml import read_documents
from gate.domain.policy_set import understand
from gate.interfaces.calendars.conversion import Source
from gate.interfaces.calendars.drafts import Draft, Names, drafted, legible, policy_file

HERE = Source("x.ics", 3, "event")
WORDS = st.text(max_size=80)


def a_draft(**said: Any) -> Draft:
    usual = {"kind": "Freeze", "name": "nights", "start": "2026-11-26T22:00", "end": "2026-11-27T06:00"}
    draft = drafted(usual | said, HERE)
    assert isinstance(draft, Draft), draft
    return draft


def test_a_file_is_such_as_people_write() -> None:
    scope = {"environments": ["production"], "services": ["*"], "except": {"services": ["status-page"]}}
    first = a_draft(description="Peak trading. Revenue first.", scope=scope, timezone="Europe/Amsterdam")
    second = a_draft(recurrence="RRULE:FREQ=WEEKLY;BYDAY=TU,TH", exdate=["2026-12-24T22:00"])
    assert policy_file([first, second], ["From a.ics", "and\x07 more"]) == (
        "# From a.ics\n"
        "# and\N{REPLACEMENT CHARACTER} more\n"
        "kind: Freeze\n"
        "name: nights\n"
        "start: 2026-11-26T22:00\n"
        "end: 2026-11-27T06:00\n"
        'description: "Peak trading. Revenue first."\n'
        'scope: {environments: [production], services: ["*"], except: {services: [status-page]}}\n'
        "timezone: Europe/Amsterdam\n"
        "---\n"
        "kind: Freeze\n"
        "name: nights\n"
        "start: 2026-11-26T22:00\n"
        "end: 2026-11-27T06:00\n"
        "recurrence: RRULE:FREQ=WEEKLY;BYDAY=TU,TH\n"
        "exdate: [2026-12-24T22:00]\n"
    )


@given(WORDS, st.lists(st.text(max_size=20), max_size=3), st.text(max_size=20), WORDS)
def test_whatever_it_says_the_policy_repository_reads_the_same(
    description: str, services: list[str], label: str, header: str
) -> None:
    scope = {"services": services, "labels": {"x": label}}
    draft = drafted(dict(a_draft().fields) | {"description": legible(description), "scope": scope}, HERE)
    if not isinstance(draft, Draft):
        assert "nobody can see" in draft[0].message
        return
    documents, findings = read_documents("calendar/x.yaml", policy_file([draft], [header]).encode())
    assert not findings
    assert [understand(document).value for document in documents] == [draft.window]


@pytest.mark.parametrize(
    "text", ["no", "true", "1", "1.5", "~", "null", "- x", "a: b", "a #b", "", " ", "{", "&a", "!x", "%"]
)
def test_text_that_yaml_might_take_for_something_else_stays_text(text: str) -> None:
    draft = a_draft(description=text, scope={"services": [text]})
    [document], _ = read_documents("x.yaml", policy_file([draft], []).encode())
    assert (document.fields["description"], document.fields["scope"]) == (text, {"services": [text]})


def test_what_the_model_refuses_is_no_draft() -> None:
    refused = drafted(dict(a_draft().fields) | {"end": "2026-11-26T21:00", "colour": "red"}, HERE)
    assert not isinstance(refused, Draft)
    assert str(refused[0]).startswith("x.ics:3: event: the calendar does not take it: ")


def test_names_are_given_once() -> None:
    names = Names()
    given_ = [
        names.give("Year-end freeze!"),
        names.give("year end freeze"),
        names.keep("Year.End"),
        names.give("Year.End"),
    ]
    assert given_ == ["year-end-freeze", "year-end-freeze-2", "Year.End", "year.end"]


def test_names_of_several_calendars_are_kept_apart_by_a_prefix() -> None:
    names = Names("hq-")
    assert [names.give("Year end"), names.keep("Year.End")] == ["hq-year-end", "hq-Year.End"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb  \n\n c ", "a\nb\n\nc"),
        ("\u200da\u202eb\ufeff", "ab"),
        ("a\x00\x1bb", "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b"),
        ("❄️ 🚨", "❄️ 🚨"),
    ],
)
def test_what_nobody_can_see_does_not_come_along(text: str, expected: str) -> None:
    assert legible(text) == expected
