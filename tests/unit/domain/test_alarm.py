"""Who is told that the glass was broken: everybody who was asked for a step that it skips."""

from gate.domain.alarm import alarms_of
from gate.domain.assessment import Need, Verdict
from gate.domain.decision import BypassResult
from tests.builders import a_change, a_decision
from tests.house import a_policy


def test_whom_a_skipped_step_was_escalated_to_is_told_as_well() -> None:
    change = a_change()
    need = Need(group="team-payments", escalated_to="team-ledger", approvals=1)
    glass = BypassResult(id="glass_1", honoured=True, lifts=("peer_review",), reasons=(), break_glass=True, by="ruth")
    decision = a_decision(change)
    step = decision.steps[0].model_copy(
        update={
            "step": "peer_review",
            "verdict": Verdict(status="pending", needs=(need,)),
            "lifted_by": glass.id,
        }
    )
    decision = decision.model_copy(update={"steps": (step,), "bypasses": (glass,)})
    alarms = alarms_of(change, decision, None, a_policy(), {"team-payments", "team-ledger"})
    assert {each.addressee for each in alarms} == {"team-payments", "team-ledger"}
