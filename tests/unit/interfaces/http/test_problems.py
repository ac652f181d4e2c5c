"""Every error has a status, a stable type and a hint; what it means over HTTP is said in one table."""

import inspect
import json
from collections.abc import Iterator

import pytest
from fastapi.exceptions import RequestValidationError

from gate.domain import errors
from gate.domain.errors import (
    CallerError,
    EngineBehindError,
    EngineBusyError,
    EngineError,
    FactsMovedError,
    ForbiddenError,
    GateError,
    PolicyError,
    PolicyRejectedError,
    StoreError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnknownNameError,
    WorldError,
    WrongStateError,
)
from gate.domain.finding import Finding
from gate.interfaces.http import problems
from gate.interfaces.http.problems import PROBLEMS, TYPE, answer_to, problem_of
from gate.interfaces.problem_wire import Problem


def tree(root: type[GateError]) -> Iterator[type[GateError]]:
    yield root
    for branch in root.__subclasses__():
        yield from tree(branch)


DECLARED = [kind for kind in tree(GateError) if kind.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", DECLARED)
def test_every_error_of_the_tree_is_in_the_table_itself(kind: type[GateError]) -> None:
    assert kind in PROBLEMS


def test_the_table_holds_nothing_else() -> None:
    assert set(PROBLEMS) == set(DECLARED)


def test_every_problem_has_a_type_of_its_own() -> None:
    slugs = [slug for _, slug, _ in PROBLEMS.values()]
    assert len(set(slugs)) == len(slugs)
    assert all(slug == slug.lower() and slug.replace("-", "").isalpha() for slug in slugs)


@pytest.mark.parametrize("kind", DECLARED)
def test_who_is_at_fault_shows_in_the_status(kind: type[GateError]) -> None:
    status, _, _ = PROBLEMS[kind]
    if issubclass(kind, CallerError):
        assert 400 <= status < 500
    elif issubclass(kind, PolicyError | WorldError | FactsMovedError):
        assert status == 503
    else:
        assert (kind, status) == (GateError, 500)


@pytest.mark.parametrize("kind", [EngineBehindError, EngineBusyError, StoreError])
def test_an_error_is_told_as_what_it_is_not_as_its_family(kind: type[GateError]) -> None:
    assert problem_of(kind("it failed", hint="Wait.")).type == TYPE + PROBLEMS[kind][1]


def test_an_error_that_an_adapter_adds_is_told_as_the_nearest_it_descends_from() -> None:
    class SlowAnswerError(EngineError):
        pass

    assert problem_of(SlowAnswerError("too slow")).type == TYPE + "no-engine"


def test_a_problem_says_what_where_and_what_next() -> None:
    problem = problem_of(WrongStateError("it is over", hint="Ask anew.", field="state"))
    assert (problem.detail, problem.field, problem.hint) == ("it is over", "state", "Ask anew.")


def test_an_unknown_name_in_a_path_is_404_and_in_a_body_422() -> None:
    assert problem_of(UnknownNameError("nobody")).status == 404
    assert problem_of(UnknownNameError("nobody", field="service")).status == 422


def test_what_may_work_later_says_when_to_ask_again() -> None:
    assert answer_to(StoreError("away")).headers["retry-after"] == "1"
    assert answer_to(TooManyRequestsError("too often", retry_after_seconds=2.1)).headers["retry-after"] == "3"
    assert answer_to(TooManyRequestsError("too often", retry_after_seconds=0.001)).headers["retry-after"] == "1"
    assert "retry-after" not in answer_to(ForbiddenError("no")).headers


def test_only_who_is_unknown_is_asked_for_a_token() -> None:
    assert answer_to(UnauthenticatedError("who?")).headers["www-authenticate"] == "Bearer"
    assert "www-authenticate" not in answer_to(ForbiddenError("no")).headers


def test_a_rejected_revision_is_told_with_its_findings() -> None:
    findings = [Finding(message=f"wrong {number}", path="gate.yaml", line=number) for number in range(150)]
    told = problem_of(PolicyRejectedError("a" * 40, findings)).findings
    assert len(told) == 100
    assert (told[7].message, told[7].path, told[7].line) == ("wrong 7", "gate.yaml", 7)


def test_a_problem_leaves_out_what_it_has_not_to_say() -> None:
    assert set(json.loads(bytes(answer_to(ForbiddenError("no")).body))) == {"type", "title", "status", "detail"}


def invalid(*mistakes: dict[str, object]) -> Problem:
    return problems._invalid(RequestValidationError(mistakes))  # noqa: SLF001 -- what the handler answers with


def test_mistakes_are_named_by_field_without_the_part_of_the_request() -> None:
    problem = invalid(
        {"loc": ("body", "size", "files"), "msg": "Input should be a valid integer", "type": "int_type"},
        {"loc": ("body", "body"), "msg": "Extra inputs are not permitted", "type": "extra_forbidden"},
    )
    assert (problem.status, problem.field) == (422, "size.files")
    assert problem.detail == "size.files: Input should be a valid integer"
    assert [mistake.field for mistake in problem.errors] == ["size.files", "body"]


def test_what_a_caller_made_up_is_not_repeated_at_length() -> None:
    made_up: dict[str, object] = {
        "loc": ("body", "x" * 1_000_000),
        "msg": "Extra inputs are not permitted",
        "type": "extra_forbidden",
    }
    problem = invalid(*[made_up] * 1000)
    assert len(problem.errors) == 20
    assert len(problem.model_dump_json()) < 5000


@pytest.mark.parametrize("kind", list(problems._HINTS))  # noqa: SLF001 -- each entry is used
def test_what_to_do_about_a_mistake_is_said_by_its_kind(kind: str) -> None:
    assert invalid({"loc": ("body", "commit"), "msg": "wrong", "type": kind}).hint == problems._HINTS[kind]  # noqa: SLF001 -- as above


def test_every_error_class_is_documented() -> None:
    assert all(inspect.getdoc(kind) for kind in DECLARED)
