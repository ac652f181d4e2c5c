"""What makes two requests the same, and what a request may hold."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gate.domain.canonical import canonical_json
from gate.domain.change import request_key
from tests.builders import a_change, a_request

OTHER_COMMIT = "ab12" * 10
ARTIFACT = "sha256:" + "0f" * 32
TEXT = st.text(max_size=20)


@pytest.mark.parametrize(
    "fields",
    [
        {"service": "ledger"},
        {"environment": "staging"},
        {"commit": OTHER_COMMIT},
        {"artifact": ARTIFACT},
        {"run": "run-2"},
    ],
)
def test_another_service_environment_commit_artifact_or_run_is_another_request(fields: dict[str, str]) -> None:
    assert request_key(a_request(**fields), "ci", None) != request_key(a_request(), "ci", None)


@pytest.mark.parametrize("fields", [{"summary": "again"}, {"kind": "config"}, {"requester": "jan"}, {"paths": ["a"]}])
def test_the_same_run_asking_in_other_words_is_the_same_request(fields: dict[str, Any]) -> None:
    assert request_key(a_request(**fields), "other", None) == request_key(a_request(), "ci", None)


def test_an_askers_own_key_decides_alone() -> None:
    assert request_key(a_request(), "ci", "k") == request_key(a_request(service="ledger"), "ci", "k")
    assert request_key(a_request(), "ci", "k") != request_key(a_request(), "ci", "l")
    assert request_key(a_request(), "ci", "k") != request_key(a_request(), "ci", None)


def test_the_same_key_of_another_asker_is_another_request() -> None:
    assert request_key(a_request(), "ci", "k") != request_key(a_request(), "cd", "k")


@given(TEXT, TEXT, TEXT, TEXT)
def test_no_two_askers_and_keys_run_into_each_other(asker: str, key: str, other: str, other_key: str) -> None:
    same = (asker, key) == (other, other_key)
    assert (request_key(a_request(), asker, key) == request_key(a_request(), other, other_key)) == same


@pytest.mark.parametrize(
    "fields",
    [
        {"commit": "4f0c"},
        {"commit": "4F0C" * 10},
        {"commit": "4f0c" * 10 + "\n"},
        {"artifact": "sha1:abc"},
        {"service": "*"},
        {"duration": "P31D"},
        {"duration": "PT0S"},
        {"paths": [""]},
        {"paths": ["a"] * 5001},
        {"labels": {"a b": "c"}},
        {"summary": "x" * 2001},
        {"summary": "\ud800"},
        {"batch": {"oldest_commit_at": "2026-11-02T10:00:00"}},
        {"clas": "standard"},
        {"class": "standard"},
    ],
)
def test_a_request_that_cannot_be_meant_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_request(**fields)


@pytest.mark.parametrize(
    ("state", "over"), [("open", False), ("started", False), ("finished", True), ("withdrawn", True)]
)
def test_finished_and_withdrawn_changes_are_over(state: str, *, over: bool) -> None:
    assert a_change(state=state).is_over is over


def test_a_request_that_says_nothing_of_its_diff_keeps_the_key_that_it_had_before_there_was_such_a_field() -> None:
    request = a_request(run="")
    before = canonical_json(request.model_dump(mode="json", exclude={"diff_url"})).decode()
    expected = hashlib.sha256(json.dumps(["request", before]).encode()).hexdigest()
    assert request_key(request, "ci", None) == expected
    assert request_key(a_request(run="", diff_url="https://forge.test/1"), "ci", None) != expected
