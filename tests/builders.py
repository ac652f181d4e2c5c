"""Valid domain values, with the one thing said that a test is about. Everything unsaid is ordinary.

change = a_change(service="payments")
facts = facts_for(change, windows=(a_freeze,))
decision = a_decision(change, outcome="waiting")
judgement = a_judgement(change, outcome="approved")
await store.record(judgement, records_of(judgement))
"""

from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from gate.domain.assessment import Assessment, ChangeClass, Reason, RiskClass, Status
from gate.domain.break_glass import BreakGlass
from gate.domain.change import Change, ChangeRequest, Result
from gate.domain.conflict import resource_of
from gate.domain.decision import Decision, Outcome, decide
from gate.domain.facts import (
    ChangeFacts,
    EnvironmentFacts,
    Facts,
    Impact,
    LocalMoment,
    ServiceFacts,
)
from gate.domain.history import History, HistoryQuestion, Reservation
from gate.domain.instant import NANOSECOND_PER_SECOND, to_ns
from gate.domain.judgement import Judgement, StoredChange
from gate.domain.notice import Notice
from gate.domain.queue import Place
from gate.domain.record import Record, RecordKind
from gate.domain.red_button import PressedFreeze
from gate.domain.review import Answer, AnswerKind
from gate.ports import Store

AT_NS: Final = to_ns(datetime(2026, 11, 2, 10, 0, tzinfo=UTC))
"""When tests take place: a Monday morning."""
MINUTE: Final = 60 * NANOSECOND_PER_SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

COMMIT: Final = "4f0c" * 10
REVISION: Final = "a11c" * 10

_STATUS_FOR: Final[dict[Outcome, Status]] = {
    "approved": "satisfied",
    "review": "pending",
    "waiting": "waiting",
    "refused": "failed",
}
"""What one required step must say for the outcome to be this."""

_numbers = count(1)


def a_request(**fields: Any) -> ChangeRequest:
    """A small deployment of `payments` into production."""
    usual = {"service": "payments", "environment": "production", "commit": COMMIT, "run": "run-1"}
    return ChangeRequest.model_validate(usual | fields)


def a_change(*, service: str = "payments", request: ChangeRequest | None = None, **fields: Any) -> Change:
    """A change that was asked for at `AT_NS`, with an id of its own that sorts after those made before."""
    usual = {
        "id": f"chg_{next(_numbers):06}",
        "request": request or a_request(service=service),
        "requester": "maria",
        "asked_at_ns": AT_NS,
    }
    return Change.model_validate(usual | fields)


def started(change: Change) -> Change:
    """The same change, a minute later, under way."""
    return change.model_copy(update={"state": "started", "started_at_ns": AT_NS + MINUTE})


def finished(change: Change, result: Result = "succeeded", *, at_ns: int = AT_NS + HOUR) -> Change:
    """The same change, over and done with."""
    return change.model_copy(update={"state": "finished", "ended_at_ns": at_ns, "result": result})


def withdrawn(change: Change, *, at_ns: int = AT_NS + HOUR) -> Change:
    """The same change, taken back."""
    return change.model_copy(update={"state": "withdrawn", "ended_at_ns": at_ns})


def facts_for(change: Change, **fields: Any) -> Facts:
    """The facts of a change on a quiet day: no windows, no conflicts, nothing in flight."""
    usual = {
        "revision": REVISION,
        "at_ns": AT_NS,
        "sequence": 1,
        "valid_for_ns": 15 * MINUTE,
        "local": LocalMoment(weekday=1, hour=10, minute=0),
        "change": _change_facts(change, fields.get("at_ns", AT_NS)),
        "service": _service_facts(change.request.service),
        "environment": EnvironmentFacts(
            name=change.request.environment, production=change.request.environment == "production"
        ),
        "impact": Impact(),
        "evidence": change.request.evidence,
    }
    lists = ("lanes", "windows", "conflicts", "prerequisites", "circle", "approvals", "bypasses", "incidents")
    nothing = dict.fromkeys(lists, ())
    return Facts.model_validate(nothing | {"track_record": {}, "load": {}} | usual | fields)


