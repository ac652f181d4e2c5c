"""From errors to answers: the one table that knows status codes. RFC 9457, with a stable type and a hint.

What a request may take is limited elsewhere (`places`, `body_limits`), and those problems are stated there.
"""

import logging
import math
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from gate.domain.errors import (
    AssessmentError,
    CallerError,
    CircularError,
    ConflictingRequestError,
    EngineBehindError,
    EngineBusyError,
    EngineError,
    FactsMovedError,
    ForbiddenError,
    GateError,
    IssuerError,
    LimitReachedError,
    NoPolicyError,
    NoticeError,
    PlannedStartError,
    PolicyError,
    PolicyRejectedError,
    RepositoryError,
    SeenOtherwiseError,
    StalePolicyError,
    StoreError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnknownNameError,
    WorldError,
    WrongStateError,
)
from gate.interfaces.policy_wire import FindingAnswer
from gate.interfaces.problem_wire import Mistake, Problem
from gate.interfaces.wire import ChangeAnswer

MEDIA_TYPE: Final = "application/problem+json"
TYPE: Final = "urn:change-gate:problem:"
_RETRY_SECONDS: Final = "1"
_SHOWN: Final = 20
"""So many mistakes are told at once."""
_SHOWN_OF_NAME: Final = 64
"""So many characters of a field's name; the caller may have made it up."""

logger = logging.getLogger(__name__)

_OURS: Final = 500
"""From here on it is not the caller who can mend it, so whoever operates the gate must see it."""

PROBLEMS: Final[Mapping[type[GateError], tuple[int, str, str]]] = {
    UnauthenticatedError: (401, "no-token", "It is not shown who is asking"),
    ForbiddenError: (403, "forbidden", "The caller may not do this"),
    TooManyRequestsError: (429, "too-many-requests", "The caller asks too often"),
    UnknownNameError: (404, "unknown-name", "Nobody knows this name"),
    ConflictingRequestError: (409, "conflicting-request", "The key stands for another request"),
    LimitReachedError: (409, "limit-reached", "There are too many already"),
    PlannedStartError: (422, "planned-start", "The change cannot be planned for then"),
    CircularError: (409, "circular", "Changes would wait for each other"),
    SeenOtherwiseError: (409, "seen-otherwise", "The change is not as it was answered"),
    WrongStateError: (409, "wrong-state", "The change is past that"),
    CallerError: (400, "bad-request", "The request cannot be understood"),
    PolicyRejectedError: (503, "policy-rejected", "The policy revision is rejected"),
    AssessmentError: (503, "no-assessment", "The policy gave no usable assessment"),
    PolicyError: (503, "policy-broken", "The policy cannot be used"),
    NoPolicyError: (503, "no-policy", "No policy is active"),
    StalePolicyError: (503, "stale-policy", "The policy is too old"),
    RepositoryError: (503, "no-repository", "The policy repository does not answer"),
    IssuerError: (503, "no-issuer", "The issuer of identity tokens does not answer"),
    EngineBusyError: (503, "engine-busy", "The policy engine is busy"),
    EngineBehindError: (503, "engine-behind", "The policy engine is at another revision"),
    EngineError: (503, "no-engine", "The policy engine does not answer"),
    NoticeError: (503, "no-notice", "Somebody could not be told"),
    StoreError: (503, "no-store", "The store does not answer"),
    WorldError: (503, "outside-failed", "Something outside the gate failed"),
    FactsMovedError: (503, "facts-moved", "Others moved the facts"),
    GateError: (500, "no-answer", "No answer could be given"),
}

_NO_SUCH_METHOD: Final = 405
_OF_HTTP: Final[Mapping[int, tuple[str, str]]] = {
    404: ("There is nothing here", "All routes are listed at /docs."),
    405: ("Not with this method", "The header Allow names the methods of this route."),
    415: ("The body has another form", "Send JSON, with `Content-Type: application/json`."),
}

