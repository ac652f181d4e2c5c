"""A recorded decision as a story: what was asked, what it was judged by, what each step said, what happened since."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pydantic import ValidationError

from gate.domain.errors import WorldError
from gate.domain.facts import BypassFacts, Facts
from gate.domain.instant import to_the_second
from gate.interfaces.cli import render_text, wording
from gate.interfaces.cli.lines import Line, columns, count, line
from gate.interfaces.cli.whole_seconds import cut
from gate.interfaces.record_wire import RecordAnswer, RecordedDecisionAnswer
from gate.interfaces.wire import DecisionAnswer

_PATHS_SHOWN: Final = 5
_HAPPENED: Final[Mapping[str, str]] = {
    "submitted": "asked for",
    "decided": "judged",
    "started": "started",
    "stop_requested": "told to stop",
    "finished": "finished",
    "withdrawn": "withdrawn",
    "step_approved": "approved",
    "step_vetoed": "vetoed",
    "answer_withdrawn": "taken back",
    "glass_broken": "glass broken",
    "pir": "reviewed",
    "commented": "commented",
}


def lines(recorded: RecordedDecisionAnswer, marks: render_text.Marks, offered: Iterable[str] = ()) -> Iterator[Line]:
    """The story as lines. WorldError if the facts are of a format that this version does not know.

    `offered`: what may be done about the outcome now, in words.
    """
    facts, decision = _facts(recorded), recorded.decision
    yield line(f"Change {facts.change.id}: {_target(facts)}", "bold")
    yield from (line(text, indent=1) for text in _asked(facts))
    yield from _judged(facts, decision)
    yield from (line(text, "bold", indent=1) for text in offered)
    yield line("Steps", "bold")
    yield from render_text.steps(decision, marks)
    yield from render_text.spoken(decision)
    yield from _bypasses(facts, decision)
    yield from _since(recorded)


def _facts(recorded: RecordedDecisionAnswer) -> Facts:
    try:
        return Facts.model_validate(recorded.facts)
    except ValidationError as error:
        raise WorldError(
            f"the facts of decision {recorded.decision.id} are of a format that this version does not know",
            hint="Use the version of the gate that made it, or --output json.",
        ) from error


def _target(facts: Facts) -> str:
    change = facts.change
    return f"{change.service} into {change.environment} at {change.commit[: wording.COMMIT_SHOWN]}"


def _asked(facts: Facts) -> Iterator[str]:
    change, service = facts.change, facts.service
    yield f"asked by {change.requester}, written by {change.author or 'nobody named'}, kind {change.kind}"
    if change.summary:
        yield change.summary
    yield f"{count(change.files, 'file')}, {count(change.lines, 'line')}, {count(change.commits, 'commit')}"
    if change.paths:
        more = len(change.paths) - _PATHS_SHOWN
        yield f"touches {', '.join(change.paths[:_PATHS_SHOWN])}" + (f" and {more} more" if more > 0 else "")
    if change.incident:
        yield f"repairs incident {change.incident}"
    yield f"{service.name} is tier {service.tier}, owned by {service.owners}, and carries {service.objective}"
    yield from (f"{one.service} depends on it" for one in facts.impact.dependents)
    yield from (f"evidence {one.kind} {one.status} {one.url}" for one in facts.evidence)
    yield from (f"{one.by} answered {one.answer} to {one.step}" for one in facts.approvals)


def _judged(facts: Facts, decision: DecisionAnswer) -> Iterator[Line]:
    outcome = f"{decision.outcome.upper()} at {cut(decision.decided_at)}"
    yield line(f"{outcome}, decision {facts.sequence}", render_text.STYLES[decision.outcome])
    yield line(f"by policy revision {decision.revision}; record {decision.record}", indent=1)
    yield line(f"{decision.change_class} change" + (f" by lane {decision.lane}" if decision.lane else ""), indent=1)
    yield line(f"{decision.risk.risk_class} risk, {decision.risk.score} points", indent=1)
    factors = [[factor.name, f"{factor.points:+d}", factor.because] for factor in decision.risk.factors]
    yield from (line(row, indent=2) for row in columns(factors))
    runs = facts.change.state == "started"
    yield line("it runs, and is to stop" if runs else wording.next_step(decision), "bold", indent=1)


def _bypasses(facts: Facts, decision: DecisionAnswer) -> Iterator[Line]:
    lifts = {result.id: result.lifts for result in decision.bypasses}
    for bypass in facts.bypasses:
        lifted = ", ".join(lifts.get(bypass.id, ())) or "nothing"
        named = "broken glass" if bypass.break_glass else "bypass"
        yield line(f"{named} {bypass.id} lifts {lifted}: {bypass.reason}", "yellow", indent=1)
        yield line(_grant(bypass), indent=2)


def _grant(bypass: BypassFacts) -> str:
    if bypass.break_glass is not None:
        broken = f"{to_the_second(bypass.break_glass.at_ns)} by {bypass.break_glass.by}"
        return f"broken {broken} for {bypass.ticket}, until {to_the_second(bypass.expires_ns)}"
    granted = f"granted by {bypass.grant.by or 'nobody known'}" if bypass.grant else "granted by nobody"
    used = f"used {bypass.used} of {count(bypass.uses, 'time')} before"
    until = to_the_second(bypass.expires_ns)
    return f"asked by {bypass.requested_by} ({bypass.ticket}), {granted}, {used}, until {until}"


def _since(recorded: RecordedDecisionAnswer) -> Iterator[Line]:
    yield line("What happened", "bold")
    for record in recorded.history:
        by = f" by {record.by}" if record.by else ""
        yield line(f"{cut(record.at)}  {_happened(record)}{by}  {record.id}", indent=1)
        if told := record.reason or record.comment:
            yield line(told, indent=2)


def _happened(record: RecordAnswer) -> str:
    if record.kind == "planned":
        start = record.planned_start
        return f"planned for {cut(start)}" if start else "planned to start as soon as it may"
    return " ".join(filter(None, [_HAPPENED.get(record.kind, record.kind), record.step]))
