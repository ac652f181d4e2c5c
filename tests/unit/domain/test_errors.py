"""Every error says what, where and what to do next."""

import inspect

import pytest

from gate.domain import errors
from gate.domain.errors import GateError, PolicyRejectedError
from gate.domain.finding import Finding

ALL = [value for _, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, GateError)]


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_every_error_stands_in_the_tree_at_the_top_of_its_file(error: type[GateError]) -> None:
    assert f" {error.__name__} " in f"{errors.__doc__} ".replace("\n", " ")


def test_a_rejection_shows_its_first_finding_and_carries_all() -> None:
    findings = [Finding(message=f"wrong {number}", path="x.yaml", line=number) for number in (1, 2)]
    error = PolicyRejectedError("a11c" * 10, findings)
    assert error.message == "policy revision a11ca11ca11c is rejected, 2 finding(s): x.yaml:1: wrong 1"
    assert error.findings == tuple(findings)
    assert "last good revision stays active" in error.hint
