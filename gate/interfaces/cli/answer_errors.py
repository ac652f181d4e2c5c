"""From an HTTP response that is no answer to the error that says so, and what to do about it.

    400 to 422 of the gate             AskedWronglyError: mend the call
    429, 5xx, no connection            UnreachableError: may work in a moment
    anything else                      NoGateError: what answers there is no gate

Only a problem document of the gate itself can say that the caller was wrong: a 404 of some other server says nothing.
"""

from typing import Final

import httpx2
from pydantic import ValidationError

from gate.domain.errors import CallerError, GateError, WorldError
from gate.interfaces.problem_wire import Problem

TYPE: Final = "urn:change-gate:problem:"
"""Every `type` of a problem that the gate itself states begins so."""

_MEND: Final = frozenset({400, 401, 403, 404, 409, 413, 422})
_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
_SHOWN: Final = 200


class AskedWronglyError(CallerError):
    """The gate says that the request cannot be answered as it is."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(_in_words(problem), hint=problem.hint, field=problem.field)
        self.problem = problem


class UnreachableError(WorldError):
    """No answer now; asking again may bring one, but not before `after_s` seconds are over."""

    def __init__(self, message: str, *, hint: str = "", after_s: float = 0.0) -> None:
        super().__init__(message, hint=hint)
        self.after_s = after_s


class NoGateError(WorldError):
    """What answered did not answer as a gate does; asking again will not help."""


def problem_in(response: httpx2.Response) -> Problem | None:
    """The problem document of a response, if it is one."""
    try:
        return Problem.model_validate_json(response.content)
    except ValidationError:
        return None


def error_of(response: httpx2.Response, url: str) -> GateError:
    """What a response that is no answer comes to. `url` is the gate's, for the message."""
    problem = problem_in(response)
    if problem is not None and problem.type.startswith(TYPE) and response.status_code in _MEND:
        return AskedWronglyError(problem)
    message, hint = _no_answer(response, problem, url)
    if response.status_code in _AGAIN:
        return UnreachableError(message, hint=hint, after_s=_retry_after_s(response))
    return NoGateError(message, hint=hint)


def _no_answer(response: httpx2.Response, problem: Problem | None, url: str) -> tuple[str, str]:
    status = f"HTTP {response.status_code}"
    if problem is not None:
        return f"the gate at {url} gives no answer ({status}): {_in_words(problem)}", problem.hint
    if response.is_success:
        return f"{url} answers, but not as a gate does ({status})", "Is it a gate that answers there?"
    return f"{url} answers {status}: {response.text[:_SHOWN]}", "Is it a gate that answers there, or a proxy?"


def _retry_after_s(response: httpx2.Response) -> float:
    said = response.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else 0.0


def unreachable(error: httpx2.HTTPError, url: str) -> UnreachableError:
    """What a failed connection comes to."""
    detail = str(error) or type(error).__name__
    return UnreachableError(
        f"the gate at {url} does not answer: {detail}",
        hint="Is it running there? Name another with --url or GATE_URL; with --wait it is asked again for a while.",
    )


def _in_words(problem: Problem) -> str:
    mistakes = [f"{mistake.field or 'the request'}: {mistake.message}" for mistake in problem.errors]
    return f"{problem.title}: {'; '.join(mistakes) or problem.detail}"
