"""What the ledger will say of a change: of a judgement, and of its end."""

from collections.abc import Mapping

from gate.domain.canonical import digest
from gate.domain.change import Change
from gate.domain.decision import Decision
from gate.domain.judgement import Judgement
from gate.domain.record import Record, RecordKind
from gate.ports import Clock

Said = Mapping[str, object]
"""What a record says besides its head."""


def records_of(
    judgement: Judgement, clock: Clock, asker: str, *, starts: bool, planned: Said | None = None
) -> list[Record]:
    """Everything that happened with a judgement. `planned`: what is said of the other start that it was given."""
    change, decision, at_ns = judgement.change, judgement.decision, judgement.facts.at_ns
    records: list[Record] = []
    if decision.sequence == 1:
        request = change.request.model_dump(mode="json")
        asked = {"by": asker, "requester": change.requester, "request": request}
        records.append(record_of("submitted", clock, at_ns, change, **asked))
    if planned is not None:
        records.append(record_of("planned", clock, at_ns, change, **planned))
    records.append(record_of("decided", clock, at_ns, change, **_judged(judgement)))
    if starts:
        began = {"by": asker, "decision": decision.id, "bypasses": judgement.uses}
        records.append(record_of("started", clock, at_ns, change, **began))
    if change.stop is not None:
        told = {"decision": decision.id, "reason": change.stop.reason, "window": change.stop.window}
        records.append(record_of("stop_requested", clock, at_ns, change, **told))
    return records


def record_of(kind: RecordKind, clock: Clock, at_ns: int, change: Change, **said: object) -> Record:
    """One record about a change."""
    return Record.of(kind, clock.new_id("rec"), at_ns, change.id, **said)


def _judged(judgement: Judgement) -> Said:
    decision = judgement.decision
    return {
        "decision": decision.id,
        "outcome": decision.outcome,
        "revision": decision.revision,
        "facts": digest(judgement.facts_bytes),
        "assessment": digest(judgement.assessment_bytes),
        "decided": digest(judgement.decision_bytes),
        **_lifted(decision),
    }


def _lifted(decision: Decision) -> Said:
    """What was skipped, what it would have said, and who lifted it by what; nothing where nothing was."""
    by = {each.id: each for each in decision.bypasses}
    lifted = [
        {
            "step": step.step,
            "verdict": step.verdict.status,
            "lifted_by": step.lifted_by,
            "break_glass": by[step.lifted_by].break_glass,
            "by": by[step.lifted_by].by,
            "ticket": by[step.lifted_by].ticket,
        }
        for step in decision.steps
        if step.lifted_by is not None
    ]
    return {"lifted": lifted} if lifted else {}
