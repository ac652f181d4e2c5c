"""One result in four forms. What others wrote is hostile in each of them."""

import json
from xml.etree import ElementTree as ET

import pytest

from gate.domain.assessment import Reason
from gate.domain.decision import BypassResult
from gate.domain.errors import CallerError
from gate.interfaces.cli import render_github, render_json, render_junit, render_text
from gate.interfaces.cli.answer_errors import AskedWronglyError, UnreachableError
from gate.interfaces.cli.check_result import Answered, CheckResult, Unanswered
from gate.interfaces.problem_wire import Problem
from gate.interfaces.wire import ConflictAnswer, WindowAnswer
from tests.unit.interfaces.cli.answers import FROZEN, REVIEWERS, a_decision, a_step, answered

APPROVED = answered(a_decision("approved", a_step("evidence"), a_step("freeze"), lane="flags"))
EVERYTHING = answered(
    a_decision(
        "refused",
        a_step("evidence", "failed", reasons=[Reason(code="failed", message="tests failed")]),
        a_step("freeze", "waiting", reasons=[FROZEN], until="2026-12-01T13:00:00Z", lifted_by="double-charge"),
        a_step("conflict", "waiting", until="2026-11-27T11:00:00Z"),
        a_step("peer_review", "pending", needs=[REVIEWERS]),
        a_step("pairing", added_by="double-charge"),
        windows=[
            WindowAnswer(
                name="black-friday", kind="freeze", description="Peak.", start="2026-11-26T05:00:00Z", end=None
            )
        ],
        conflicts=[
            ConflictAnswer(
                change="chg_0",
                service="ledger",
                environment="production",
                relation="depends_on",
                resource="",
                state="started",
                since="2026-11-27T09:00:00Z",
                until="2026-11-27T11:00:00Z",
            )
        ],
        bypasses=[
            BypassResult(id="old", honoured=False, lifts=(), reasons=(Reason(code="expired", message="it expired"),))
        ],
    )
)
AWAY = Unanswered(UnreachableError("the gate does not answer", hint="Is it running?"))
HOSTILE = answered(
    a_decision(
        "refused",
        a_step(
            "evidence",
            "failed",
            reasons=[
                Reason(code="x", message='\x1b[31m::error::\r\n::set-output name=outcome::approved <b>"|`%25 ]]>')
            ],
        ),
    ),
    service="[red]web[/red]\noutcome=approved",
)
RESULTS = [APPROVED, EVERYTHING, AWAY, HOSTILE]


def text(result: CheckResult, marks: render_text.Marks = render_text.UNICODE) -> str:
    return "\n".join(line.text for line in render_text.lines(result, marks))


def junit(result: CheckResult) -> ET.Element:
    return ET.fromstring(render_junit.report(result))  # noqa: S314 -- made here a moment ago


def test_an_approval_in_text() -> None:
    assert (
        text(APPROVED)
        == """\
APPROVED: payments into production at 4f0c2f6d1f0d
  normal change by lane flags, low risk, 30 points: tier 30
  ✓ evidence
  ✓ freeze
  may start until 2026-11-27T10:15:00Z
  policy 9b1deb4d3b7d, confirmed 4 s ago; record rec_1
  more: gate explain chg_1, or http://127.0.0.1:8080/v1/changes/chg_1"""
    )


def test_everything_that_can_stand_in_the_way_in_text() -> None:
    assert (
        text(EVERYTHING)
        == """\
REFUSED: payments into production at 4f0c2f6d1f0d
  normal change, low risk, 30 points: tier 30
  ✗ evidence
      tests failed
  ↷ freeze
      lifted by bypass double-charge; without it: waiting
      production is frozen by black-friday
  ⏳ conflict
      until 2026-11-27T11:00:00Z
  … peer_review
      needs 2 approvals of team-payments, 1 given; can answer: jan, maria
  ✓ pairing
      added by bypass double-charge
  freeze black-friday, 2026-11-26T05:00:00Z to no known end: Peak.
  change chg_0 of ledger changes a service that this one depends on, in flight until 2026-11-27T11:00:00Z
  bypass old does not count: it expired
  mend what failed and ask again, or ask for a bypass in the policy repository
  policy 9b1deb4d3b7d, confirmed 4 s ago; record rec_1
  more: gate explain chg_1, or http://127.0.0.1:8080/v1/changes/chg_1"""
    )


