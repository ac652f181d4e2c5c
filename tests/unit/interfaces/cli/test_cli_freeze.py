import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from typer.testing import CliRunner, Result

from gate.domain import calendar
from gate.domain.errors import CallerError
from gate.interfaces.cli import freeze_now, freeze_wording, main
from gate.interfaces.cli.gate_client import GateClient
from gate.interfaces.cli.lines import Line
from gate.interfaces.freeze_wire import FreezeAnswer
from tests.unit.interfaces.cli.simulated_gate import SimulatedGate, objects, says_json

ANSWER: dict[str, Any] = {
    "id": "frz_1",
    "state": "pressed",
    "scope": {"environments": ["production"], "services": ["pay*", "ledger"], "except": {"services": ["status-page"]}},
    "reason": "card payments fail",
    "incident": "INC-1",
    "overrun": "stop",
    "pressed_by": "ruth",
    "pressed_at": "2026-11-27T10:00:00Z",
    "until": None,
    "thawed_by": None,
    "thawed_at": None,
    "thaw_reason": None,
    "proposal": {
        "state": "filed",
        "branch": "gate/freeze-frz_1",
        "file": "calendar/pressed-frz_1.yaml",
        "text": "# Pressed by ruth\nkind: Freeze\n",
        "trouble": "",
    },
    "links": {},
}
THAWED = {"thawed_by": "maria", "thawed_at": "2026-11-27T11:00:00Z", "thaw_reason": "it is out now"}


def a_freeze(*, proposal: str = "filed", trouble: str = "", **fields: Any) -> FreezeAnswer:
    filed = ANSWER["proposal"] | {"state": proposal, "trouble": trouble}
    return FreezeAnswer.model_validate(ANSWER | fields | {"proposal": filed})


def text(lines: Iterator[Line]) -> str:
    return "\n".join(line.text for line in lines)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> SimulatedGate:
    """A gate that answers with the freeze, wherever it is asked."""
    simulated = SimulatedGate(says_json(ANSWER, 201))
    monkeypatch.setattr(GateClient, "at", lambda _: simulated.client())
    return simulated


def invoked(*arguments: str) -> Result:
    return CliRunner().invoke(main.app, ["freeze", *arguments], prog_name="gate")


def asked(gate: SimulatedGate) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(gate.asked[0].content)
    return document


# Pressing


def test_what_is_frozen_is_said_as_in_a_window_of_the_calendar(gate: SimulatedGate) -> None:
    named = ("--environment", "production", "--service", "pay*", "--service", "ledger")
    more = ("--kind", "deploy", "--owner", "team-a", "--objective", "revenue", "--label", "tier=1*")
    left_out = ("--except-service", "status-page")
    said = ("--reason", "card payments fail", "--incident", "INC-1", "--overrun", "stop")
    end = ("--until", "2026-11-28T00:00:00Z")
    done = invoked("now", *named, *more, *left_out, *said, *end, "--idempotency-key", "k")
    assert (done.exit_code, gate.calls) == (0, ["POST /v1/freezes"])
    assert gate.asked[0].headers["Idempotency-Key"] == "k"
    assert asked(gate) == {
        "scope": {
            "environments": ["production"],
            "services": ["pay*", "ledger"],
            "kinds": ["deploy"],
            "owners": ["team-a"],
            "objectives": ["revenue"],
            "labels": {"tier": "1*"},
            "except": {"services": ["status-page"]},
        },
        "reason": "card payments fail",
        "incident": "INC-1",
        "overrun": "stop",
        "until": "2026-11-28T00:00:00Z",
    }


def test_everything_is_frozen_only_if_that_is_said(gate: SimulatedGate) -> None:
    done = invoked("now", "--everything", "--except-service", "status-page", "--reason", "all is lost now")
    assert done.exit_code == 0
    assert asked(gate)["scope"] == {"except": {"services": ["status-page"]}}


@pytest.mark.parametrize("arguments", [(), ("--everything", "--service", "payments"), ("--except-service", "ledger")])
def test_a_scope_that_nobody_can_have_meant_is_not_pressed(gate: SimulatedGate, arguments: tuple[str, ...]) -> None:
    done = invoked("now", *arguments, "--reason", "all is lost now")
    assert isinstance(done.exception, CallerError)
    assert "a scope, or --everything" in str(done.exception)
    assert gate.calls == []


def test_a_reason_must_be_given(gate: SimulatedGate) -> None:
    assert invoked("now", "--everything").exit_code == 2
    assert gate.calls == []


def test_programs_get_the_answer_as_it_came(gate: SimulatedGate) -> None:
    done = invoked("now", "--everything", "--reason", "all is lost now", "--output", "json")
    assert json.loads(done.stdout) == ANSWER
    assert len(gate.calls) == 1


