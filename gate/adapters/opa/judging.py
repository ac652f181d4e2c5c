"""The one question, and what makes its answer an assessment. How verdicts become an outcome is elsewhere."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from pydantic import ValidationError

from gate.domain.assessment import Assessment
from gate.domain.errors import AssessmentError, EngineBehindError
from gate.domain.facts import Facts

ASSESSMENT: Final = "gate/assessment"
"""Slash path of the one entry point, a constant: nothing a caller says becomes part of a query."""

_SHOWN: Final = 3

Query = Callable[[str, object], Awaitable[Any]]


async def judged(query: Query, facts: Facts) -> Assessment:
    """Ask for the assessment of facts. EngineError, EngineBehindError, AssessmentError; never a default."""
    answer = await query(ASSESSMENT, facts.model_dump(mode="json", by_alias=True))
    echoed = answer.get("revision") if isinstance(answer, dict) else None
    if isinstance(echoed, str) and echoed != facts.revision:
        raise EngineBehindError(
            f"the policy engine judged at revision {echoed[:12]}, not at {facts.revision[:12]}",
            hint="Ask again in a moment; if this stays, the engine does not receive the gate's bundles.",
        )
    try:
        return Assessment.model_validate(answer)
    except ValidationError as cause:
        raise AssessmentError(
            f"data.gate.assessment is not an assessment: {_in_words(cause)}",
            hint="Every field of an assessment must be there; a rule that did not fire leaves its field out.",
        ) from cause


def _in_words(error: ValidationError) -> str:
    mistakes = error.errors(include_url=False, include_input=False)
    told = [f"{'.'.join(map(str, mistake['loc'])) or 'the value'}: {mistake['msg']}" for mistake in mistakes[:_SHOWN]]
    return "; ".join([*told, f"and {len(mistakes) - _SHOWN} more"] if len(mistakes) > _SHOWN else told)
