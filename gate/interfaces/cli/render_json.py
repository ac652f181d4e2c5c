"""A check's result for programs: the gate's own answer, or a problem document that says why there is none."""

import json
from typing import Any, Final

from gate.interfaces.cli.answer_errors import TYPE, AskedWronglyError
from gate.interfaces.cli.check_result import Answered, CheckResult, Unanswered

UNANSWERED: Final = f"{TYPE}unanswered"


def document(result: CheckResult) -> str:
    """JSON. ASCII throughout: whatever others wrote, no terminal obeys it."""
    return answered(result.body) if isinstance(result, Answered) else _written(_problem(result))


def answered(body: str) -> str:
    """The same of a body that a gate sent."""
    return _written(json.loads(body))


def _written(said: Any) -> str:
    return json.dumps(said, indent=2) + "\n"


def _problem(result: Unanswered) -> dict[str, Any]:
    error = result.error
    if isinstance(error, AskedWronglyError):
        return error.problem.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"type": UNANSWERED, "title": "No answer, so no approval", "detail": error.message, "hint": error.hint}