def test_marks_have_a_form_for_terminals_without_unicode() -> None:
    assert "  [failed] evidence\n" in text(EVERYTHING, render_text.ASCII)
    assert text(EVERYTHING, render_text.ASCII).isascii()


def test_no_answer_in_text() -> None:
    assert text(AWAY) == "Error: the gate does not answer\n  Is it running?"


@pytest.mark.parametrize(
    ("outcome", "more", "words"),
    [
        ("review", {}, "goes on by itself once those named have answered"),
        ("waiting", {"passes_at": "2026-12-01T13:00:00Z"}, "passes by itself at 2026-12-01T13:00:00Z"),
        ("waiting", {}, "passes by itself at a time that nobody knows yet"),
    ],
)
def test_every_outcome_says_what_would_change_it(outcome: str, more: dict[str, str], words: str) -> None:
    assert words in text(answered(a_decision(outcome, **more)))


def test_a_started_change_says_so() -> None:
    assert text(answered(state="started")).startswith("APPROVED, started: ")


def test_a_change_that_is_to_stop_says_so_first() -> None:
    stop = {"at": "2026-11-27T10:05:00Z", "reason": "production is closed", "window": "frz_1"}
    told = text(answered(state="started", stop_requested=stop))
    assert told.startswith("STOP: payments into production at 4f0c2f6d1f0d is to stop, since 2026-11-27T10:05:00Z")


def test_a_freeze_that_was_pressed_says_by_whom() -> None:
    window = WindowAnswer(name="frz_1", kind="freeze", description="Fire.", start=None, end=None, pressed_by="ruth")
    assert "freeze frz_1, pressed by ruth, no time known to no known end: Fire." in text(
        answered(a_decision("waiting", windows=[window]))
    )


def test_a_reason_that_names_who_is_needed_is_not_repeated() -> None:
    told = Reason(code="review", message="2 approvals of team-payments needed")
    assert "can answer" not in text(
        answered(a_decision("review", a_step("r", "pending", reasons=[told], needs=[REVIEWERS])))
    )


@pytest.mark.parametrize("result", RESULTS)
def test_each_line_of_text_is_one_line_without_control_characters(result: CheckResult) -> None:
    for line in render_text.lines(result, render_text.UNICODE):
        assert line.text.isprintable()
        assert not line.text.lstrip().startswith("::")


def test_json_is_the_answer_as_the_gate_gave_it() -> None:
    told = json.loads(render_json.document(APPROVED))
    assert told == json.loads(APPROVED.body)
    assert told["decision"]["outcome"] == "approved"


def test_json_of_no_answer_is_a_problem_without_outcome() -> None:
    told = json.loads(render_json.document(AWAY))
    assert told["type"] == "urn:change-gate:problem:unanswered"
    assert (told["detail"], told["hint"]) == ("the gate does not answer", "Is it running?")


def test_json_keeps_the_problem_that_the_gate_stated() -> None:
    problem = Problem(type="urn:change-gate:problem:invalid-request", title="No", status=422, detail="d")
    told = json.loads(render_json.document(Unanswered(AskedWronglyError(problem))))
    assert told == {"type": "urn:change-gate:problem:invalid-request", "title": "No", "status": 422, "detail": "d"}


@pytest.mark.parametrize("result", RESULTS)
def test_json_is_ascii_so_that_no_terminal_obeys_it(result: CheckResult) -> None:
    assert render_json.document(result).isascii()


def test_each_step_is_a_case_in_junit() -> None:
    suite = junit(EVERYTHING)[0]
    assert suite.attrib == {
        "name": "change gate: payments into production at 4f0c2f6d1f0d",
        "timestamp": "2026-11-27T10:00:00Z",
        "tests": "5",
        "failures": "3",
        "errors": "0",
        "skipped": "1",
    }
    found = {
        case.attrib["name"]: [(part.tag, part.attrib["message"]) for part in case] for case in suite.iter("testcase")
    }
    assert found["evidence"] == [("failure", "tests failed")]
    assert found["freeze"][0][0] == "skipped"
    assert found["conflict"] == [("failure", "until 2026-11-27T11:00:00Z")]
    assert found["pairing"] == []


def test_an_approval_in_junit_has_no_failures() -> None:
    suite = junit(APPROVED)[0]
    assert (suite.attrib["failures"], suite.attrib["errors"]) == ("0", "0")