def _change_facts(change: Change, start_ns: int) -> ChangeFacts:
    request = change.request
    return ChangeFacts(
        id=change.id,
        service=request.service,
        environment=request.environment,
        commit=request.commit,
        artifact=request.artifact,
        kind=request.kind,
        summary=request.summary,
        labels=request.labels,
        paths=request.paths,
        files=request.size.files,
        lines=request.size.lines,
        commits=request.batch.commits,
        batch_age_hours=0,
        requester=change.requester,
        author=request.author,
        incident=request.incident,
        implementer=request.implementer,
        duration_ns=30 * MINUTE,
        start_ns=start_ns,
        in_line_since_ns=change.in_line_since_ns,
        state="started" if change.state == "started" else "open",
    )


def _service_facts(service: str) -> ServiceFacts:
    return ServiceFacts(
        name=service,
        tier=2,
        owners=team_of(service),
        reviewers=team_of(service),
        objective="revenue",
        appetite="low",
        exclusive=(),
        labels={},
        timezone="UTC",
    )


def team_of(service: str) -> str:
    """The team that owns a service in these tests."""
    return f"team-{service}"


def an_assessment(
    *,
    change_class: ChangeClass = "normal",
    risk_class: RiskClass = "low",
    verdicts: dict[str, Status] | None = None,
    **fields: Any,
) -> Assessment:
    """An assessment of `REVISION` that demands the steps it has verdicts on; all satisfied where none is said."""
    said = verdicts or {"evidence": "satisfied", "freeze": "satisfied", "conflict": "satisfied"}
    usual = {
        "revision": REVISION,
        "class": change_class,
        "lane": None,
        "risk": {"class": risk_class, "score": 0, "factors": ()},
        "required": tuple(said),
        "verdicts": {step: {"status": status, "reasons": _reasons(status)} for step, status in said.items()},
        "bypasses": {},
    }
    return Assessment.model_validate(usual | fields)


def _reasons(status: Status) -> tuple[Reason, ...]:
    return () if status == "satisfied" else (Reason(code="because", message=f"it is {status}"),)


def an_assessment_for(outcome: Outcome, **fields: Any) -> Assessment:
    """An assessment that folds into this outcome."""
    return an_assessment(verdicts={"evidence": "satisfied", "conflict": _STATUS_FOR[outcome]}, **fields)


def a_decision(change: Change, *, outcome: Outcome = "approved", **facts: Any) -> Decision:
    """What the fold makes of the change's facts and an assessment for this outcome."""
    return decide(facts_for(change, **facts), an_assessment_for(outcome))


async def known(store: Store, request_key: str) -> StoredChange | None:
    """The change that a request key stands for."""
    found = await store.first_look(request_key, a_question(a_change()))
    return found if isinstance(found, StoredChange) else None


def a_question(change: Change, *, near: tuple[str, ...] = (), **fields: Any) -> HistoryQuestion:
    """What the store is asked about a change whose service has these services near it."""
    request = change.request
    resources = tuple(sorted(resource_of(service, request.environment) for service in {request.service, *near}))
    usual: dict[str, Any] = {
        "change": change.id,
        "environment": request.environment,
        "team": team_of(request.service),
        "service": request.service,
        "resources": resources,
        "contended": resources,
        "bypasses": (),
        "at_ns": AT_NS,
        "in_line_since_ns": change.in_line_since_ns,
    }
    said = usual | fields
    start_ns = said.setdefault("start_ns", said["at_ns"])
    return HistoryQuestion.model_validate({"end_ns": start_ns + 30 * MINUTE} | said)


def a_reservation(change: Change, **fields: Any) -> Reservation:
    """What a change holds that was approved at `AT_NS`: its service, for a quarter of an hour."""
    request = change.request
    usual = {
        "change": change.id,
        "environment": request.environment,
        "service": request.service,
        "team": team_of(request.service),
        "resources": (resource_of(request.service, request.environment),),
        "state": "started" if change.state == "started" else "approved",
        "since_ns": AT_NS,
        "until_ns": AT_NS + 15 * MINUTE,
    }
    said = usual | fields
    return Reservation.model_validate({"lapses_ns": said["until_ns"]} | said)


