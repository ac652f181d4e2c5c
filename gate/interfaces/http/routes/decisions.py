"""`/v1/decisions`: a decision with everything that it rests on."""

import json
from typing import Annotated

from fastapi import APIRouter, Path, Response

from gate.domain.errors import UnknownNameError
from gate.interfaces.http.caller import Reader, TheGate
from gate.interfaces.http.documented import problems
from gate.interfaces.record_wire import RecordAnswer, RecordedDecisionAnswer
from gate.interfaces.wire import DecisionAnswer

router = APIRouter(prefix="/v1/decisions", tags=["decisions"])

DecisionId = Annotated[str, Path(pattern=r"^chg_[A-Za-z0-9_-]{1,76}\.[0-9]{1,9}$", examples=["chg_0198c1f2a4b0.1"])]


@router.get(
    "/{decision_id}",
    response_model=RecordedDecisionAnswer,
    response_description="The decision, whole",
    responses=problems(404, 422),
)
async def look(caller: Reader, decision_id: DecisionId, gate: TheGate) -> Response:
    """A decision, the facts it was judged on, what policy said, and what happened to its change."""
    recorded = await gate.store.decision(decision_id)
    if recorded is None:
        raise UnknownNameError(f"no decision is called {decision_id!r}", hint="A change answers with `decision.id`.")
    facts = json.loads(recorded.facts)
    caller.demand_change(facts["change"]["service"], facts["change"]["environment"])
    records = await gate.store.records(recorded.decision.change_id)
    answer = RecordedDecisionAnswer(
        decision=DecisionAnswer.of(recorded.decision, recorded.record_id),
        facts=facts,
        assessment=json.loads(recorded.assessment),
        history=tuple(RecordAnswer.of(record) for record in records),
    )
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")