def test_what_a_change_that_runs_does_is_said_as_in_the_calendar() -> None:
    assert tuple(freeze_now.Overrun) == get_args(calendar.Overrun)


# What is told


def test_whoever_presses_learns_what_is_closed_and_how_to_open_it() -> None:
    told = text(freeze_wording.pressed(a_freeze()))
    assert told.splitlines() == [
        "FROZEN: environments production, services pay* ledger; except services status-page",
        "  frz_1, by ruth, until somebody thaws it",
        "  card payments fail",
        "  for INC-1; red_button of process.yaml says whether its fix may pass",
        "  what runs is told to stop",
        "  branch gate/freeze-frz_1 of the policy repository is there to be merged",
        "  let go with: gate freeze thaw frz_1 --reason …",
    ]


def test_an_empty_scope_is_everything() -> None:
    freeze = a_freeze(scope={}, until="2026-11-28T00:00:00Z", overrun="finish", incident=None)
    assert text(freeze_wording.pressed(freeze)).splitlines()[:3] == [
        "FROZEN: everything",
        "  frz_1, by ruth, until 2026-11-28T00:00:00Z",
        "  card payments fail",
    ]


def test_what_could_not_be_pushed_says_why_and_that_it_goes_on() -> None:
    told = text(freeze_wording.pressed(a_freeze(proposal="failed", trouble="git push failed")))
    assert "branch gate/freeze-frz_1 is not pushed yet: git push failed; the gate goes on trying" in told
    assert "not pushed yet; the gate" in text(freeze_wording.pressed(a_freeze(proposal="pending")))


def test_where_the_gate_may_not_push_the_file_is_there_to_be_committed() -> None:
    told = text(freeze_wording.pressed(a_freeze(proposal="by_hand")))
    assert "commit this as calendar/pressed-frz_1.yaml on a branch gate/freeze-frz_1:" in told
    assert "    # Pressed by ruth\n    kind: Freeze\n" in told


def test_a_key_that_pressed_before_does_not_pass_for_a_freeze_that_holds() -> None:
    told = text(freeze_wording.pressed(a_freeze(state="thawed", **THAWED)))
    assert told == "NOT FROZEN: frz_1 was pressed before with this key, and is thawed"


def test_whoever_thaws_learns_what_is_left_to_do_in_git() -> None:
    told = text(freeze_wording.thawed(a_freeze(state="thawed", **THAWED)))
    assert told.startswith("THAWED: environments production")
    assert "frz_1, by maria at 2026-11-27T11:00:00Z: it is out now" in told
    assert "delete it by a commit: until then git's freeze holds" in told
    assert "git" not in text(freeze_wording.thawed(a_freeze(state="thawed", proposal="dropped", **THAWED)))


def test_what_ended_by_itself_is_not_said_to_be_thawed() -> None:
    told = text(freeze_wording.thawed(a_freeze(state="ended", until="2026-11-27T11:00:00Z", proposal="dropped")))
    assert told == "frz_1 had ended at 2026-11-27T11:00:00Z already"


# Thawing and listing


def test_a_thaw_says_why(gate: SimulatedGate) -> None:
    assert invoked("thaw", "frz_1", "--reason", "it is out now").exit_code == 0
    assert gate.calls == ["POST /v1/freezes/frz_1/thaw"]
    assert asked(gate) == {"reason": "it is out now"}
    assert invoked("thaw", "frz_1").exit_code == 2


def test_those_that_hold_are_listed_or_all(monkeypatch: pytest.MonkeyPatch) -> None:
    over = ANSWER | THAWED | {"id": "frz_0", "state": "thawed", "incident": None}
    gate = SimulatedGate(says_json([ANSWER, over]))
    monkeypatch.setattr(GateClient, "at", lambda _: gate.client())
    told = invoked("list", "--all").stdout.splitlines()
    assert [line.split()[:2] for line in told] == [["id", "state"], ["frz_1", "pressed"], ["frz_0", "thawed"]]
    assert "card payments fail" in told[1]
    assert json.loads(invoked("list", "--output", "json").stdout) == [ANSWER, over]
    assert gate.calls == ["GET /v1/freezes?holding=false", "GET /v1/freezes"]


def test_where_nothing_is_pressed_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GateClient, "at", lambda _: SimulatedGate(says_json([])).client())
    assert invoked("list").stdout == "No pressed freeze holds.\n"
    assert invoked("list", "--all").stdout == "No freeze was ever pressed.\n"


def test_what_the_gate_refuses_is_told_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GateClient, "at", lambda _: SimulatedGate(objects("forbidden", 403)).client())
    done = invoked("now", "--everything", "--reason", "all is lost now")
    assert isinstance(done.exception, CallerError)