def a_place(change: Change, **fields: Any) -> Place:
    """Where a normal change stands in line that wants its service, for half an hour and as soon as it may."""
    request = change.request
    usual = {
        "change": change.id,
        "environment": request.environment,
        "service": request.service,
        "resources": (resource_of(request.service, request.environment),),
        "change_class": "normal",
        "in_line_since_ns": change.in_line_since_ns,
        "start_ns": AT_NS,
        "until_ns": AT_NS + 30 * MINUTE,
    }
    return Place.model_validate(usual | fields)


def a_judgement(
    change: Change,
    *,
    outcome: Outcome = "approved",
    sequence: int = 1,
    question: HistoryQuestion | None = None,
    history: History | None = None,
    **fields: Any,
) -> Judgement:
    """A judgement of a change on an empty history; what is approved holds its service."""
    asked = question or a_question(change)
    facts = facts_for(change, sequence=sequence, at_ns=asked.at_ns)
    assessment = an_assessment_for(outcome)
    usual = {
        "request_key": f"key of {change.id}" if sequence == 1 else None,
        "reservation": a_reservation(change) if outcome == "approved" else None,
    }
    return Judgement(
        change=change,
        facts=facts,
        assessment=assessment,
        decision=decide(facts, assessment),
        question=asked,
        history=history or History(),
        **(usual | fields),
    )


def a_pressed_freeze(**fields: Any) -> PressedFreeze:
    """A freeze of everything, pressed at `AT_NS`, with an id of its own that sorts after those made before."""
    usual = {
        "id": f"frz_{next(_numbers):06}",
        "reason": "something is on fire",
        "pressed_by": "ruth",
        "pressed_at_ns": AT_NS,
        "scope": {},
    }
    return PressedFreeze.model_validate(usual | fields)


def an_answer(change: Change, number: int = 1, answer: AnswerKind = "approve", **fields: Any) -> Answer:
    """What Jan answers to the peer review of a change, a minute after it was asked for."""
    usual = {
        "change": change.id,
        "number": number,
        "step": "peer_review",
        "by": "jan",
        "answer": answer,
        "at_ns": AT_NS + MINUTE,
        "commit": change.request.commit,
        "artifact": change.request.artifact,
        "comment": "",
        "shown_by": "token",
    }
    return Answer.model_validate(usual | fields)


def a_glass(change: Change, number: int = 1, **fields: Any) -> BreakGlass:
    """A glass that Ruth broke for a change, a minute after it was asked for."""
    usual = {
        "id": f"glass_{next(_numbers):06}",
        "change": change.id,
        "number": number,
        "service": change.request.service,
        "environment": change.request.environment,
        "by": "ruth",
        "shown_by": "token",
        "reason": "customers are charged twice",
        "incident": "INC-7",
        "at_ns": AT_NS + MINUTE,
        "commit": change.request.commit,
        "artifact": change.request.artifact,
        "lifts": ("freeze", "peer_review"),
        "expires_ns": AT_NS + 4 * HOUR,
        "review_within_ns": 2 * DAY,
    }
    return BreakGlass.model_validate(usual | fields)


def a_notice(change: Change, number: int = 1, **fields: Any) -> Notice:
    """What Maria is told of the first decision about a change."""
    usual = {
        "id": f"{change.id}.1.{number}",
        "addressee": "maria",
        "kind": "decided",
        "change": change.id,
        "decision": f"{change.id}.1",
        "service": change.request.service,
        "environment": change.request.environment,
        "commit": change.request.commit,
        "outcome": "review",
        "title": "Review",
        "body": "It waits for people.",
        "at_ns": AT_NS,
    }
    return Notice.model_validate(usual | fields)


def a_record(kind: RecordKind, change: Change | None = None, **said: Any) -> Record:
    """A record that something happened at `AT_NS`, to a change or to none."""
    return Record.of(kind, f"rec_{next(_numbers):06}", AT_NS, change.id if change else None, **said)


def records_of(judgement: Judgement) -> list[Record]:
    """What is recorded together with a judgement."""
    decision = judgement.decision
    records = [a_record("decided", judgement.change, decision=decision.id, outcome=decision.outcome)]
    if decision.sequence == 1:
        records.insert(0, a_record("submitted", judgement.change))
    if judgement.change.state == "started":
        records.append(a_record("started", judgement.change))
    return records