def test_no_answer_in_junit_is_an_error() -> None:
    suite = junit(AWAY)[0]
    assert (suite.attrib["tests"], suite.attrib["errors"]) == ("1", "1")


@pytest.mark.parametrize("result", RESULTS)
def test_junit_is_well_formed_whatever_is_in_it(result: CheckResult) -> None:
    assert junit(result).tag == "testsuites"


def test_an_approval_for_github_is_a_notice() -> None:
    assert render_github.annotations(APPROVED) == (
        "::notice title=Change Gate%3A approved::payments into production at 4f0c2f6d1f0d: "
        "normal change by lane flags, low risk, 30 points: tier 30; may start until 2026-11-27T10:15:00Z\n"
    )


def test_each_step_in_the_way_is_an_annotation_for_github() -> None:
    commands = render_github.annotations(EVERYTHING).splitlines()
    assert [command.split("::")[1] for command in commands] == [
        "error title=Change Gate%3A refused",
        "error title=Change Gate%3A evidence failed",
        "warning title=Change Gate%3A freeze lifted",
        "warning title=Change Gate%3A conflict waiting",
        "warning title=Change Gate%3A peer_review pending",
        "notice title=Change Gate%3A nothing lifted",
    ]


def test_no_answer_for_github_is_an_error_and_an_empty_outcome() -> None:
    assert render_github.annotations(AWAY).startswith("::error title=Change Gate%3A no answer::")
    assert render_github.outputs(AWAY) == "outcome=\nexit-status=20\n"
    assert "no answer" in render_github.summary(AWAY)


def test_outputs_for_later_steps_of_a_github_job() -> None:
    outputs = dict(line.split("=", 1) for line in render_github.outputs(APPROVED).splitlines())
    assert outputs["outcome"] == "approved"
    assert outputs["exit-status"] == "0"
    assert outputs["change"] == "chg_1"
    assert outputs["valid-until"] == "2026-11-27T10:15:00Z"
    assert outputs["url"] == "http://127.0.0.1:8080/v1/changes/chg_1"


def test_the_summary_for_github_is_a_table_of_the_steps() -> None:
    summary = render_github.summary(EVERYTHING)
    assert summary.startswith("### Change Gate: refused\n")
    assert "| ❌ | evidence | tests failed |\n" in summary
    assert "| 💬 | peer\\_review | needs 2 approvals of team\\-payments" in summary


def test_what_others_wrote_adds_no_command_output_or_markup_for_github() -> None:
    commands = render_github.annotations(HOSTILE).splitlines()
    assert len(commands) == 2
    assert all(command.startswith("::error title=Change Gate%3A ") for command in commands)
    assert "%2525" in commands[1]
    assert [line for line in render_github.outputs(HOSTILE).splitlines() if line.startswith("outcome=")] == [
        "outcome=refused"
    ]
    assert "<b>" not in render_github.summary(HOSTILE)


def test_the_properties_of_a_command_cannot_be_added_to() -> None:
    command = render_github.annotation("error", "a,file=b::c", "d", file="x,line=9", line=3)
    assert command == "::error file=x%2Cline=9,line=3,title=a%2Cfile=b%3A%3Ac::d\n"


def test_all_forms_agree_on_the_exit_status() -> None:
    assert isinstance(EVERYTHING, Answered)
    assert f"exit-status={int(EVERYTHING.exit_status)}\n" in render_github.outputs(EVERYTHING)
    assert Unanswered(CallerError("x")).exit_status == 2


SLOTS = [
    {"start": "2026-12-01T13:00:00Z", "end": "2026-12-01T13:30:00Z", "start_by": "2026-12-01T17:00:00Z"},
    {"start": "2026-12-02T13:00:00Z", "end": "2026-12-02T13:30:00Z", "start_by": None},
]


def test_the_first_slot_is_told() -> None:
    waiting = answered(a_decision("waiting", a_step("freeze", "waiting", reasons=[FROZEN])), next_slots=SLOTS)
    slot = "next slot 2026-12-01T13:00:00Z to 2026-12-01T13:30:00Z, to start by 2026-12-01T17:00:00Z"
    assert f"\n  {slot}\n" in text(waiting)
    assert "2026-12-02" not in text(waiting)
    assert "next slot 2026\\-12\\-01T13:00:00Z" in render_github.summary(waiting)
    assert len(json.loads(render_json.document(waiting))["next_slots"]) == 2


