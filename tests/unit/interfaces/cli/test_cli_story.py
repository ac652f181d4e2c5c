import json

import pytest

from gate.domain.change import Evidence
from gate.domain.errors import WorldError
from gate.domain.facts import BreakGlassFacts, BypassFacts, BypassGrant, Facts
from gate.domain.review import Approval
from gate.interfaces.cli import render_text, story
from gate.interfaces.record_wire import RecordAnswer, RecordedDecisionAnswer
from tests.builders import AT_NS, COMMIT, HOUR, a_change, a_request, facts_for
from tests.unit.interfaces.cli.answers import FROZEN, a_decision, a_step

CHANGE = a_change(
    request=a_request(
        author="jan", summary="Charge once", paths=["a", "b", "c", "d", "e", "f"], size={"files": 6, "lines": 1}
    )
)
BYPASS = BypassFacts(
    id="double-charge",
    skip=("freeze",),
    add=(),
    reason="It charges twice.",
    ticket="INC-1",
    requested_by="maria",
    expires_ns=AT_NS + HOUR,
    names_commit=True,
    uses=1,
    used=0,
    grant=BypassGrant(by="ruth", author="maria", robot=False, commit="c" * 40, at_ns=AT_NS),
)
FACTS = facts_for(
    CHANGE,
    bypasses=(BYPASS,),
    evidence=(Evidence(kind="tests", status="passed"),),
    approvals=(Approval(step="peer_review", by="ruth", answer="approve", at_ns=AT_NS, commit=COMMIT),),
)
DECISION = a_decision(
    "approved",
    a_step("evidence"),
    a_step("freeze", "waiting", reasons=[FROZEN], lifted_by="double-charge"),
    bypasses=[{"id": "double-charge", "honoured": True, "lifts": ["freeze"], "reasons": []}],
)
HISTORY = (
    RecordAnswer(id="rec_0", kind="submitted", at="2026-11-02T10:00:00Z"),
    RecordAnswer(id="rec_1", kind="decided", at="2026-11-02T10:00:00Z"),
    RecordAnswer(id="rec_2", kind="started", at="2026-11-02T10:05:00Z"),
)


def recorded(facts: Facts = FACTS) -> RecordedDecisionAnswer:
    return RecordedDecisionAnswer(
        decision=DECISION, facts=json.loads(facts.model_dump_json()), assessment={}, history=HISTORY
    )


def told(facts: Facts = FACTS) -> str:
    return "\n".join(line.text for line in story.lines(recorded(facts), render_text.UNICODE))


def test_the_story_of_a_change_from_asking_to_starting() -> None:
    lines = told().splitlines()
    assert lines[0] == f"Change {CHANGE.id}: payments into production at 4f0c4f0c4f0c"
    assert lines[1:4] == [
        "  asked by maria, written by jan, kind deploy",
        "  Charge once",
        "  6 files, 1 line, 1 commit",
    ]
    assert "  touches a, b, c, d, e and 1 more" in lines
    assert "  evidence tests passed" in lines
    assert "  ruth answered approve to peer_review" in lines
    assert "APPROVED at 2026-11-27T10:00:00Z, decision 1" in lines
    assert "    tier  +30  it is of tier 1" in lines
    assert "      lifted by bypass double-charge; without it: waiting" in lines
    assert "  bypass double-charge lifts freeze: It charges twice." in lines
    assert "    asked by maria (INC-1), granted by ruth, used 0 of 1 time before, until 2026-11-02T11:00:00Z" in lines
    assert lines[-4:] == [
        "What happened",
        "  2026-11-02T10:00:00Z  asked for  rec_0",
        "  2026-11-02T10:00:00Z  judged  rec_1",
        "  2026-11-02T10:05:00Z  started  rec_2",
    ]


def test_a_change_that_was_told_to_stop_says_when_and_why() -> None:
    runs = FACTS.model_copy(update={"change": FACTS.change.model_copy(update={"state": "started"})})
    stop = RecordAnswer(id="rec_3", kind="stop_requested", at="2026-11-02T10:30:00Z", reason="production is closed")
    answer = recorded(runs).model_copy(update={"history": (*HISTORY, stop)})
    lines = [line.text for line in story.lines(answer, render_text.UNICODE)]
    assert "  it runs, and is to stop" in lines
    assert lines[-2:] == ["  2026-11-02T10:30:00Z  told to stop  rec_3", "    production is closed"]


def test_another_start_is_told_with_who_planned_it() -> None:
    said = {"kind": "planned", "at": "2026-11-02T10:01:00.5Z", "by": "jan"}
    later = RecordAnswer(id="rec_3", planned_start="2026-11-03T10:00:00Z", **said)
    answer = recorded().model_copy(update={"history": (later, RecordAnswer(id="rec_4", **said))})
    assert [line.text for line in story.lines(answer, render_text.UNICODE)][-2:] == [
        "  2026-11-02T10:01:00Z  planned for 2026-11-03T10:00:00Z by jan  rec_3",
        "  2026-11-02T10:01:00Z  planned to start as soon as it may by jan  rec_4",
    ]


def test_who_is_not_named_is_told_as_such() -> None:
    facts = facts_for(a_change(), bypasses=(BYPASS.model_copy(update={"grant": None}),))
    assert "written by nobody named" in told(facts)
    assert "granted by nobody" in told(facts)


def test_facts_of_an_unknown_format_are_not_guessed_at() -> None:
    newer = recorded().model_copy(update={"facts": {"format": 2}})
    with pytest.raises(WorldError, match="format that this version does not know"):
        list(story.lines(newer, render_text.UNICODE))


def test_what_is_offered_now_stands_below_the_outcome() -> None:
    lines = [line.text for line in story.lines(recorded(), render_text.UNICODE, ["next slot at noon"])]
    assert lines.index("  next slot at noon") == lines.index("Steps") - 1


def test_a_broken_glass_is_told_with_who_broke_it_and_until_when() -> None:
    broken = BreakGlassFacts(by="samir", robot=False, at_ns=AT_NS, commit=COMMIT, artifact=None)
    glass = BYPASS.model_copy(update={"grant": None, "break_glass": broken})
    happened = RecordAnswer(id="rec_3", kind="glass_broken", at="2026-11-02T10:00:30Z", by="samir", reason="It burns.")
    answer = recorded(FACTS.model_copy(update={"bypasses": (glass,)}))
    lines = [
        line.text
        for line in story.lines(answer.model_copy(update={"history": (*HISTORY, happened)}), render_text.UNICODE)
    ]
    assert "  broken glass double-charge lifts freeze: It charges twice." in lines
    assert "    broken 2026-11-02T10:00:00Z by samir for INC-1, until 2026-11-02T11:00:00Z" in lines
    assert lines[-2:] == ["  2026-11-02T10:00:30Z  glass broken by samir  rec_3", "    It burns."]
