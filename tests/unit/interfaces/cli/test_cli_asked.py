from typing import Any

import pytest

from gate.domain.errors import CallerError
from gate.interfaces.cli.asked import read_given, request_document
from gate.interfaces.cli.change_options import ChangeOptions
from gate.interfaces.cli.git import Difference, GitFailedError
from gate.interfaces.wire import ChangeAsk
from tests.unit.interfaces.cli.answers import COMMIT

HEAD = "77de68daecd823babbb58edb1c8e14d7106e83bb"
NEWS = Difference(("src/a.py", "b.md"), lines=12, commits=2, oldest_commit_at="2026-11-20T10:00:00+01:00")


class Checkout:
    """A repository whose HEAD, and whose difference to anything, is known."""

    def commit_id(self, name: str) -> str:
        if name not in {"HEAD", "v1"}:
            raise GitFailedError(f"unknown revision {name}")
        return HEAD

    def difference(self, base: str, commit: str) -> Difference:
        assert (base, commit) == ("origin/main", HEAD)
        return NEWS


def document(given: dict[str, Any] | None = None, /, **options: Any) -> dict[str, Any]:
    named = {"service": "payments", "environment": "production"}
    return request_document(ChangeOptions(**named | options), given or {}, Checkout(), {"BUILD_TAG": "t"})


def test_two_names_are_enough() -> None:
    assert document() == {"service": "payments", "environment": "production", "commit": HEAD, "run": "jenkins-t"}


def test_every_option_reaches_the_request() -> None:
    asked = document(
        commit=COMMIT,
        artifact="sha256:" + "a" * 64,
        run="r1",
        kind="migration",
        paths=["a", "b"],
        lines=0,
        evidence=["tests=passed", "scan=failed=https://ci/1?a=b"],
        author="maria",
        requester="jan",
        labels=["team=core", "note=a=b"],
        incident="inc-1",
        summary="Charge once",
    )
    assert asked == {
        "service": "payments",
        "environment": "production",
        "commit": COMMIT,
        "artifact": "sha256:" + "a" * 64,
        "run": "r1",
        "kind": "migration",
        "paths": ["a", "b"],
        "size": {"files": 2, "lines": 0},
        "evidence": [
            {"kind": "tests", "status": "passed"},
            {"kind": "scan", "status": "failed", "url": "https://ci/1?a=b"},
        ],
        "author": "maria",
        "requester": "jan",
        "labels": {"team": "core", "note": "a=b"},
        "incident": "inc-1",
        "summary": "Charge once",
    }
    assert ChangeAsk.model_validate(asked)


def test_git_tells_paths_size_and_batch() -> None:
    asked = document(paths_from="origin/main", paths=["more.txt", "b.md"])
    assert asked["paths"] == ["src/a.py", "b.md", "more.txt"]
    assert asked["size"] == {"files": 2, "lines": 12}
    assert asked["batch"] == {"commits": 2, "oldest_commit_at": "2026-11-20T10:00:00+01:00"}
    assert ChangeAsk.model_validate(asked)


def test_a_size_that_is_said_goes_before_the_one_that_was_counted() -> None:
    assert document(paths_from="origin/main", lines=5)["size"] == {"files": 2, "lines": 5}
    assert document({"size": {"files": 1}}, lines=5)["size"] == {"files": 1, "lines": 5}
    assert document(paths=["a", "b"], lines=5)["size"] == {"files": 2, "lines": 5}


def test_options_go_before_what_was_given_as_json() -> None:
    given = {"service": "ledger", "commit": COMMIT, "run": "given", "size": {"files": 1}}
    assert document(given) == given | {"service": "payments", "environment": "production"}


def test_a_name_of_git_becomes_a_commit_id() -> None:
    assert document(commit="v1")["commit"] == HEAD
    with pytest.raises(GitFailedError):
        document(commit="v2")


@pytest.mark.parametrize("option", [{"evidence": ["tests"]}, {"evidence": ["=passed"]}, {"labels": ["team"]}])
def test_an_option_of_another_form_is_named(option: dict[str, Any]) -> None:
    with pytest.raises(CallerError, match="is not of the form") as error:
        document(**option)
    assert error.value.field in {"--evidence", "--label"}


def test_what_is_missing_is_named() -> None:
    with pytest.raises(CallerError, match="--service, --environment missing"):
        request_document(ChangeOptions(), {}, Checkout(), {})


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(CallerError, match=r"request\.json"):
        read_given(text, "request.json")
