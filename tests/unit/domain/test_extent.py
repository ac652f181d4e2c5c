"""How much a revision may hold in all."""

import pytest

from gate.domain import extent
from gate.domain.errors import PolicyRejectedError
from tests.builders import COMMIT
from tests.house import MODULES, Fields, Files, a_freeze, a_policy

CASE = {
    "note": "n",
    "at": "2026-11-02T10:00:00Z",
    "request": {"service": "payments", "environment": "production", "commit": COMMIT},
    "expect": {"outcome": "approved"},
}

LANES = [
    {"kind": "Lane", "name": f"lane-{n}", "scope": {"environments": ["production"]}, "paths": ["x/**"]}
    for n in range(2)
]
"""Beside the one that the house has."""


def freezes(number: int, **fields: object) -> list[Fields]:
    return [a_freeze(name=f"f{n}", **fields) for n in range(number)]


@pytest.mark.parametrize(
    ("limit", "files", "what"),
    [
        ("MOST_CASES", {"cases/x.yaml": [{"kind": "Cases", "cases": [CASE] * 3}]}, "more than 2 cases"),
        ("MOST_LANES", {"lanes/x.yaml": LANES}, "more than 2 lanes"),
        ("MOST_RECURRING", {"calendar/x.yaml": freezes(3, recurrence="FREQ=DAILY")}, "more than 2 windows that recur"),
    ],
)
def test_too_much_is_found_where_it_becomes_too_much(
    monkeypatch: pytest.MonkeyPatch, limit: str, files: Files, what: str
) -> None:
    monkeypatch.setattr(extent, limit, 3)
    a_policy(files)
    monkeypatch.setattr(extent, limit, 2)
    with pytest.raises(PolicyRejectedError) as caught:
        a_policy(files)
    [finding] = caught.value.findings
    assert (finding.message, finding.path) == (what, next(iter(files)))


def test_globs_count_once_however_often_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extent, "MOST_GLOBS", 2)
    scope = {"services": ["pay*", "ledger"], "except": {"services": ["*-batch"]}}
    assert a_policy({"calendar/x.yaml": freezes(5, scope=scope)})
    more = {"calendar/y.yaml": [a_freeze(name="more", scope={"owners": ["team-*"]})]}
    with pytest.raises(PolicyRejectedError, match="more than 2 different globs"):
        a_policy({"calendar/x.yaml": freezes(5, scope=scope), **more})


def test_too_many_modules_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extent, "MOST_MODULES", len(MODULES))
    assert a_policy()
    with pytest.raises(PolicyRejectedError, match=f"more than {len(MODULES)} Rego modules"):
        a_policy(modules={**MODULES, "rego/more.rego": "package more\n"})