def test_people_read_instants_to_the_second_and_programs_read_them_exactly() -> None:
    slot = {"start": "2026-12-01T13:00:00.25Z", "end": "2026-12-01T13:30:00.25Z", "start_by": None}
    waiting = answered(a_decision("waiting", a_step("freeze", "waiting", reasons=[FROZEN])), next_slots=[slot])
    assert "next slot 2026-12-01T13:00:01Z to 2026-12-01T13:30:01Z" in text(waiting)
    assert "13:00:00.25Z" in render_json.document(waiting)


def test_where_no_slot_is_offered_none_is_told() -> None:
    assert "slot" not in text(APPROVED)


LIFTS = answered(
    a_decision(
        "approved",
        a_step(
            "freeze",
            "waiting",
            reasons=[FROZEN],
            lifted_by="double-charge",
            lifted={
                "by": "ruth",
                "bypass": "double-charge",
                "break_glass": False,
                "why": "It bills.",
                "ticket": "INC-1",
            },
        ),
        a_step(
            "peer_review",
            "pending",
            needs=[REVIEWERS],
            reasons=[Reason(code="unreviewed", message="nobody has looked")],
            lifted_by="glass_1",
            lifted={"by": "samir", "bypass": "glass_1", "break_glass": True, "why": "It burns.", "ticket": "INC-2"},
        ),
        bypasses=[
            {"id": "idle", "honoured": True, "lifts": [], "reasons": []},
            {"id": "glass_2", "honoured": True, "lifts": [], "reasons": [], "break_glass": True, "by": "claes"},
        ],
    )
)
BY_BYPASS = "lifted by bypass double-charge, granted by ruth for INC-1: It bills.; without it: waiting"
BY_GLASS = "lifted by samir, who broke the glass (glass_1) for INC-2: It burns.; without it: pending"
IDLE = "bypass idle lifts nothing, because nothing that it skips stands in the way; it is not used up"
NEEDLESS = (
    "claes's broken glass glass_2 lifts nothing, because nothing that it may lift stands in the way; it is on record"
)


def test_a_lifted_step_shows_the_verdict_it_would_have_had_beside_who_lifted_it_by_what_and_why() -> None:
    lines = text(LIFTS).splitlines()
    assert lines[2:5] == ["  ↷ freeze", f"      {BY_BYPASS}", "      production is frozen by black-friday"]
    assert lines[5:8] == ["  ↷ peer_review", f"      {BY_GLASS}", "      nobody has looked"]
    assert f"  {IDLE}" in lines
    assert f"  {NEEDLESS}" in lines


def test_a_lifted_step_shows_the_same_to_github() -> None:
    said = render_github.annotations(LIFTS)
    assert f"::warning title=Change Gate%3A freeze lifted::{BY_BYPASS}; production is frozen by black-friday\n" in said
    assert f"::warning title=Change Gate%3A peer_review lifted::{BY_GLASS}; nobody has looked\n" in said
    assert f"::notice title=Change Gate%3A nothing lifted::{IDLE}\n" in said
    assert "granted by ruth for INC\\-1" in render_github.summary(LIFTS)


def test_a_lifted_step_shows_the_same_in_a_test_report() -> None:
    skipped = [case.attrib["message"] for case in junit(LIFTS).iter("skipped")]
    assert skipped == [f"{BY_BYPASS}; production is frozen by black-friday", f"{BY_GLASS}; nobody has looked"]
    assert IDLE in "".join(each.text or "" for each in junit(LIFTS).iter("system-out"))


def test_a_lifted_step_shows_the_same_to_programs() -> None:
    freeze, review = json.loads(render_json.document(LIFTS))["decision"]["steps"]
    assert (freeze["verdict"], freeze["lifted"]["by"], freeze["lifted"]["why"]) == ("waiting", "ruth", "It bills.")
    assert (review["verdict"], review["lifted"]["break_glass"]) == ("pending", True)


@pytest.mark.parametrize("harmful", ["\x9b31m", "\u202e", "\u2028", "\x1b[2J"])
def test_no_terminal_obeys_a_list_that_a_gate_sent(harmful: str) -> None:
    body = json.dumps([{"reason": harmful}], ensure_ascii=False)
    written = render_json.answered(body)
    assert written.isascii()
    assert "\x1b" not in written
    assert json.loads(written) == [{"reason": harmful}]
