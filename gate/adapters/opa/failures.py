"""What can go wrong between the gate and OPA, and what it is called inside the gate: one table, tried from the top.

`asyncio.CancelledError` is deliberately absent: who is told to stop does not translate, they stop.
"""

import json
from typing import Final

from aiohttp import ClientError, ClientPayloadError, ClientResponseError, ContentTypeError
from aiohttp.http_exceptions import HttpProcessingError
from opa_client import errors as opa

from gate.domain.errors import AssessmentError, EngineBusyError, EngineError, GateError


class SlowAnswerError(EngineError):
    """OPA did not answer in time. Who runs that OPA ends it."""


class UndefinedError(AssessmentError):
    """OPA answered that the document asked for has no value."""


class RefusalError(Exception):
    """OPA answered with another HTTP status than 200. Only the client raises this, and it never leaves this package."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.body = body


_SLOW: Final = "did not answer in time"
_UNREACHABLE: Final = "could not be reached, or hung up"
_NOT_JSON: Final = "answered with something that is not the JSON of OPA's data API"

TABLE: Final[tuple[tuple[type[Exception], type[EngineError | AssessmentError], str], ...]] = (
    (TimeoutError, SlowAnswerError, _SLOW),  # asyncio's and aiohttp's time-outs are all of this kind
    (ContentTypeError, EngineError, _NOT_JSON),
    (ClientPayloadError, EngineError, "broke off in the middle of its answer"),
    (ClientResponseError, EngineError, "answered with an error"),
    (HttpProcessingError, EngineError, "answered with something that is not HTTP"),
    (ClientError, EngineError, _UNREACHABLE),
    (EOFError, EngineError, _UNREACHABLE),  # asyncio.IncompleteReadError
    (json.JSONDecodeError, EngineError, _NOT_JSON),
    (UnicodeDecodeError, EngineError, _NOT_JSON),
    (ValueError, AssessmentError, "answered with a number that is too long to be read"),
    (RecursionError, AssessmentError, "answered with JSON that is nested too deeply"),
    (opa.ConnectionsError, EngineError, _UNREACHABLE),
    (opa.SSLError, EngineError, "could not be reached over TLS"),
    (opa.QueryExecuteError, EngineError, "refused the query"),
    (opa.PolicyNotFoundError, EngineError, "does not hold what was asked for"),
    (OSError, EngineError, _UNREACHABLE),
)
"""(what is caught, what the gate calls it, what OPA did)."""

CAUGHT: Final[tuple[type[Exception], ...]] = (RefusalError, *(cause for cause, _, _ in TABLE))

HINT: Final = "Nothing was decided. Ask again; if this stays, look at the policy engine's own output."

_STATUS: Final[dict[int, tuple[type[EngineError], str]]] = {
    401: (EngineError, "Give the gate the token that this OPA expects."),
    403: (EngineError, "Give the gate the token that this OPA expects."),
    404: (EngineError, "What answers there is no OPA, or one that does not serve this path."),
    429: (EngineBusyError, "It is overloaded; ask again in a moment."),
    503: (EngineBusyError, "It is overloaded or starting; ask again in a moment."),
}


def translated(cause: Exception) -> GateError:
    """What the gate calls a caught exception. `cause` must be of a class in `CAUGHT`."""
    if isinstance(cause, RefusalError):
        return _refusal(cause)
    kind, did = next((kind, did) for caught, kind, did in TABLE if isinstance(cause, caught))
    detail = f": {cause}" if str(cause) else ""
    return kind(f"the policy engine {did} ({type(cause).__name__}{detail})", hint=HINT)


def _refusal(refusal: RefusalError) -> GateError:
    """An error that OPA met while it judged is the policy's; any other status is the engine's."""
    evaluation = evaluation_errors(refusal.body)
    if evaluation:
        return AssessmentError(
            f"the policy broke while it judged: {evaluation}",
            hint="Mend the rule named here; until then nothing that needs it is approved.",
        )
    kind, hint = _STATUS.get(refusal.status, (EngineError, HINT))
    return kind(f"the policy engine answered HTTP {refusal.status}", hint=hint)


def evaluation_errors(body: bytes) -> str:
    """`path:row: code: message` of every evaluation error in OPA's error body, a line each; empty if there is none."""
    try:
        errors = json.loads(body)["errors"]
        return "\n".join(_evaluation_error(error) for error in errors if _is_of_the_policy(error["code"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return ""  # not OPA's error body: then the status alone speaks


def _is_of_the_policy(code: str) -> bool:
    """An evaluation that was called off, because OPA ended or nobody waited any longer, is not the policy's fault."""
    return code.startswith("eval_") and code != "eval_cancel_error"


def _evaluation_error(error: dict[str, object]) -> str:
    location = error.get("location")
    place = f"{location['file']}:{location['row']}: " if isinstance(location, dict) else ""
    return f"{place}{error['code']}: {error['message']}"
