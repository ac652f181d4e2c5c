"""From errors to answers: the one table that knows status codes. RFC 9457, with a stable type and a hint."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from gate.domain.errors import (
    AssessmentError,
    CallerError,
    ConflictingRequestError,
    EngineBehindError,
    EngineBusyError,
    EngineError,
    FactsMovedError,
    GateError,
    NoPolicyError,
    PolicyRejectedError,
    RepositoryError,
    StalePolicyError,
    StoreError,
    UnknownNameError,
    WrongStateError,
)
from gate.interfaces.wire import ChangeAnswer, Problem

MEDIA_TYPE: Final = "application/problem+json"
TYPE: Final = "urn:change-gate:problem:"
_RETRY_SECONDS: Final = "1"

PROBLEMS: Final[Mapping[type[GateError], tuple[int, str, str]]] = {
    UnknownNameError: (404, "unknown-name", "Nobody knows this name"),
    ConflictingRequestError: (409, "conflicting-request", "The key stands for another request"),
    WrongStateError: (409, "wrong-state", "The change is past that"),
    CallerError: (400, "bad-request", "The request cannot be understood"),
    PolicyRejectedError: (503, "policy-rejected", "The policy revision is rejected"),
    AssessmentError: (503, "no-assessment", "The policy gave no usable assessment"),
    NoPolicyError: (503, "no-policy", "No policy is active"),
    StalePolicyError: (503, "stale-policy", "The policy is too old"),
    RepositoryError: (503, "no-repository", "The policy repository does not answer"),
    EngineBusyError: (503, "engine-busy", "The policy engine is busy"),
    EngineBehindError: (503, "engine-behind", "The policy engine is at another revision"),
    EngineError: (503, "no-engine", "The policy engine does not answer"),
    StoreError: (503, "no-store", "The store does not answer"),
    FactsMovedError: (503, "facts-moved", "Others moved the facts"),
    GateError: (500, "no-answer", "No answer could be given"),
}


def problem_of(error: GateError) -> Problem:
    """The problem document of an error; the nearest class in the table decides."""
    nearest = next(kind for kind in type(error).__mro__ if kind in PROBLEMS)
    status, slug, title = PROBLEMS[nearest]
    if isinstance(error, UnknownNameError) and error.field:
        status = 422  # the path was right; a name inside the body was not
    field = error.field if isinstance(error, CallerError) else ""
    return Problem(type=TYPE + slug, title=title, status=status, detail=error.message, hint=error.hint, field=field)


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


def respond(problem: Problem) -> Response:
    """The HTTP answer of a problem."""
    headers = {"Retry-After": _RETRY_SECONDS} if problem.status in {429, 503} else {}
    content = problem.model_dump_json(by_alias=True, exclude_defaults=True)
    return Response(content, problem.status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every error of the app leave as a problem."""

    async def gate_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, GateError)  # noqa: S101 -- registered for this class below
        return respond(problem_of(error))

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 -- registered for this class below
        return respond(_invalid(error))

    async def http_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 -- registered for this class below
        return respond(_http(error))

    app.add_exception_handler(GateError, gate_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http_error)


def _invalid(error: RequestValidationError) -> Problem:
    errors = tuple(_detail(item) for item in error.errors()[:20])
    first = errors[0] if errors else {"field": "", "message": "cannot be read"}
    return Problem(
        type=TYPE + "invalid-request",
        title="The request is not valid",
        status=422,
        detail=f"{first['field'] or 'the request'}: {first['message']}",
        hint="The schema of every request is at /docs.",
        field=str(first["field"]),
        errors=errors,
    )


def _detail(item: Mapping[str, Any]) -> dict[str, Any]:
    # The input itself is deliberately not repeated: it may hold a secret, or be a megabyte.
    place = [str(part) for part in item["loc"] if part not in {"body", "query", "header", "path"}]
    return {"field": ".".join(place), "message": str(item["msg"]).removeprefix("Value error, ")}


def _http(error: HTTPException) -> Problem:
    titles = {404: "There is nothing here", 405: "Not with this method"}
    return Problem(
        type="about:blank",
        title=titles.get(error.status_code, "The request cannot be answered"),
        status=error.status_code,
        detail=str(error.detail),
        hint="All routes are listed at /docs.",
    )
