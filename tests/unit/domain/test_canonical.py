"""The exact bytes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.canonical import canonical, canonical_json, digest
from tests.builders import a_change, facts_for

WHOLE = st.integers(-(2**63), 2**63 - 1)
LEAVES = st.none() | st.booleans() | WHOLE | st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text("abcß€"), inner), max_leaves=8)


@given(VALUES)
def test_bytes_mean_what_they_were_made_of(value: Any) -> None:
    assert json.loads(canonical_json(value)) == value


@given(VALUES)
def test_bytes_are_those_of_the_standard_library(value: Any) -> None:
    expected = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical_json(value) == expected.encode()


@given(st.dictionaries(st.text("abcß€", min_size=1), WHOLE))
def test_the_order_of_fields_does_not_show(fields: dict[str, int]) -> None:
    assert canonical_json(dict(reversed(fields.items()))) == canonical_json(fields)


def test_there_is_no_white_space_and_text_is_utf_8() -> None:
    assert canonical_json({"b": [1, None], "a": "é"}) == b'{"a":"\xc3\xa9","b":[1,null]}'


def test_an_instant_keeps_all_its_digits() -> None:
    assert canonical_json(1_795_809_600_123_456_789) == b"1795809600123456789"


@pytest.mark.parametrize("value", [2**64, {1: "a"}, object(), {"a"}])
def test_what_other_readers_would_read_otherwise_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical_json({"score": value})


def test_a_model_is_written_by_its_names_outside_and_read_back_the_same() -> None:
    facts = facts_for(a_change())
    written = canonical(facts)
    assert type(facts).model_validate_json(written) == facts
    assert canonical(type(facts).model_validate_json(written)) == written


def test_a_digest_names_its_algorithm() -> None:
    assert digest(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