_HINTS: Final[Mapping[str, str]] = {
    "missing": "Send this field.",
    "extra_forbidden": "Leave it out, or look whether its name is misspelt; the fields are listed at /docs.",
    "string_pattern_mismatch": "The forms are listed at /docs; a commit is a whole id, as of `git rev-parse HEAD`.",
    "instant": "Write it like 2026-11-02T10:00:00Z or 2026-11-02T11:00:00%2B01:00; in a URL, + is written %2B.",
    "datetime_from_date_parsing": "Write it like 2026-11-02T10:00:00Z.",
    "datetime_parsing": "Write it like 2026-11-02T10:00:00Z.",
    "time_delta_parsing": "Write it like PT45M or PT2H; see ISO 8601.",
    "timezone_aware": "Write the UTC offset, as in 2026-11-02T10:00:00Z.",
}
"""What to do about the first mistake, by its kind."""


def answer_to(error: GateError) -> Response:
    """The HTTP answer to an error."""
    problem = problem_of(error)
    if problem.status >= _OURS:
        logger.warning("no answer: %s", problem.detail, extra={"problem": problem.type})
    return respond(problem, _headers(error))


def problem_of(error: GateError) -> Problem:
    """The problem document of an error; the nearest class in the table decides."""
    nearest = next(kind for kind in type(error).__mro__ if kind in PROBLEMS)
    status, slug, title = PROBLEMS[nearest]
    if isinstance(error, UnknownNameError) and error.field:
        status = 422  # the path was right; a name inside the body was not
    return Problem(
        type=TYPE + slug,
        title=title,
        status=status,
        detail=error.message,
        hint=error.hint,
        field=error.field if isinstance(error, CallerError) else "",
        findings=FindingAnswer.of_rejection(error) if isinstance(error, PolicyRejectedError) else (),
        circle=error.circle if isinstance(error, CircularError) else (),
    )


def not_approved(change: ChangeAnswer) -> Problem:
    """The answer to `start` of a change that may not start: never a 2xx, so that no caller can mistake it for a go."""
    return Problem(
        type=TYPE + "not-approved",
        title="The change may not start",
        status=409,
        detail=f"change {change.id} was judged again and is {change.decision.outcome}, not approved",
        hint="`change.decision` says which step stands in the way, and who, what or when would change that.",
        change=change,
    )


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The HTTP answer of a problem."""
    usual = {"Retry-After": _RETRY_SECONDS} if problem.status in {429, 503} else {}
    content = problem.model_dump_json(by_alias=True, exclude_defaults=True)
    return Response(content, problem.status, usual | dict(headers or {}), MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every error of the app leave as a problem. What is no such error is a defect (`defects`)."""

    async def gate_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, GateError)  # noqa: S101 -- registered for this class below
        return answer_to(error)

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 -- registered for this class below
        return respond(_invalid(error))

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 -- registered for this class below
        return respond(_of_http(error), _allow(request) if error.status_code == _NO_SUCH_METHOD else error.headers)

    app.add_exception_handler(GateError, gate_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http_error)


def _headers(error: GateError) -> dict[str, str]:
    if isinstance(error, TooManyRequestsError):
        return {"Retry-After": str(math.ceil(error.retry_after_seconds))}
    if isinstance(error, UnauthenticatedError):
        return {"WWW-Authenticate": "Bearer"}
    return {}


def _allow(request: Request) -> dict[str, str]:
    """The methods of every route at this path; the framework would name those of the first one alone."""
    routes = (route for route in request.app.state.routes if route.path_regex.match(request.url.path))
    return {"Allow": ", ".join(sorted({method for route in routes for method in route.methods}))}


def _invalid(error: RequestValidationError) -> Problem:
    found = error.errors()
    mistakes = tuple(_mistake(each) for each in found[:_SHOWN])
    first = mistakes[0]
    return Problem(
        type=TYPE + "invalid-request",
        title="The request is not valid",
        status=422,
        detail=f"{first.field or 'the request'}: {first.message}",
        hint=_HINTS.get(found[0]["type"], "The schema of every request is at /docs."),
        field=first.field,
        errors=mistakes,
    )


def _mistake(found: Mapping[str, Any]) -> Mistake:
    # The value itself is deliberately not repeated: it may hold a secret, or be a megabyte.
    place = [str(part)[:_SHOWN_OF_NAME] for part in found["loc"][1:]]
    return Mistake(field=".".join(place), message=found["msg"].removeprefix("Value error, "))


def _of_http(error: HTTPException) -> Problem:
    title, hint = _OF_HTTP.get(error.status_code, ("The request cannot be answered", "All routes are listed at /docs."))
    return Problem(type="about:blank", title=title, status=error.status_code, detail=error.detail, hint=hint)
