"""What `gate bypass` commands and decisions say of bypasses, in words."""

import pytest

from gate.domain.assessment import Reason
from gate.domain.decision import BypassResult
from gate.domain.errors import CallerError
from gate.interfaces.bypass_wire import BypassAnswer
from gate.interfaces.cli import render_github, render_junit, render_text
from gate.interfaces.cli.bypass_list import lines
from gate.interfaces.cli.bypass_new import one_time_step
from tests.unit.interfaces.cli.answers import a_decision, a_step, answered

GRANTED = BypassAnswer(
    id="double-charge",
    service="payments",
    environment="production",
    commit="c" * 40,
    skip=("freeze", "conflict"),
    reason="It charges twice.",
    ticket="INC-1",
    requested_by="maria",
    expires="2026-11-27T20:00:00Z",
    uses=2,
    used=1,
    left=1,
    state="granted",
    granted_by="ruth",
    reasons=(Reason(code="granted", message="granted by ruth"),),
)
UNUSED = "bypass double-charge lifts nothing, because nothing that it skips stands in the way; it is not used up"


def listed(*bypasses: BypassAnswer) -> list[str]:
    return [line.text for line in lines(bypasses)]


def result(*lifts: str) -> BypassResult:
    reasons = (Reason(code="granted", message="granted by ruth"),)
    return BypassResult(id="double-charge", honoured=True, lifts=lifts, reasons=reasons)


def test_the_list_tells_state_and_uses_left() -> None:
    head, row = listed(GRANTED)
    assert head.split() == ["id", "state", "uses", "left", "service", "environment", "commit", "skips", "expires"]
    assert row.split()[:5] == ["double-charge", "granted", "1", "of", "2"]


def test_the_list_tells_why_one_is_refused_and_nothing_of_the_rest() -> None:
    refused = GRANTED.model_copy(
        update={"state": "refused", "reasons": (Reason(code="budget_spent", message="the budget is spent"),)}
    )
    assert listed(refused)[-1] == "  the budget is spent"
    assert len(listed(GRANTED.model_copy(update={"state": "consumed", "left": 0, "reasons": ()}))) == 2


def test_where_there_is_none_the_list_says_so() -> None:
    assert listed() == ["There is no bypass."]


def test_a_bypass_that_had_nothing_to_lift_says_so_wherever_a_decision_is_shown() -> None:
    shown = answered(a_decision("approved", a_step("freeze"), bypasses=(result(),)))
    assert UNUSED in [line.text.strip() for line in render_text.lines(shown, render_text.ASCII)]
    assert UNUSED in render_junit.report(shown)
    assert "lifts nothing" in render_github.summary(shown)


def test_a_bypass_that_lifts_something_does_not() -> None:
    shown = answered(
        a_decision("approved", a_step("freeze", "waiting", lifted_by="double-charge"), bypasses=(result("freeze"),))
    )
    assert UNUSED not in render_junit.report(shown)


@pytest.mark.parametrize(
    ("written", "step"),
    [
        ("dba_pairing=dba", {"step": "dba_pairing", "needs": {"group": "dba", "approvals": 1}}),
        (
            "dba_pairing=dba:2 Two of them sit beside",
            {
                "step": "dba_pairing",
                "needs": {"group": "dba", "approvals": 2},
                "description": "Two of them sit beside",
            },
        ),
        (
            "look=dba:1,$service.owners",
            {"step": "look", "needs": [{"group": "dba", "approvals": 1}, {"group": "$service.owners", "approvals": 1}]},
        ),
    ],
)
def test_a_one_time_step_is_read_from_one_option(written: str, step: dict[str, object]) -> None:
    assert one_time_step(written) == step


@pytest.mark.parametrize("written", ["", "look", "=dba", "look=", "look=dba:x", "look=dba:"])
def test_what_is_no_one_time_step_is_asked_wrongly(written: str) -> None:
    with pytest.raises(CallerError):
        one_time_step(written)
